import { CircleX, Clock } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Delivery } from '../api/model.ts';
import { useText } from '../i18n/text.ts';
import { isLost, untoldAmends } from './amends.ts';
import { ReasonWords } from './reason-words.tsx';
import { deliveryReason } from './reasons.ts';

/** Says of an edit, a deletion or a reaction that it is under way, or that it did not arrive and why. */
export function AmendLines({ deliveries }: { deliveries: readonly Delivery[] }): ReactNode {
  const t = useText();
  return untoldAmends(deliveries).map((one) => {
    const lost = isLost(one);
    const Icon = lost ? CircleX : Clock;
    const told = (one.error ?? one.errorKind) !== null;
    return (
      <p
        key={one.id}
        data-amend={one.action}
        className={`flex items-start gap-1 text-2xs ${lost ? 'text-bad-text' : 'text-faint'}`}
      >
        <Icon size={12} aria-hidden className="mt-0.5 shrink-0" />
        <span className="min-w-0">
          {t(lost ? `amend.lost.${kindOf(one)}` : `amend.underWay.${kindOf(one)}`)}
          {lost && told && (
            <span className="text-muted">
              {': '}
              <ReasonWords reason={deliveryReason(one, t)} />
            </span>
          )}
        </span>
      </p>
    );
  });
}

function kindOf({ action }: Delivery): 'edit' | 'delete' | 'react' {
  return action === 'send' ? 'edit' : action;
}
