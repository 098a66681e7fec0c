import { z } from 'zod';
import { BLOCK_TERMS } from '../../core/model/block.ts';
import { agentRef, moment, rowId } from './shared-shapes.ts';

/** `id` is made by the client (UUID), so that the same block sent twice is made once. */
export const block = z
  .strictObject({
    id: rowId,
    term: z.enum(BLOCK_TERMS),
    reason: z
      .string()
      .trim()
      .min(1, 'must say why')
      .max(500, 'must have at most 500 characters')
      .refine((text) => text.isWellFormed() && !text.includes('\0'), 'must be text: it holds a character that is none'),
  })
  .meta({ id: 'Block' });

/** Contacts that are blocked, newest first. `until` null: for good. A block is undone by its conversation. */
export const blockPage = z
  .object({
    items: z.array(
      z
        .object({
          id: rowId,
          conversationId: rowId,
          contact: z.object({ id: rowId, name: z.string() }),
          reason: z.string(),
          agent: agentRef,
          blockedAt: moment,
          until: moment.nullable(),
        })
        .meta({ id: 'BlockEntry' }),
    ),
    more: z.boolean(),
  })
  .meta({ id: 'BlockPage' });
