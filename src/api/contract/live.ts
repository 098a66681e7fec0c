import { z } from 'zod';
import { rowId } from './shared-shapes.ts';

/**
 * What the server sends over the WebSocket `/api/v1/live`. `changed` names conversations that moved on, and nothing of what they
 * hold: the page fetches what it shows. A conversation that left the agent's reach comes with version null.
 */
export const liveMessage = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('hello'), version: z.string() }),
    z.object({
      type: z.literal('changed'),
      conversations: z.array(z.object({ id: rowId, version: z.int().nullable() })),
    }),
    /** Said now and then, so that a page whose network went to sleep notices that it hears nothing. */
    z.object({ type: z.literal('alive') }),
    /** The customer of this conversation writes just now; worth some ten seconds, never made good when lost. */
    z.object({ type: z.literal('typing'), conversation: rowId }),
    /** The server cannot say what was missed: fetch everything shown again. */
    z.object({ type: z.literal('refetch') }),
    /** Signed out, disabled, or expired: the socket closes after this. */
    z.object({ type: z.literal('signed_out') }),
  ])
  .meta({ id: 'LiveMessage' });
