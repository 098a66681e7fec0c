/**
 * How long `work` took of the processor, ms: what else a busy machine does meanwhile is no fault of a rule. For work that waits for nothing;
 * tests that hold it against a bound want to see a quadratic rule, which fails by far, not a slow machine.
 */
export function processorMs(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  return process.cpuUsage(before).user / 1_000;
}
