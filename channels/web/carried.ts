import { z } from 'zod';

/**
 * What names somebody or something, as a payload carries it. The guard reads every string of a payload, and an id may look like a secret: a
 * site may call its customers by 64 hex digits or by a number that passes for a card's, and a button's data may name an order so. Masked, all
 * of them would be one. So it goes as base64url in pairs: no rule looks at fewer than three letters or digits in a row. Words are
 * never carried.
 */
export function carry(id: string): string {
  return Buffer.from(id, 'utf8')
    .toString('base64url')
    .replaceAll(/..(?=.)/gu, '$&.');
}

/** Longest id in UTF-16 units becomes up to three bytes each, four characters for three of them, and a dot for two. */
const CARRIED_PER_UNIT = 6;

/** An id of 1 to `maxLength` UTF-16 units, as {@link carry} wrote it, read back. What it did not write is refused, so that no two are one. */
export function carriedId(maxLength: number): z.ZodType<string, string> {
  return z
    .string()
    .max(maxLength * CARRIED_PER_UNIT)
    .transform((carried, context) => {
      const id = Buffer.from(carried.replaceAll('.', ''), 'base64url').toString('utf8');
      if (id !== '' && id.length <= maxLength && carry(id) === carried) return id;
      context.addIssue('not an id as it is carried');
      return z.NEVER;
    });
}
