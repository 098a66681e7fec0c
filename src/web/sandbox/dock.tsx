import { Columns3 } from 'lucide-react';
import { type ReactNode, useRef, useState } from 'react';
import { SIDE_BY_SIDE } from '../app/side-by-side.ts';
import { IconButton } from '../components/button.tsx';
import { classNames } from '../components/class-names.ts';
import { Notice } from '../components/notice.tsx';
import { Bar, Patience } from '../components/skeleton.tsx';
import { useMedia } from '../components/use-media.ts';
import { changePreferences, usePreferences } from '../preferences/preferences.ts';
import { DiscordPane } from './discord/discord-pane.tsx';
import { CUSTOMER_PARTS, type CustomerPart, type DockPart, DockTabs } from './dock-tabs.tsx';
import { FirstSteps } from './first-steps.tsx';
import { MailPane } from './mail-pane.tsx';
import { PhonePane } from './phone-pane.tsx';
import type { SandboxState } from './sandbox-api.ts';
import { Troubles } from './troubles.tsx';
import { useSandbox } from './use-sandbox.ts';
import { WebChatPane } from './web-chat/web-chat-pane.tsx';
import { useWords } from './words.ts';
import { XPane } from './x/x-pane.tsx';

/** The sandbox beside the inbox: customers on every channel, trouble on command, and what to try first. */
export default function SandboxDock(): ReactNode {
  const t = useWords();
  const { state, lost, failure, order } = useSandbox();
  const [part, setPart] = useState<DockPart>('phone');
  const roomy = useMedia(SIDE_BY_SIDE);
  const { dockWide } = usePreferences();
  const wide = roomy && dockWide;
  const columns = useRef<HTMLDivElement>(null);

  const choose = (next: DockPart): void => {
    setPart(next);
    const column = columns.current?.querySelector(`[data-part="${next}"]`);
    if (wide) column?.scrollIntoView({ inline: 'nearest', block: 'nearest' });
  };

  return (
    <section aria-label={t('sandbox.title')} className="flex h-full min-h-0 flex-col bg-canvas">
      <h2 className="sr-only">{t('sandbox.title')}</h2>
      <div className="flex shrink-0 items-center gap-1 px-3 py-2">
        <DockTabs state={state} value={part} onChange={choose} />
        {roomy && (
          <IconButton
            label={t('sandbox.wide')}
            tipAlign="end"
            aria-pressed={dockWide}
            onClick={() => changePreferences({ dockWide: !dockWide })}
          >
            <Columns3 aria-hidden size={16} />
          </IconButton>
        )}
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
        <div ref={columns} className={classNames('flex min-h-0 flex-1', wide && 'overflow-x-auto')}>
          {part === 'trouble' && (
            <div className={classNames('relative flex min-h-0 flex-1 flex-col', wide && 'min-w-74')}>
              <Troubles state={state} order={order} />
            </div>
          )}
          {part === 'steps' && (
            <div className={classNames('relative flex min-h-0 flex-1 flex-col', wide && 'min-w-74')}>
              <FirstSteps state={state} />
            </div>
          )}
          <Customers state={state} wide={wide} part={part} order={order} />
        </div>
      )}
    </section>
  );
}

const PANES = { phone: PhonePane, mail: MailPane, discord: DiscordPane, x: XPane, web: WebChatPane } as const;

/**
 * The customers of every channel: one pane, or all of them side by side. A pane stays where it is while something else is shown: what was
 * typed must not be lost. The chat alone comes when it is first wanted, for it keeps a connection open.
 */
function Customers(props: {
  state: SandboxState;
  wide: boolean;
  part: DockPart;
  order(run: () => Promise<unknown>): void;
}): ReactNode {
  const { state, wide, part, order } = props;
  const t = useWords();
  const wanted = useRef(new Set<CustomerPart>(['phone', 'mail', 'discord', 'x']));
  return CUSTOMER_PARTS.map((one) => {
    const shown = wide || part === one;
    if (shown) wanted.current.add(one);
    if (!wanted.current.has(one)) return null;
    const Pane = PANES[one];
    return (
      <div
        key={one}
        data-part={one}
        hidden={!shown}
        className={classNames('min-h-0 flex-1', wide ? 'relative flex min-w-74 flex-col' : 'min-w-0')}
      >
        {wide && <h3 className="shrink-0 px-4 pb-1 text-s font-semibold">{t(`sandbox.${one}`)}</h3>}
        <div className={wide ? 'min-h-0 flex-1' : 'h-full'}>
          <Pane state={state} shown={shown} order={order} />
        </div>
      </div>
    );
  });
}
