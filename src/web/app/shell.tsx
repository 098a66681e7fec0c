import { Inbox, PanelRightClose, Smartphone } from 'lucide-react';
import { Component, lazy, type ReactNode, Suspense, useState } from 'react';
import { IconButton } from '../components/button.tsx';
import { Segments } from '../components/segments.tsx';
import { useMedia } from '../components/use-media.ts';
import { useText } from '../i18n/text.ts';
import { changePreferences, usePreferences } from '../preferences/preferences.ts';

const SandboxDock = lazy(() => import('../sandbox/dock.tsx'));

/** A dock that breaks takes nothing else with it. */
class Fence extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };
  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }
  override render(): ReactNode {
    return this.state.broken ? null : this.props.children;
  }
}

/** The window: the page, and in the sandbox a phone beside it, or in a narrow window in its place. */
export function Shell({ sandbox, children }: { sandbox: boolean; children: ReactNode }): ReactNode {
  const wide = useMedia('(min-width: 64rem)');
  if (!sandbox) return <div className="h-full">{children}</div>;
  return wide ? <Beside>{children}</Beside> : <Either>{children}</Either>;
}

function Dock(): ReactNode {
  return (
    <div className="min-h-0 flex-1">
      <Fence>
        <Suspense fallback={null}>
          <SandboxDock />
        </Suspense>
      </Fence>
    </div>
  );
}

function Beside({ children }: { children: ReactNode }): ReactNode {
  const t = useText();
  const { dockOpen } = usePreferences();
  const toggle = (): void => changePreferences({ dockOpen: !dockOpen });
  return (
    <div className="flex h-full">
      <div className="min-h-0 min-w-0 flex-1">{children}</div>
      {dockOpen ? (
        <aside aria-label={t('dock.title')} className="flex w-95 flex-col border-s border-line bg-canvas">
          <div className="flex h-(--pane-head) shrink-0 items-center justify-between border-b border-line ps-4 pe-2">
            <span className="text-s font-semibold">{t('dock.title')}</span>
            <IconButton label={t('dock.hide')} tipAlign="end" aria-expanded onClick={toggle}>
              <PanelRightClose size={16} aria-hidden className="rtl:rotate-180" />
            </IconButton>
          </div>
          <Dock />
        </aside>
      ) : (
        <aside aria-label={t('dock.title')} className="shrink-0 border-s border-line bg-canvas p-2">
          <IconButton label={t('dock.show')} tipAlign="end" aria-expanded={false} onClick={toggle}>
            <Smartphone size={16} aria-hidden />
          </IconButton>
        </aside>
      )}
    </div>
  );
}

function Either({ children }: { children: ReactNode }): ReactNode {
  const t = useText();
  const [shown, setShown] = useState<'inbox' | 'phone'>('inbox');
  return (
    <div className="flex h-full flex-col">
      {/* The page stays as it is behind the phone: what is half written is there on the way back. */}
      <div hidden={shown === 'phone'} className="min-h-0 flex-1">
        {children}
      </div>
      {shown === 'phone' && (
        <main className="flex min-h-0 flex-1 flex-col bg-canvas">
          <h1 className="sr-only">{t('dock.title')}</h1>
          <Dock />
        </main>
      )}
      <nav aria-label={t('dock.switch')} className="flex shrink-0 justify-center border-t border-line bg-canvas p-1.5">
        <Segments<'inbox' | 'phone'>
          label={t('dock.switch')}
          value={shown}
          onChange={setShown}
          choices={[
            { value: 'inbox', label: t('dock.inbox'), icon: <Inbox size={13} aria-hidden /> },
            { value: 'phone', label: t('dock.title'), icon: <Smartphone size={13} aria-hidden /> },
          ]}
        />
      </nav>
    </div>
  );
}
