import { PencilLine } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Actions } from '../actions/use-actions.ts';
import type { Message } from '../api/model.ts';
import { classNames } from '../components/class-names.ts';
import { useText } from '../i18n/text.ts';
import { useTimes } from '../i18n/times.ts';
import { bareSubject } from '../letters/letter-facts.ts';
import { AmendLines } from './amend-lines.tsx';
import { roomOf } from './bubble-room.ts';
import { ContextLines } from './context-lines.tsx';
import { DeliveryLines } from './delivery-line.tsx';
import { sendParts } from './delivery-summary.ts';
import { MessageContent } from './message-content.tsx';
import { MessageEditor } from './message-editor.tsx';
import { MessageMenuButton } from './message-menu-button.tsx';
import { ReasonWords } from './reason-words.tsx';
import { handoffReason } from './reasons.ts';
import { useThreadTools } from './thread-tools.ts';

/** How each kind of author looks: customers at the start, ours at the end, notes on paper of their own. */
export function bubbleLook(kind: Message['kind'], author: Message['author']['kind']): string {
  if (kind === 'note') return 'bg-warn-soft border-warn-line border-dashed';
  if (kind === 'inbound') return 'bg-sunken border-transparent';
  return author === 'bot' ? 'bg-surface border-line' : 'bg-accent-soft border-transparent';
}

/** A letter says its subject where it is not the conversation's, which stands in the head. */
function isNewSubject({ extras }: Message, subject: string | null): boolean {
  return bareSubject(extras?.letter?.subject ?? '') !== bareSubject(subject ?? '');
}

const ROOM = { words: 'px-3 py-1.5', thing: 'p-1', none: 'p-0' };

/** One message: what it says and shows, what became of it, and its menu. */
export function Bubble(props: {
  message: Message;
  /** The next message of the group says the same about its delivery. */
  quiet: boolean;
  /** As the thread names the author. */
  sender: string;
  actions: Actions;
  readOnly: boolean;
  language: string | null;
  /** Tab reaches this message's menu; the others are reached by the arrows. */
  reachable: boolean;
}): ReactNode {
  const { message, actions, readOnly, sender } = props;
  const t = useText();
  const times = useTimes();
  const tools = useThreadTools();
  const [editing, setEditing] = useState(false);
  const deleted = message.deletedAt !== null;
  const inbound = message.kind === 'inbound';
  const room = roomOf(message);
  const parts = sendParts(message.deliveries);
  return (
    <article
      data-message={message.id}
      tabIndex={-1}
      className="flex max-w-full flex-col gap-1 rounded-lg data-found:outline-2 data-found:outline-offset-2 data-found:outline-focus"
    >
      <div className={classNames('group/message flex max-w-full items-center gap-1', !inbound && 'flex-row-reverse')}>
        {editing ? (
          <MessageEditor message={message} onClose={() => setEditing(false)} />
        ) : (
          <div
            dir="auto"
            lang={inbound ? (props.language ?? undefined) : undefined}
            title={times.exact(Date.parse(message.at))}
            className={classNames(
              'flex max-w-full min-w-0 flex-col gap-1 rounded-lg border text-m',
              message.extras?.letter === undefined ? 'w-fit' : 'w-full',
              ROOM[room],
              room === 'none' ? 'border-transparent' : bubbleLook(message.kind, message.author.kind),
              deleted && 'text-muted',
            )}
          >
            <ContextLines
              message={message}
              contactName={tools.contactName}
              {...(room === 'words' ? {} : { className: 'px-1.5 pt-0.5' })}
            />
            <MessageContent
              message={message}
              owner={{ sender, readOnly, onFetch: tools.fetchFile }}
              subjectShown={isNewSubject(message, tools.subject)}
            />
          </div>
        )}
        {!editing && (
          <MessageMenuButton message={message} reachable={props.reachable} onEdit={() => setEditing(true)} />
        )}
      </div>
      {deleted && (
        <p className={classNames('text-2xs text-muted', !inbound && 'self-end')}>
          {inbound ? t('thread.deleted') : t('thread.deletedByUs')}
        </p>
      )}
      {message.editedAt !== null && !deleted && <Edits message={message} />}
      {message.reactions.length > 0 && (
        <p
          className={classNames('w-fit rounded-full border border-line bg-surface px-2 text-s', !inbound && 'self-end')}
        >
          <span className="sr-only">{t('thread.reactions', { reactions: message.reactions.join(' ') })}</span>
          <span aria-hidden>{message.reactions.join(' ')}</span>
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
      {parts.length > 0 && !props.quiet && <DeliveryLines deliveries={parts} actions={actions} readOnly={readOnly} />}
      <AmendLines deliveries={message.deliveries} />
    </article>
  );
}

/** What it said before, for those who need to know what an answer was an answer to. */
function Edits({ message }: { message: Message }): ReactNode {
  const t = useText();
  const times = useTimes();
  return (
    <details className={classNames('text-2xs text-muted', message.kind !== 'inbound' && 'self-end')}>
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
