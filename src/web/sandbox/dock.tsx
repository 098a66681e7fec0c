import { ListChecks, Mail, Smartphone, Zap } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Notice } from '../components/notice.tsx';
import { Segments } from '../components/segments.tsx';
import { Bar, Patience } from '../components/skeleton.tsx';
import { FirstSteps } from './first-steps.tsx';
import { MailPane } from './mail-pane.tsx';
import { PhonePane } from './phone-pane.tsx';
import { Troubles } from './troubles.tsx';
import { useSandbox } from './use-sandbox.ts';
import { useWords } from './words.ts';

type Part = 'phone' | 'mail' | 'trouble' | 'steps';

/** The sandbox beside the inbox: the customers' phones, trouble on command, and what to try first. */
export default function SandboxDock(): ReactNode {
  const t = useWords();
  const { state, lost, failure, order } = useSandbox();
  const [part, setPart] = useState<Part>('phone');
  const done = state?.steps.filter((step) => step.done).length ?? 0;
  const wrong = (state?.troubles.length ?? 0) + (state?.worker.up === false ? 1 : 0);

  return (
    <section aria-label={t('sandbox.title')} className="flex h-full min-h-0 flex-col bg-canvas">
      <h2 className="sr-only">{t('sandbox.title')}</h2>
      <div className="flex shrink-0 justify-center px-3 py-2.5">
        <Segments<Part>
          label={t('sandbox.show')}
          value={part}
          onChange={setPart}
          choices={[
            { value: 'phone', label: t('sandbox.phone'), icon: <Smartphone aria-hidden size={14} /> },
            { value: 'mail', label: t('sandbox.mail'), icon: <Mail aria-hidden size={14} /> },
            {
              value: 'trouble',
              label: wrong === 0 ? t('sandbox.trouble') : `${t('sandbox.trouble')} · ${wrong}`,
              icon: <Zap aria-hidden size={14} />,
            },
            {
              value: 'steps',
              label: state === undefined ? t('sandbox.steps') : `${t('sandbox.steps')} · ${done}/${state.steps.length}`,
              icon: <ListChecks aria-hidden size={14} />,
            },
          ]}
        />
      </div>
      {lost && (
        <Notice tone="warn" className="mx-3 mb-2">
          {t('sandbox.lost')}
        </Notice>
      )}
      {failure !== undefined && (
        <Notice tone="bad" urgent className="mx-3 mb-2">
          {t('sandbox.failed', { message: failure })}
        </Notice>
      )}
      {state === undefined ? (
        <Patience label={t('sandbox.title')}>
          <div className="flex flex-col gap-2 p-4">
            <Bar className="w-1/2" />
            <Bar className="w-full" />
            <Bar className="w-2/3" />
          </div>
        </Patience>
      ) : (
        <>
          {/* Stays where it is while something else is shown: what was typed must not be lost. */}
          <div hidden={part !== 'phone'} className="min-h-0 flex-1">
            <PhonePane state={state} shown={part === 'phone'} order={order} />
          </div>
          <div hidden={part !== 'mail'} className="min-h-0 flex-1">
            <MailPane state={state} shown={part === 'mail'} order={order} />
          </div>
          {part === 'trouble' && <Troubles state={state} order={order} />}
          {part === 'steps' && <FirstSteps state={state} />}
        </>
      )}
    </section>
  );
}
