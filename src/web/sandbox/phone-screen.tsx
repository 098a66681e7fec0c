import { type ReactNode, useState } from 'react';
import { Avatar } from '../components/avatar.tsx';
import { PhoneBubble } from './phone-bubble.tsx';
import { PhoneComposer } from './phone-composer.tsx';
import { block, edit, type Phone, type PhoneMessage, press, react, say, send } from './sandbox-api.ts';
import { ScreenFrame } from './screen-frame.tsx';
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

  return (
    <ScreenFrame
      round
      label={t('phone.of', { name: phone.name })}
      logLabel={t('phone.chat', { name: phone.name })}
      mark={<Avatar name={botName} id="support-bot" />}
      title={botName}
      hint={t('phone.bot')}
      blocking={{ blocked: phone.blocked, onChange: (blocked) => order(() => block(phone.id, blocked)) }}
      empty={t('phone.empty', { name: phone.name })}
      count={phone.messages.length}
      shown={shown}
      composer={
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
      }
    >
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
    </ScreenFrame>
  );
}
