import { payloadDigest } from '../../../../channels/shared/payload-digest.ts';
import { integerOf, recordOf, stringOf } from '../../../../channels/shared/read-unknown.ts';
import { wellFormed } from '../../../../channels/shared/well-formed.ts';
import type { Normalised } from '../../../../src/core/model/inbound.ts';

/** Reads one `{n, from, text}`. */
export function normaliseToy(payload: unknown): Normalised[] {
  const fields = recordOf(payload);
  const number = integerOf(fields?.['n']);
  const from = stringOf(fields?.['from']);
  const text = stringOf(fields?.['text']);
  if (number === null || from === null || text === null) {
    return [{ outcome: 'parked', eventKey: `digest:${payloadDigest(payload)}`, reason: 'not a toy message' }];
  }
  const name = wellFormed(from);
  return [
    {
      outcome: 'event',
      event: {
        type: 'message',
        eventKey: String(number),
        externalId: String(number),
        occurredAtMs: null,
        thread: { key: name, kind: 'private' },
        author: { externalId: name, displayName: name, isBot: false },
        text: wellFormed(text),
      },
    },
  ];
}
