import { AlertTriangle, Bot, ChevronsUp, CircleAlert, CircleCheck, Inbox, UserRound } from 'lucide-react';
import { memo, type ReactNode } from 'react';
import type { Conversation } from '../api/model.ts';
import { Avatar } from '../components/avatar.tsx';
import { ChannelMark, channelName } from '../components/channel-mark.tsx';
import { classNames } from '../components/class-names.ts';
import { Ago } from '../i18n/moment.tsx';
import { type Text, useText } from '../i18n/text.ts';
import { previewWords } from '../media/stand-in.ts';
import type { View } from '../router/route.ts';
import { Link } from '../router/router.tsx';

/** Who has it, in a few words. */
export function ownerWords(one: Conversation, me: string, teamName: (id: string) => string, t: Text): string {
  const { kind, agent, teamId } = one.owner;
  if (one.status === 'resolved') return t('owner.resolved');
  if (kind === 'bot') return t('owner.bot');
  if (kind === 'agent' && agent !== null) return agent.id === me ? t('owner.you') : agent.name;
  return teamId === null ? t('owner.nobody') : teamName(teamId);
}

function OwnerMark({ one }: { one: Conversation }): ReactNode {
  if (one.status === 'resolved') return <CircleCheck size={12} aria-hidden className="shrink-0" />;
  if (one.owner.kind === 'bot') return <Bot size={12} aria-hidden className="shrink-0" />;
  if (one.owner.kind === 'queue') return <Inbox size={12} aria-hidden className="shrink-0" />;
  return <UserRound size={12} aria-hidden className="shrink-0" />;
}

interface RowProps {
  one: Conversation;
  view: View;
  open: boolean;
  /** The row that Tab reaches; the others are reached by the arrows. */
  reachable: boolean;
  /** The beginning of what is written and not sent; empty: nothing. */
  draft: string;
  ownerLabel: string;
  onFocus(id: string): void;
  onIntent(id: string): void;
}

/** One conversation, answering without being opened: who, where, what they last said, when, who has it, what is wrong. */
export const ConversationRow = memo(function ConversationRow(props: RowProps): ReactNode {
  const { one, open, draft } = props;
  const t = useText();
  const unread = one.unread > 0;
  return (
    <Link
      to={{ page: 'inbox', view: props.view, conversationId: one.id }}
      data-row={one.id}
      tabIndex={props.reachable ? 0 : -1}
      aria-current={open ? 'true' : undefined}
      onFocus={() => props.onFocus(one.id)}
      onPointerEnter={() => props.onIntent(one.id)}
      className={classNames(
        'relative flex h-(--row-height) items-center gap-2.5 border-b border-line ps-3.5 pe-3 outline-offset-[-2px] transition-colors',
        open ? 'bg-accent-soft' : 'hover:bg-hover',
      )}
    >
      {unread && <span aria-hidden className="absolute inset-y-0 start-0 w-0.75 bg-accent" />}
      <span className="relative">
        <Avatar name={one.contact.name} id={one.contact.id} />
        <span className="absolute -end-1 -bottom-1 flex size-4 items-center justify-center rounded-full border border-line bg-surface text-muted">
          <ChannelMark channel={one.channel} size={9} />
        </span>
      </span>
      <span className="flex min-w-0 flex-1 flex-col gap-px">
        <span className="flex items-center gap-1.5">
          <span dir="auto" className={classNames('min-w-0 truncate text-s', unread ? 'font-semibold' : 'font-medium')}>
            {one.contact.name}
          </span>
          <span className="sr-only">{t('list.via', { channel: channelName(one.channel) })}</span>
          {(one.priority === 'high' || one.priority === 'urgent') && (
            <span className={one.priority === 'urgent' ? 'text-bad-text' : 'text-warn-text'}>
              {one.priority === 'urgent' ? <CircleAlert size={12} aria-hidden /> : <ChevronsUp size={12} aria-hidden />}
              <span className="sr-only">{t(`priority.${one.priority}`)}</span>
            </span>
          )}
          <Ago at={one.lastMessageAt} className="ms-auto shrink-0 text-2xs text-faint tabular-nums" />
        </span>
        <span className="flex items-center gap-2">
          <span
            dir="auto"
            lang={one.language ?? undefined}
            className={classNames('min-w-0 flex-1 truncate text-xs', unread ? 'text-text' : 'text-muted')}
          >
            {draft !== '' && <span className="font-medium text-accent-text">{t('list.draft')} </span>}
            {draft === '' && one.subject !== null && one.subject !== '' && <span data-subject>{one.subject} · </span>}
            {draft || previewWords(one.preview, t) || t('list.noText')}
          </span>
          {unread && (
            <span className="inline-flex h-4 min-w-4 items-center justify-center rounded-full bg-accent px-1 text-2xs font-semibold text-on-accent tabular-nums">
              <span aria-hidden>{one.unread > 99 ? '99+' : one.unread}</span>
              <span className="sr-only">{t('list.unread', { count: one.unread })}</span>
            </span>
          )}
        </span>
        <span className="flex items-center gap-1 text-2xs text-faint">
          <OwnerMark one={one} />
          <span className="min-w-0 truncate">{props.ownerLabel}</span>
          {one.attention && (
            <span className="ms-auto inline-flex items-center gap-1 font-medium text-warn-text">
              <AlertTriangle size={11} aria-hidden />
              {t('list.attention')}
            </span>
          )}
        </span>
      </span>
    </Link>
  );
});
