import type { FaultRule, MailSimulator } from '../../../channels/email/simulator/index.ts';
import type { TroubleKind } from '../contract.ts';
import { beginFault } from './fault-rules.ts';
import type { BeginTrouble } from './troubles.ts';

const RULES: Readonly<Partial<Record<TroubleKind, FaultRule>>> = {
  mail_later: { kind: 'smtp_refuse', at: 'recipient', code: 451, words: '4.7.1 Greylisted, come back later', times: 2 },
  mail_bounce: { kind: 'bounce', times: 1, latencyMs: 1_500 },
  mail_cut: { kind: 'smtp_cut', at: 'answer', times: 1 },
};

export function mailTroubles(simulator: MailSimulator): BeginTrouble {
  return (kind, onStrike) => {
    if (kind === 'mail_renumbered') {
      // The server numbers our mailbox anew, and connections learn of it when they are cut.
      simulator.mailbox().inbox.renumber();
      simulator.cutAll();
      return 'over';
    }
    const { [kind]: rule } = RULES;
    return rule === undefined ? null : beginFault(simulator.faults, rule, onStrike);
  };
}
