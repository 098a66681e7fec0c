import { Inbox, PanelRightClose, Smartphone } from 'lucide-react';
import { Component, lazy, type ReactNode, Suspense, useState } from 'react';
import { IconButton } from '../components/button.tsx';
import { classNames } from '../components/class-names.ts';
import { Segments } from '../components/segments.tsx';
import { useMedia } from '../components/use-media.ts';
import { useText } from '../i18n/text.ts';
import { changePreferences, usePreferences } from '../preferences/preferences.ts';
import { SIDE_BY_SIDE } from './side-by-side.ts';

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

/**
 * The window: the page, and in the sandbox its customers beside it, or in a narrow window in its place. The page keeps its place in the
 * tree whatever is beside it: nothing typed is lost when that turns out, or when the window changes its width.
 */
export function Shell({ sandbox, children }: { sandbox: boolean; children: ReactNode }): ReactNode {
  const wide = useMedia('(min-width: 64rem)');
  const [shown, setShown] = useState<Half>('inbox');
  return (
    <div className={classNames('flex h-full', !wide && 'flex-col')}>
      {/* It stays as it is behind the dock: what is half written is there on the way back. */}
      <div hidden={sandbox && !wide && shown === 'phone'} className="min-h-0 min-w-0 flex-1">
        {children}
      </div>
      {sandbox && (wide ? <Beside /> : <Instead shown={shown} onShow={setShown} />)}
    </div>
  );
}

/** What a narrow window shows. */
type Half = 'inbox' | 'phone';

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

function Beside(): ReactNode {
  const t = useText();
  const { dockOpen, dockWide } = usePreferences();
  const roomy = useMedia(SIDE_BY_SIDE);
  const toggle = (): void => changePreferences({ dockOpen: !dockOpen });
  if (!dockOpen) {
    return (
      <aside aria-label={t('dock.title')} className="shrink-0 border-s border-line bg-canvas p-2">
        <IconButton label={t('dock.show')} tipAlign="end" aria-expanded={false} onClick={toggle}>
          <Smartphone size={16} aria-hidden />
        </IconButton>
      </aside>
    );
  }
  return (
    <aside
      aria-label={t('dock.title')}
      className={classNames(
        'flex flex-col border-s border-line bg-canvas',
        // The inbox keeps what it needs.
        dockWide && roomy ? 'w-[calc(100vw-46rem)]' : 'w-95',
      )}
    >
      <div className="flex h-(--pane-head) shrink-0 items-center justify-between border-b border-line ps-4 pe-2">
        <span className="text-s font-semibold">{t('dock.title')}</span>
        <IconButton label={t('dock.hide')} tipAlign="end" aria-expanded onClick={toggle}>
          <PanelRightClose size={16} aria-hidden className="rtl:rotate-180" />
        </IconButton>
      </div>
      <Dock />
    </aside>
  );
}

function Instead({ shown, onShow }: { shown: Half; onShow(half: Half): void }): ReactNode {
  const t = useText();
  return (
    <>
      {shown === 'phone' && (
        <main className="flex min-h-0 flex-1 flex-col bg-canvas">
          <h1 className="sr-only">{t('dock.title')}</h1>
          <Dock />
        </main>
      )}
      <nav aria-label={t('dock.switch')} className="flex shrink-0 justify-center border-t border-line bg-canvas p-1.5">
        <Segments<Half>
          label={t('dock.switch')}
          value={shown}
          onChange={onShow}
          choices={[
            { value: 'inbox', label: t('dock.inbox'), icon: <Inbox size={13} aria-hidden /> },
            { value: 'phone', label: t('dock.title'), icon: <Smartphone size={13} aria-hidden /> },
          ]}
        />
      </nav>
    </>
  );
}
