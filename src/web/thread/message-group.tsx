import { Bot, Lock, PencilLine } from 'lucide-react';
import { memo, type ReactNode } from 'react';
import type { Actions } from '../actions/use-actions.ts';
import type { Message } from '../api/model.ts';
import { Avatar } from '../components/avatar.tsx';
import { classNames } from '../components/class-names.ts';
import { useText } from '../i18n/text.ts';
import { useTimes } from '../i18n/times.ts';
import { DeliveryLines } from './delivery-line.tsx';
import { saysTheSame } from './delivery-summary.ts';
import { MessageBody } from './message-body.tsx';
import { ReasonWords } from './reason-words.tsx';
import { handoffReason } from './reasons.ts';

/** How each kind of author looks: customers at the start, ours at the end, notes on paper of their own. */
export function bubbleLook(kind: Message['kind'], author: Message['author']['kind']): string {
  if (kind === 'note') return 'bg-warn-soft border-warn-line border-dashed';
  if (kind === 'inbound') return 'bg-sunken border-transparent';
  return author === 'bot' ? 'bg-surface border-line' : 'bg-accent-soft border-transparent';
}

interface GroupProps {
  messages: readonly Message[];
  me: string;
  actions: Actions;
  readOnly: boolean;
  contact: { id: string; language: string | null };
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
          'flex min-w-0 max-w-[min(36rem,85%)] flex-col gap-1',
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
            {...props}
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

function Bubble(props: { message: Message; quiet: boolean } & GroupProps): ReactNode {
  const { message, actions, readOnly, contact } = props;
  const t = useText();
  const times = useTimes();
  const deleted = message.deletedAt !== null;
  return (
    <article data-message={message.id} className="flex max-w-full flex-col gap-1">
      <div
        dir="auto"
        lang={message.kind === 'inbound' ? (contact.language ?? undefined) : undefined}
        title={times.exact(Date.parse(message.at))}
        className={classNames(
          'w-fit max-w-full rounded-lg border px-3 py-1.5 text-m',
          bubbleLook(message.kind, message.author.kind),
          message.kind !== 'inbound' && 'self-end',
          deleted && 'text-muted',
        )}
      >
        <MessageBody message={message} />
      </div>
      {deleted && <p className="text-2xs text-muted">{t('thread.deleted')}</p>}
      {message.editedAt !== null && !deleted && <Edits message={message} />}
      {message.reactions.length > 0 && (
        <p className="text-s" aria-label={t('thread.reactions', { reactions: message.reactions.join(' ') })}>
          {message.reactions.join(' ')}
        </p>
      )}
      {message.state === 'parked' && (
        <p className="text-2xs text-warn-text">
          {t('thread.parked')}
          {message.stateReason !== null && (
            <>
              {' · '}
              <ReasonWords reason={handoffReason(message.stateReason, t)} />
            </>
          )}
        </p>
      )}
      {message.deliveries.length > 0 && !props.quiet && (
        <DeliveryLines deliveries={message.deliveries} actions={actions} readOnly={readOnly} />
      )}
    </article>
  );
}

/** What it said before, for those who need to know what an answer was an answer to. */
function Edits({ message }: { message: Message }): ReactNode {
  const t = useText();
  const times = useTimes();
  return (
    <details className="text-2xs text-muted">
      <summary className="inline-flex list-none items-center gap-1 rounded-sm hover:text-text">
        <PencilLine size={11} aria-hidden />
        {t('thread.edited')}
      </summary>
      <ol className="mt-1 flex flex-col gap-1">
        {message.edits.map((edit) => (
          <li
            key={edit.at}
            dir="auto"
            className="rounded-md border border-line px-2 py-1 text-xs wrap-anywhere whitespace-pre-wrap"
          >
            <time dateTime={edit.at} className="me-1.5 text-2xs text-faint tabular-nums">
              {times.clock(Date.parse(edit.at))}
            </time>
            <del className="decoration-line-strong">{edit.text}</del>
          </li>
        ))}
      </ol>
    </details>
  );
}
