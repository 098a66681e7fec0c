/** What every contender's process is told by its parent, as JSON in its first argument. */

/** @returns {{apiRoot: string, token: string, secret: string, path: string, port: number, redisUrl: string}} */
export const settings = JSON.parse(process.argv[2] ?? '{}');

/** Says that the webhook listens; ends in order on SIGTERM. */
export function ready(end = () => Promise.resolve()) {
  process.once('SIGTERM', () => {
    void end().finally(() => process.exit(0));
  });
  process.send?.({ ready: true });
}
