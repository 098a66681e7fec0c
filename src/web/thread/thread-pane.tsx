import { useQuery } from '@tanstack/react-query';
import { Lock } from 'lucide-react';
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useActions } from '../actions/use-actions.ts';
import { asFailure } from '../api/failure.ts';
import type { Message } from '../api/model.ts';
import { useDesk, useOutgoing } from '../app/desk.tsx';
import { knownConversation, queries, threadKey, threadQuery } from '../app/queries.ts';
import { useAbilities } from '../channels/abilities.ts';
import { Blank } from '../components/blank.tsx';
import { Button } from '../components/button.tsx';
import { Bar, Patience } from '../components/skeleton.tsx';
import { Trouble } from '../components/trouble.tsx';
import type { Answered } from '../composer/answering-bar.tsx';
import { Composer } from '../composer/composer.tsx';
import { checkFile } from '../composer/file-check.ts';
import { useText } from '../i18n/text.ts';
import { runCommand } from '../keyboard/commands.ts';
import { ClaimedBanner } from '../letters/claimed-banner.tsx';
import { FiledBanner } from '../letters/filed-banner.tsx';
import { answeredLetter } from '../letters/recipients.ts';
import type { View } from '../router/route.ts';
import { navigate } from '../router/router.tsx';
import { ColleagueNotice } from './colleague-notice.tsx';
import { CustomerTyping } from './customer-typing.tsx';
import { DropZone } from './drop-zone.tsx';
import type { LoadedThread } from './loaded-thread.ts';
import { ContinuedNotice, PublicNotice } from './place-notices.tsx';
import { ThreadHeader } from './thread-header.tsx';
import { ThreadScroll } from './thread-scroll.tsx';
import { ThreadToolsContext } from './thread-tools.ts';
import { useMarkRead } from './use-mark-read.ts';
import { useThreadToolsOf } from './use-thread-tools.ts';

/** An open conversation: its head, everything said, and where the answer is written. Lazy. */
export default function ThreadPane({ conversationId, view }: { conversationId: string; view: View }): ReactNode {
  const t = useText();
  const { readOnly } = useDesk();
  const thread = useQuery(threadQuery(conversationId));
  const actions = useActions(conversationId);
  // What changed while it was not shown comes first, so that it opens where the unread begins; when that does not come at once, what
  // is known has to do.
  const [caughtUp, setCaughtUp] = useState(
    () => queries.getQueryState(threadKey(conversationId))?.isInvalidated !== true,
  );
  if (!caughtUp && (!thread.isFetching || thread.failureCount > 0)) setCaughtUp(true);
  const conversation = thread.data?.conversation ?? knownConversation(conversationId);
  useForgetStored(thread.data);

  if (thread.data === undefined && thread.isError) {
    const failure = asFailure(thread.error);
    if (failure.status !== 404) return <Trouble failure={failure} onRetry={() => void thread.refetch()} />;
    return (
      <Blank
        icon={<Lock size={18} aria-hidden />}
        title={t('thread.gone')}
        action={
          <Button onClick={() => navigate({ page: 'inbox', view, conversationId: null })}>
            {t('thread.backToList')}
          </Button>
        }
      >
        {t('thread.goneHint')}
      </Blank>
    );
  }
  return (
    <>
      {conversation !== undefined && (
        <ThreadHeader
          conversation={conversation}
          view={view}
          actions={actions}
          participants={thread.data?.participants ?? []}
        />
      )}
      {thread.data === undefined || !caughtUp ? (
        <ThreadBars />
      ) : (
        <OpenThread thread={thread.data} view={view} actions={actions} readOnly={readOnly} />
      )}
    </>
  );
}

function OpenThread(props: {
  thread: LoadedThread;
  view: View;
  actions: ReturnType<typeof useActions>;
  readOnly: boolean;
}): ReactNode {
  const { thread, actions, readOnly } = props;
  const { conversation, items } = thread;
  const entries = useOutgoing();
  const outgoing = useMemo(() => {
    const there = new Set(items.map((one) => one.id));
    return entries.filter((one) => one.conversationId === conversation.id && !there.has(one.id));
  }, [entries, items, conversation.id]);
  const [unreadAtOpening] = useState(conversation.unread);
  useMarkRead(thread, readOnly);
  const t = useText();
  const abilities = useAbilities(conversation.channel);
  const [answered, setAnswered] = useState<Answered | null>(null);
  const answer = useCallback(
    ({ id, author, text }: Message) => {
      setAnswered({ id, author: author.kind === 'bot' ? t('author.bot') : author.name, text });
      runCommand('reply');
    },
    [t],
  );
  const tools = useThreadToolsOf({ conversation, abilities, readOnly, answer });
  const letters = useMemo(
    () => (abilities?.letters === true ? { answered: answeredLetter(items), participants: thread.participants } : null),
    [abilities, items, thread.participants],
  );
  const { uploads } = useDesk();
  const addFiles = (files: readonly File[]): void => {
    if (abilities !== null) uploads.add(conversation.id, files, (file, already) => checkFile(file, already, abilities));
  };
  return (
    <ThreadToolsContext value={tools}>
      {conversation.filedAs !== null && (
        <FiledBanner filedAs={conversation.filedAs} actions={actions} readOnly={readOnly} />
      )}
      {conversation.claimed !== null && (
        <ClaimedBanner
          contact={conversation.contact}
          claimed={conversation.claimed}
          actions={actions}
          readOnly={readOnly}
        />
      )}
      <ContinuedNotice conversation={conversation} view={props.view} />
      <DropZone able={!readOnly && abilities !== null} onFiles={addFiles}>
        <ThreadScroll
          thread={thread}
          outgoing={outgoing}
          unreadAtOpening={unreadAtOpening}
          actions={actions}
          readOnly={readOnly}
        />
        <div className="mx-auto w-full max-w-4xl px-4">
          <CustomerTyping thread={thread} />
          <ColleagueNotice thread={thread} />
        </div>
        {!readOnly && <PublicNotice conversation={conversation} answering={thread.answering} />}
        {!readOnly && (
          <Composer
            key={conversation.id}
            conversation={conversation}
            abilities={abilities}
            letters={letters}
            answered={answered}
            answering={thread.answering}
            onPutAside={actions.putAside}
            onAnswered={() => setAnswered(null)}
            onFiles={addFiles}
          />
        )}
      </DropZone>
    </ThreadToolsContext>
  );
}

/** What the thread shows by now needs no place of its own any more. */
function useForgetStored(thread: LoadedThread | undefined): void {
  const { outbox } = useDesk();
  const forgotten = useRef<LoadedThread>(undefined);
  useEffect(() => {
    if (thread === undefined || forgotten.current === thread) return;
    forgotten.current = thread;
    outbox.forget(thread.items.map((one) => one.id));
  });
}

function ThreadBars(): ReactNode {
  const t = useText();
  return (
    <div className="min-h-0 flex-1">
      <Patience label={t('state.loading')}>
        <div className="mx-auto flex max-w-4xl flex-col gap-5 p-6">
          {['w-1/2', 'w-2/5', 'w-3/5'].map((width, index) => (
            <div key={width} className={index === 1 ? 'flex flex-row-reverse gap-2.5' : 'flex gap-2.5'}>
              <Bar className="size-8 rounded-full" />
              <Bar className={`h-14 rounded-lg ${width}`} />
            </div>
          ))}
        </div>
      </Patience>
    </div>
  );
}
