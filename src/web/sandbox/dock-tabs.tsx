import {
  AtSign,
  ListChecks,
  type LucideIcon,
  Mail,
  MessageCircle,
  MessagesSquare,
  Smartphone,
  Zap,
} from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { classNames } from '../components/class-names.ts';
import type { SandboxState } from './sandbox-api.ts';
import { useWords } from './words.ts';

export const CUSTOMER_PARTS = ['phone', 'mail', 'discord', 'x', 'web'] as const;
/** A part of the dock with customers of one channel. */
export type CustomerPart = (typeof CUSTOMER_PARTS)[number];
export type DockPart = CustomerPart | 'trouble' | 'steps';

const PARTS: readonly { part: DockPart; Icon: LucideIcon }[] = [
  { part: 'phone', Icon: Smartphone },
  { part: 'mail', Icon: Mail },
  { part: 'discord', Icon: MessagesSquare },
  { part: 'x', Icon: AtSign },
  { part: 'web', Icon: MessageCircle },
  { part: 'trouble', Icon: Zap },
  { part: 'steps', Icon: ListChecks },
];

/** What the dock shows: the customers of one channel, trouble, or the first steps. */
export function DockTabs(props: {
  state: SandboxState | undefined;
  value: DockPart;
  onChange(part: DockPart): void;
}): ReactNode {
  const { state, value } = props;
  const t = useWords();
  const name = useId();
  const wrong = (state?.troubles.length ?? 0) + (state?.worker.up === false ? 1 : 0);
  const done = state?.steps.filter((step) => step.done).length ?? 0;
  const marks: Readonly<Partial<Record<DockPart, string>>> = {
    ...(wrong === 0 ? {} : { trouble: String(wrong) }),
    ...(state === undefined ? {} : { steps: `${done}/${state.steps.length}` }),
  };
  return (
    <fieldset className="min-w-0 flex-1">
      <legend className="sr-only">{t('sandbox.show')}</legend>
      <div className="flex">
        {PARTS.map(({ part, Icon }) => {
          const mark = marks[part];
          return (
            <label
              key={part}
              className={classNames(
                'relative flex min-w-0 flex-auto flex-col items-center gap-0.5 rounded-md px-0.5 py-1.5 text-2xs text-muted transition-colors hover:bg-hover',
                'has-checked:bg-accent-soft has-checked:font-medium has-checked:text-accent-text',
                'has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-focus',
              )}
            >
              <input
                type="radio"
                name={name}
                value={part}
                checked={part === value}
                onChange={() => props.onChange(part)}
                aria-label={mark === undefined ? t(`sandbox.${part}`) : `${t(`sandbox.${part}`)} · ${mark}`}
                className="sr-only"
              />
              <Icon aria-hidden size={16} />
              <span aria-hidden className="max-w-full truncate tabular-nums">
                {t(`sandbox.${part}.short`)}
                {mark !== undefined && ` ${mark}`}
              </span>
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}
