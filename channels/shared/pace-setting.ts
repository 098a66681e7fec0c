import { z } from 'zod';
import type { Pace } from '../../src/core/ports/channel.ts';

/** The setting `pace` of an account; what is left out is the platform's own limit. */
export function paceSetting(platform: Pace) {
  return z.union(
    [
      z.literal('off'),
      z.strictObject({
        accountPerSecond: z.number().positive().max(10_000).default(platform.accountPerSecond),
        chatPerSecond: z.number().positive().max(10_000).default(platform.chatPerSecond),
        groupPerMinute: z.number().positive().max(600_000).default(platform.groupPerMinute),
        burst: z.int().min(1).max(10_000).default(platform.burst),
      }),
    ],
    { error: "pace is 'off' or { accountPerSecond, chatPerSecond, groupPerMinute, burst }" },
  );
}
