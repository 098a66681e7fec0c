import { ArrowLeft, Bot, CircleCheck, Hand } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import type { Actions } from '../actions/use-actions.ts';
import type { Conversation, Participant } from '../api/model.ts';
import { useDesk } from '../app/desk.tsx';
import { BlockButton } from '../blocks/block-button.tsx';
import { BlockedBadge } from '../blocks/blocked-badge.tsx';
import { Badge } from '../components/badge.tsx';
import { Button, IconButton } from '../components/button.tsx';
import { ChannelMark, channelName } from '../components/channel-mark.tsx';
import { useText } from '../i18n/text.ts';
import { useCommand } from '../keyboard/commands.ts';
import { KEYS_OF } from '../keyboard/keymap.ts';
import { ParticipantsBadge } from '../letters/participants-badge.tsx';
import { ownerWords } from '../list/conversation-row.tsx';
import { neighbourOf } from '../list/order.ts';
import type { View } from '../router/route.ts';
import { Link, navigate } from '../router/router.tsx';
import { AssignButton } from './assign-button.tsx';

const loadMenu = () => import('../actions/assign-menu.tsx');
const AssignMenu = lazy(loadMenu);

/** As the platform writes it: an address as it is, a name with its mark. */
function handleWords(handle: string): string {
  return handle.includes('@') && !handle.startsWith('@') ? handle : `@${handle.replace(/^@/, '')}`;
}

/** Who it is, who has it, and what can be done with it. */
export function ThreadHeader(props: {
  conversation: Conversation;
  view: View;
  actions: Actions;
  /** Of a thread of letters. */
  participants: readonly Participant[];
}): ReactNode {
  const { conversation, view, actions } = props;
  const t = useText();
  const { session, readOnly } = useDesk();
  const [assigning, setAssigning] = useState(false);
  const { owner, status } = conversation;
  const resolved = status === 'resolved';
  const mine = owner.kind === 'agent' && owner.agent?.id === session.agent.id;
  const able = !readOnly && !resolved;
  const teamName = (id: string): string => session.teams.find((team) => team.id === id)?.name ?? id;

  const resolve = (): void => {
    const next = neighbourOf(view, conversation.id);
    void actions.resolve().then((done) => {
      if (done) navigate({ page: 'inbox', view, conversationId: next });
    });
  };
  useCommand('take', () => void actions.take(), able && !mine);
  useCommand('bot', () => void actions.giveToBot(), able && owner.kind !== 'bot');
  useCommand('resolve', resolve, able);
  useCommand('assign', () => setAssigning(true), able);
  useCommand('escape', () => navigate({ page: 'inbox', view, conversationId: null }));

  const { contact } = conversation;
  return (
    <header className="flex min-h-(--pane-head) flex-wrap items-center gap-x-2 gap-y-1.5 border-b border-line px-4 py-2">
      <Link
        to={{ page: 'inbox', view, conversationId: null }}
        aria-label={t('thread.backToList')}
        className="-ms-1.5 inline-flex size-7 items-center justify-center rounded-md text-muted hover:bg-hover @3xl/desk:hidden"
      >
        <ArrowLeft size={16} aria-hidden className="rtl:rotate-180" />
      </Link>
      <div className="flex min-w-40 flex-1 flex-col">
        <div className="flex items-center gap-2">
          <h2 dir="auto" className="min-w-0 truncate text-m font-semibold">
            {contact.name}
          </h2>
          {contact.handle !== null && (
            <span className="min-w-0 truncate text-xs text-faint">{handleWords(contact.handle)}</span>
          )}
          {(conversation.priority === 'high' || conversation.priority === 'urgent') && (
            <Badge tone={conversation.priority === 'urgent' ? 'bad' : 'warn'}>
              {t(`priority.${conversation.priority}`)}
            </Badge>
          )}
          <Badge tone={resolved ? 'good' : mine ? 'accent' : 'neutral'}>
            {ownerWords(conversation, session.agent.id, teamName, t)}
          </Badge>
        </div>
        {conversation.subject !== null && conversation.subject !== '' && (
          <p dir="auto" data-subject className="min-w-0 truncate text-s font-medium" title={conversation.subject}>
            {conversation.subject}
          </p>
        )}
        <p className="flex min-w-0 items-center gap-1.5 text-xs text-muted">
          <ChannelMark channel={conversation.channel} />
          <span className="truncate">
            {channelName(conversation.channel)} · {conversation.accountId} · #{conversation.number}
            {conversation.threadTitle !== null && ` · ${conversation.threadTitle}`}
          </span>
          {props.participants.length > 1 && <ParticipantsBadge participants={props.participants} />}
          {conversation.block !== null && <BlockedBadge block={conversation.block} />}
        </p>
      </div>
      {!able && !readOnly && <BlockButton conversation={conversation} actions={actions} />}
      {able && (
        <div className="flex flex-wrap items-center gap-1.5">
          {!mine && (
            <Button look="primary" icon={<Hand size={14} aria-hidden />} onClick={() => void actions.take()}>
              {t('action.take')}
            </Button>
          )}
          {assigning ? (
            <Suspense fallback={<AssignButton disabled />}>
              <AssignMenu conversation={conversation} actions={actions} onClose={() => setAssigning(false)} />
            </Suspense>
          ) : (
            <AssignButton onPointerEnter={() => void loadMenu()} onClick={() => setAssigning(true)} />
          )}
          {owner.kind !== 'bot' && (
            <IconButton
              label={t('action.toBot')}
              keys={KEYS_OF.bot}
              className="border border-line"
              onClick={() => void actions.giveToBot()}
            >
              <Bot size={15} aria-hidden />
            </IconButton>
          )}
          <BlockButton conversation={conversation} actions={actions} />
          <Button icon={<CircleCheck size={14} aria-hidden />} onClick={resolve}>
            {t('action.resolve')}
          </Button>
        </div>
      )}
    </header>
  );
}
