import { Skull, Square } from 'lucide-react';
import type { ReactNode } from 'react';
import { Badge } from '../components/badge.tsx';
import { Button } from '../components/button.tsx';
import { killWorker, type SandboxState, startTrouble, stopTrouble, type TroubleKind } from './sandbox-api.ts';
import { LASTING, TROUBLE_GROUPS } from './trouble-kinds.tsx';
import { useWords } from './words.ts';

/** Trouble on command, each with what to watch. */
export function Troubles(props: { state: SandboxState; order(run: () => Promise<unknown>): void }): ReactNode {
  const { state, order } = props;
  const t = useWords();
  const { worker, troubles } = state;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reachable by keyboard
    <div
      tabIndex={0}
      role="region"
      aria-label={t('sandbox.trouble')}
      className="min-h-0 flex-1 overflow-y-auto px-3 pb-4 focus-visible:-outline-offset-2"
    >
      <p className="px-1 pb-3 text-s text-muted">{t('trouble.intro')}</p>
      <h3 className="sr-only">{t('trouble.of.parley')}</h3>
      <ul className="flex flex-col gap-2">
        <Card
          icon={<Skull aria-hidden size={16} />}
          title={t('trouble.worker')}
          watch={t('trouble.worker.watch')}
          state={
            <Badge tone={worker.up ? 'good' : 'warn'}>
              {worker.up ? t('trouble.worker.up', { pid: String(worker.pid) }) : t('trouble.worker.down')}
              {worker.kills > 0 && ` · ${t('trouble.worker.kills', { count: worker.kills })}`}
            </Badge>
          }
          action={
            <Button look="danger" disabled={!worker.up} onClick={() => order(killWorker)}>
              {t('trouble.worker.kill')}
            </Button>
          }
        />
      </ul>
      {TROUBLE_GROUPS.map(({ of, kinds }) => (
        <section key={of} aria-label={t(`trouble.of.${of}`)}>
          <h3 className="px-1 pt-4 pb-1.5 text-s font-semibold">{t(`trouble.of.${of}`)}</h3>
          <ul className="flex flex-col gap-2">
            {kinds.map(({ kind, icon }) => (
              <PlatformTrouble key={kind} kind={kind} icon={icon} {...props} />
            ))}
          </ul>
        </section>
      ))}
      <div className="flex items-center justify-between gap-2 px-1 pt-3">
        <p role="status" className="text-s text-muted">
          {t('trouble.active', { count: troubles.length })}
        </p>
        {troubles.length > 1 && (
          <Button look="quiet" onClick={() => order(() => stopTrouble(undefined))}>
            {t('trouble.clear')}
          </Button>
        )}
      </div>
    </div>
  );
}

/** One trouble of a platform: what it does, whether it is on, and how often it still strikes. */
function PlatformTrouble(props: {
  kind: TroubleKind;
  icon: ReactNode;
  state: SandboxState;
  order(run: () => Promise<unknown>): void;
}): ReactNode {
  const { kind, icon, order } = props;
  const t = useWords();
  const active = props.state.troubles.find((one) => one.kind === kind);
  const striking = (left: number | null, struck: number): string =>
    left === null ? t('trouble.on', { count: struck }) : t('trouble.left', { count: left });
  return (
    <Card
      icon={icon}
      title={t(`trouble.${kind}`)}
      watch={t(`trouble.${kind}.watch`)}
      state={
        active !== undefined && (
          <Badge tone="warn">{LASTING.has(kind) ? t('trouble.lasting') : striking(active.left, active.struck)}</Badge>
        )
      }
      action={
        active === undefined ? (
          <Button
            onClick={() => order(() => startTrouble(kind))}
            aria-label={`${t('trouble.start')}: ${t(`trouble.${kind}`)}`}
          >
            {t('trouble.start')}
          </Button>
        ) : (
          <Button
            icon={<Square aria-hidden size={12} />}
            onClick={() => order(() => stopTrouble(active.id))}
            aria-label={`${t('trouble.stop')}: ${t(`trouble.${kind}`)}`}
          >
            {t('trouble.stop')}
          </Button>
        )
      }
    />
  );
}

function Card(props: {
  icon: ReactNode;
  title: string;
  watch: string;
  state: ReactNode;
  action: ReactNode;
}): ReactNode {
  return (
    <li className="flex flex-col gap-2 rounded-lg border border-line bg-surface p-3">
      <div className="flex items-center gap-2">
        <span className="text-muted">{props.icon}</span>
        <h4 className="flex-1 text-m font-medium">{props.title}</h4>
        {props.action}
      </div>
      <p className="text-s text-muted">{props.watch}</p>
      {props.state !== false && <div>{props.state}</div>}
    </li>
  );
}
