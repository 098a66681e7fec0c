import type { FaultRule, XSimulator } from '../../../channels/x/simulator/index.ts';
import type { TroubleKind } from '../contract.ts';
import { createDoor } from './door.ts';
import { beginFault } from './fault-rules.ts';
import { lastingTrouble } from './lasting.ts';
import type { BeginTrouble, Begun } from './troubles.ts';

/** Where what we say goes: a post, or a direct message. */
const SENDS = ['POST /2/tweets', 'POST /2/dm_conversations/with/:id/messages'] as const;

/** What strikes whichever send comes next. */
const OF_SENDS: Readonly<Partial<Record<TroubleKind, FaultRule>>> = {
  x_cut: { kind: 'drop_after', times: 1 },
  x_too_many: { kind: 'rate_limited', times: 1, resetAfterMs: 3_000 },
};

/** Trouble at the simulated X. */
export function xTroubles(simulator: XSimulator): BeginTrouble {
  const door = createDoor(simulator);
  let unlock = (): void => undefined;
  const states: Readonly<Partial<Record<TroubleKind, () => Begun>>> = {
    x_away: lastingTrouble(door.shut, door.open),
    x_credits: lastingTrouble(
      () => {
        simulator.plan.creditsMicros = 0;
      },
      () => {
        simulator.plan.creditsMicros = null;
      },
    ),
    x_locked: lastingTrouble(
      () => {
        unlock = simulator.faults.add({ kind: 'suspended', code: 326 });
      },
      () => unlock(),
    ),
  };

  /** The same rule on each of the calls; the first strike ends all of them. */
  function onNextSend(rule: FaultRule, onStrike: () => void): Begun {
    const begun: Begun[] = SENDS.map((route) =>
      beginFault(simulator.faults, { ...rule, route }, () => {
        for (const one of begun) one.remove();
        onStrike();
      }),
    );
    return {
      times: rule.times ?? null,
      remove() {
        for (const one of begun) one.remove();
      },
    };
  }

  return (kind, onStrike) => {
    if (kind === 'x_twice') return beginFault(simulator.faults, { kind: 'duplicate_event', times: 5 }, onStrike);
    const { [kind]: state } = states;
    const { [kind]: rule } = OF_SENDS;
    return state?.() ?? (rule === undefined ? null : onNextSend(rule, onStrike));
  };
}
