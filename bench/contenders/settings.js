/** What every contender's process is told by its parent, as JSON in its first argument. */

/** @returns {{apiRoot: string, token: string, secret: string, path: string, port: number, redisUrl: string}} */
export const settings = JSON.parse(process.argv[2] ?? '{}');

/** Says that the webhook listens; ends in order on SIGTERM. */
export function ready(end = () => undefined) {
  process.once('SIGTERM', async () => {
    await end();
    process.exit(0);
  });
  process.send?.({ ready: true });
}
