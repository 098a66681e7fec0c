/**
 * What a simulator that is a process of its own does: prints one line of JSON with where it is, sends the same to a parent that forked
 * it, and ends with SIGTERM or SIGINT.
 * @param told its addresses
 */
export function runAsProcess(told: Readonly<Record<string, unknown>>, stop: () => Promise<unknown>): void {
  const said = { ...told, pid: process.pid };
  process.stdout.write(`${JSON.stringify(said)}\n`);
  process.send?.(said);
  const end = (): void => {
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
}
