import { z } from 'zod';

/** One toy account. */
export const toyConfig = z.strictObject({
  id: z.string().min(1),
  channel: z.literal('toy'),
  url: z.url(),
  key: z.string().min(1),
});
export type ToyConfig = z.infer<typeof toyConfig>;
