import { Bot, Lock } from 'lucide-react';
import { memo, type ReactNode } from 'react';
import type { Actions } from '../actions/use-actions.ts';
import type { Message } from '../api/model.ts';
import { Avatar } from '../components/avatar.tsx';
import { classNames } from '../components/class-names.ts';
import { useText } from '../i18n/text.ts';
import { useTimes } from '../i18n/times.ts';
import { Bubble } from './bubble.tsx';
import { saysTheSame } from './delivery-summary.ts';

interface GroupProps {
  messages: readonly Message[];
  me: string;
  actions: Actions;
  readOnly: boolean;
  contact: { id: string; language: string | null };
  /** The message whose menu Tab reaches, if it is one of these. */
  reachable: string | null;
}

/** Messages of one author, close in time, under one name. */
export const MessageGroup = memo(function MessageGroup(props: GroupProps): ReactNode {
  const { messages, me } = props;
  const t = useText();
  const times = useTimes();
  const [first] = messages;
  if (first === undefined) return null;
  const inbound = first.kind === 'inbound';
  const note = first.kind === 'note';
  const name =
    first.author.kind === 'bot' ? t('author.bot') : first.author.id === me ? t('owner.you') : first.author.name;
  return (
    <div className={classNames('flex gap-2.5', !inbound && 'flex-row-reverse')}>
      <AuthorMark message={first} id={inbound ? props.contact.id : (first.author.id ?? '')} />
      <div
        className={classNames(
          'flex min-w-0 flex-col gap-1',
          first.extras?.letter === undefined ? 'max-w-[min(36rem,85%)]' : 'w-full max-w-[min(46rem,95%)]',
          inbound ? 'items-start' : 'items-end',
        )}
      >
        <div className="flex items-center gap-1.5 text-xs">
          {note && (
            <span className="inline-flex items-center gap-1 font-medium text-warn-text">
              <Lock size={11} aria-hidden />
              {t('thread.note')}
            </span>
          )}
          <span dir="auto" className="font-medium">
            {name}
          </span>
          <time
            dateTime={first.at}
            title={times.exact(Date.parse(first.at))}
            className="text-2xs text-faint tabular-nums"
          >
            {times.clock(Date.parse(first.at))}
          </time>
        </div>
        {messages.map((message, index) => (
          <Bubble
            key={message.id}
            message={message}
            quiet={saysTheSame(message.deliveries, messages[index + 1]?.deliveries)}
            sender={name}
            actions={props.actions}
            readOnly={props.readOnly}
            language={props.contact.language}
            reachable={props.reachable === message.id}
          />
        ))}
      </div>
    </div>
  );
});

function AuthorMark({ message, id }: { message: Message; id: string }): ReactNode {
  if (message.author.kind !== 'bot') return <Avatar name={message.author.name} id={id} />;
  return (
    <span className="inline-flex size-8 shrink-0 items-center justify-center rounded-full border border-line bg-surface text-muted">
      <Bot size={16} aria-hidden />
    </span>
  );
}
