/** What every contender's process is told by its parent, as JSON in its first argument. */

/**
 * @returns {{apiRoot: string, token: string, secret: string, path: string, port: number, redisUrl: string, supportChannels?: string[],
 *   lean?: boolean, keys?: object}} for Discord: where every text is answered, and whether caches are off; keys: for X
 */
export const settings = JSON.parse(process.argv[2] ?? '{}');

/** Says that what comes in is taken; ends in order on SIGTERM. */
export function ready(end = () => Promise.resolve()) {
  process.once('SIGTERM', () => {
    void end().finally(() => process.exit(0));
  });
  process.send?.({ ready: true });
}
