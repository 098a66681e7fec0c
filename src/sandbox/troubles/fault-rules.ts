import type { FaultList, StrikingRule } from '../../../channels/shared/simulated-faults.ts';
import type { Begun } from './troubles.ts';

/** Begins a simulator's fault and tells of each of its strikes. The rule is of its own object each time: strikes are told apart by it. */
export function beginFault<Rule extends StrikingRule>(
  faults: FaultList<Rule>,
  given: Rule,
  onStrike: () => void,
): Begun {
  const rule = { ...given };
  const unwatch = faults.onStrike((one) => {
    if (one === rule) onStrike();
  });
  const remove = faults.add(rule);
  return {
    times: rule.times ?? null,
    remove() {
      unwatch();
      remove();
    },
  };
}
