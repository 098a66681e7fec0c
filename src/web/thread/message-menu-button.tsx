import { Ellipsis } from 'lucide-react';
import { type ComponentProps, type KeyboardEvent, lazy, type ReactNode, Suspense, useState } from 'react';
import type { Message } from '../api/model.ts';
import { IconButton } from '../components/button.tsx';
import { useText } from '../i18n/text.ts';
import { offersOf, useThreadTools } from './thread-tools.ts';

const loadMenu = () => import('./message-menu.tsx');
const MessageMenu = lazy(loadMenu);
const loadDialog = () => import('./delete-dialog.tsx');
const DeleteDialog = lazy(loadDialog);

/** The button itself, as the menu's own trigger too. */
export function MenuTrigger(props: Omit<ComponentProps<'button'>, 'aria-label' | 'title'>): ReactNode {
  const t = useText();
  return (
    <IconButton
      {...props}
      label={t('message.menu')}
      tipSide="top"
      className="opacity-0 group-focus-within/message:opacity-100 group-hover/message:opacity-100 focus-visible:opacity-100 data-[state=open]:opacity-100 pointer-coarse:opacity-100"
    >
      <Ellipsis size={16} aria-hidden />
    </IconButton>
  );
}

/** Goes to the menu of the message before or after. */
function step(from: HTMLElement, by: number): void {
  const all = [...(from.closest('[role="log"]')?.querySelectorAll<HTMLElement>('[data-message-menu]') ?? [])];
  all[all.indexOf(from) + by]?.focus();
}

/** What can be done with one message: shown under the pointer and where the keyboard is. The menu comes when it is wanted. */
export function MessageMenuButton(props: { message: Message; reachable: boolean; onEdit(): void }): ReactNode {
  const { message, reachable } = props;
  const tools = useThreadTools();
  const [open, setOpen] = useState(false);
  const [removing, setRemoving] = useState(false);
  // Offered by what is known when it is drawn; whoever is too late hears so from the server.
  const offers = offersOf(message, tools, Date.now());
  if (!Object.values(offers).includes(true)) return null;
  const pressed = (event: KeyboardEvent<HTMLButtonElement>): void => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    event.preventDefault();
    step(event.currentTarget, event.key === 'ArrowDown' ? 1 : -1);
  };
  const trigger = {
    'data-message-menu': '',
    tabIndex: reachable ? 0 : -1,
    onPointerEnter: () => void loadMenu(),
    onFocus: () => void loadMenu(),
  };
  return (
    <>
      {open ? (
        <Suspense fallback={<MenuTrigger disabled />}>
          <MessageMenu
            message={message}
            offers={offers}
            tools={tools}
            trigger={trigger}
            onEdit={props.onEdit}
            onRemove={() => {
              void loadDialog();
              setRemoving(true);
            }}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      ) : (
        <MenuTrigger {...trigger} aria-haspopup="menu" onKeyDown={pressed} onClick={() => setOpen(true)} />
      )}
      {removing && (
        <Suspense fallback={null}>
          <DeleteDialog onDelete={() => tools.remove(message.id)} onClose={() => setRemoving(false)} />
        </Suspense>
      )}
    </>
  );
}
