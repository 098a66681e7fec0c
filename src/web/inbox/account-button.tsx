import { ChevronsUpDown } from 'lucide-react';
import { type ComponentProps, lazy, type ReactNode, Suspense, useState } from 'react';
import { useDesk } from '../app/desk.tsx';
import { Avatar } from '../components/avatar.tsx';
import { useText } from '../i18n/text.ts';

const loadMenu = () => import('./account-menu.tsx');
const AccountMenu = lazy(loadMenu);

/** Whoever is signed in; opens settings, theme, language and the way out. */
export function AccountButton({ onLeave, named }: { onLeave(): void; named: boolean }): ReactNode {
  const [open, setOpen] = useState(false);
  if (!open) {
    return <AccountTrigger named={named} onPointerEnter={() => void loadMenu()} onClick={() => setOpen(true)} />;
  }
  const trigger = <AccountTrigger named={named} />;
  return (
    <Suspense fallback={trigger}>
      <AccountMenu trigger={trigger} onLeave={onLeave} onClose={() => setOpen(false)} />
    </Suspense>
  );
}

function AccountTrigger({ named, ...rest }: { named: boolean } & ComponentProps<'button'>): ReactNode {
  const t = useText();
  const { agent } = useDesk().session;
  return (
    <button
      type="button"
      aria-haspopup="menu"
      {...rest}
      className={
        named
          ? 'flex h-9 min-w-0 flex-1 items-center gap-2 rounded-md px-1.5 text-start hover:bg-hover'
          : 'inline-flex size-8 items-center justify-center rounded-full'
      }
    >
      <Avatar name={agent.name} id={agent.id} size={named ? 's' : 'm'} />
      <span className={named ? 'min-w-0 flex-1 truncate text-s font-medium' : 'sr-only'}>{agent.name}</span>
      <span className="sr-only">{t('account.label')}</span>
      {named && <ChevronsUpDown size={13} aria-hidden className="text-faint" />}
    </button>
  );
}
