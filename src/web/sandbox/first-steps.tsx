import { Circle, CircleCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { Avatar } from '../components/avatar.tsx';
import { classNames } from '../components/class-names.ts';
import type { SandboxState } from './sandbox-api.ts';
import { useWords } from './words.ts';

/** What to try first; each ticks itself once it really happened. And who can sign in. */
export function FirstSteps({ state }: { state: SandboxState }): ReactNode {
  const t = useWords();
  const { steps, people, password } = state;
  const done = steps.filter((step) => step.done).length;
  const next = steps.find((step) => !step.done)?.id;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reachable by keyboard
    <div
      tabIndex={0}
      role="region"
      aria-label={t('sandbox.steps')}
      className="min-h-0 flex-1 overflow-y-auto px-3 pb-4 focus-visible:-outline-offset-2"
    >
      <div className="px-1 pb-3">
        <progress
          aria-label={t('sandbox.steps')}
          value={done}
          max={steps.length}
          className="block h-1.5 w-full appearance-none overflow-hidden rounded-full bg-sunken [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-sunken [&::-webkit-progress-value]:bg-accent"
        />
        <p role="status" className="pt-1.5 text-s text-muted tabular-nums">
          {done === steps.length ? t('steps.all') : t('steps.progress', { done, all: steps.length })}
        </p>
      </div>
      <ol className="flex flex-col gap-1">
        {steps.map((step) => (
          <li
            key={step.id}
            aria-current={step.id === next ? 'step' : undefined}
            className={classNames(
              'flex gap-2.5 rounded-lg border p-3',
              step.id === next ? 'border-line bg-surface' : 'border-transparent',
            )}
          >
            <span className={classNames('pt-0.5', step.done ? 'text-good-text' : 'text-faint')}>
              {step.done ? <CircleCheck aria-hidden size={16} /> : <Circle aria-hidden size={16} />}
            </span>
            <div className="min-w-0 flex-1">
              <h3 className={classNames('text-m', step.done ? 'text-muted' : 'font-medium')}>
                {t(`step.${step.id}`)}
                <span className="sr-only"> ({step.done ? t('steps.done') : t('steps.open')})</span>
              </h3>
              {!step.done && <p className="pt-0.5 text-s text-muted">{t(`step.${step.id}.how`)}</p>}
            </div>
          </li>
        ))}
      </ol>
      <h3 className="px-1 pt-5 pb-1 text-m font-medium">{t('people.title')}</h3>
      <ul>
        {people.map((person) => (
          <li key={person.email} className="flex items-center gap-2.5 px-1 py-1.5">
            <Avatar name={person.name} id={person.email} />
            <div className="min-w-0 flex-1">
              <p className="text-s">
                {person.name} <span className="text-muted">· {t(`role.${person.role}`)}</span>
              </p>
              <p className="text-xs text-muted select-all">{person.email}</p>
            </div>
          </li>
        ))}
      </ul>
      <p className="px-1 pt-1.5 text-xs text-muted">{t('people.hint', { password })}</p>
    </div>
  );
}
