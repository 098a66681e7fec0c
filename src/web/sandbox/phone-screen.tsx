import { Ban, CircleSlash } from 'lucide-react';
import { type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import { Avatar } from '../components/avatar.tsx';
import { IconButton } from '../components/button.tsx';
import { PhoneBubble } from './phone-bubble.tsx';
import { PhoneComposer } from './phone-composer.tsx';
import { block, edit, type Phone, type PhoneMessage, press, react, say, send } from './sandbox-api.ts';
import { useWords } from './words.ts';

/** One customer's phone with the chat with our bot on it. */
export function PhoneScreen(props: {
  phone: Phone;
  /** Whether it can be seen; what cannot does not scroll. */
  shown: boolean;
  botName: string;
  order(run: () => Promise<unknown>): void;
}): ReactNode {
  const { phone, shown, botName, order } = props;
  const t = useWords();
  const [editing, setEditing] = useState<PhoneMessage>();
  const end = useRef<HTMLDivElement>(null);
  const count = phone.messages.length;
  // The newest is at the bottom and in sight, as on a phone.
  useLayoutEffect(() => {
    const log = end.current?.parentElement;
    if (log !== null && log !== undefined && count > 0 && shown) log.scrollTop = log.scrollHeight;
  }, [count, shown]);

  return (
    <section
      aria-label={t('phone.of', { name: phone.name })}
      className="flex min-h-0 flex-1 flex-col overflow-hidden rounded-[1.75rem] border-4 border-line bg-surface shadow-(--shadow-raised)"
    >
      <header className="flex shrink-0 items-center gap-2.5 border-b border-line px-3.5 py-2.5">
        <Avatar name={botName} id="support-bot" />
        <div className="min-w-0 flex-1">
          <p className="truncate text-m font-semibold">{botName}</p>
          <p className="truncate text-xs text-muted">{t('phone.bot')}</p>
        </div>
        <IconButton
          label={phone.blocked ? t('phone.unblock') : t('phone.block')}
          tipAlign="end"
          aria-pressed={phone.blocked}
          onClick={() => order(() => block(phone.id, !phone.blocked))}
        >
          {phone.blocked ? <CircleSlash aria-hidden size={16} /> : <Ban aria-hidden size={16} />}
        </IconButton>
      </header>
      <div
        role="log"
        aria-label={t('phone.chat', { name: phone.name })}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reachable by keyboard
        tabIndex={0}
        className="flex min-h-0 flex-1 flex-col gap-1.5 overflow-y-auto bg-canvas px-3 py-3 focus-visible:-outline-offset-2"
      >
        {count === 0 && (
          <p className="m-auto max-w-60 text-center text-s text-muted">{t('phone.empty', { name: phone.name })}</p>
        )}
        {phone.messages.map((message) => (
          <PhoneBubble
            key={`${message.from}-${message.id}`}
            message={message}
            phone={phone}
            onEdit={() => setEditing(message)}
            onPress={(button) => order(() => press(phone.id, message.id, button))}
            onReact={(emoji) => order(() => react(phone.id, message.id, emoji))}
          />
        ))}
        {phone.blocked && (
          <p className="mx-auto my-1 max-w-64 rounded-md bg-warn-soft px-2.5 py-1.5 text-center text-xs text-warn-text">
            {t('phone.blocked', { name: phone.name })}
          </p>
        )}
        <div ref={end} />
      </div>
      <PhoneComposer
        phone={phone}
        editing={editing}
        onStopEditing={() => setEditing(undefined)}
        onSendThing={(what) => order(() => send(phone.id, what))}
        onSend={(text) => {
          const { id } = phone;
          order(() => (editing === undefined ? say(id, text) : edit(id, editing.id, text)));
          setEditing(undefined);
        }}
      />
    </section>
  );
}
