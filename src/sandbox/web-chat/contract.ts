import { z } from 'zod';

/** Somebody before the chat of the demo site. */
export const chatVisitor = z
  .object({
    id: z.string(),
    /** Whom the site signed in; null: a stranger. */
    name: z.string().nullable(),
  })
  .meta({ id: 'SandboxChatVisitor' });
export type ChatVisitor = z.infer<typeof chatVisitor>;

/** What the site says who is there: for the chat, never for a page's address. Null for a stranger. */
export const visitorToken = z.object({ token: z.string().nullable() }).meta({ id: 'SandboxVisitorToken' });
export type VisitorToken = z.infer<typeof visitorToken>;

const visitor = z.string().regex(/^[a-z0-9-]{1,40}$/, 'is the id of a visitor');
export const askForToken = z.strictObject({ visitor }).meta({ id: 'AskForToken' });
export const newVisitor = z
  .strictObject({ name: z.string().trim().min(1, 'must not be empty').max(64) })
  .meta({ id: 'NewVisitor' });
