import { createContext, type ReactNode, use, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { postNote, postReply } from '../api/calls.ts';
import type { Reply, Session } from '../api/model.ts';
import { createUploads, forgetWhenLeft } from '../composer/browser-uploads.ts';
import { Drafts } from '../composer/drafts.ts';
import type { Uploads } from '../composer/uploads.ts';
import type { LetterToSend } from '../letters/recipients.ts';
import { LiveConnection } from '../live/live-connection.ts';
import { createLiveSync } from '../live/live-sync.ts';
import { keepIn } from '../outbox/kept.ts';
import { Outbox } from '../outbox/outbox.ts';
import { queries, threadKey } from './queries.ts';

/** What every part of the signed-in page may use. */
export interface Desk {
  session: Session;
  outbox: Outbox;
  drafts: Drafts;
  /** Files beside replies that are being written. */
  uploads: Uploads;
  live: LiveConnection;
  /** Signed out elsewhere: what is shown may be read, and nothing can be done. */
  readOnly: boolean;
}

const DeskContext = createContext<Desk | null>(null);

/** The desk of whoever is signed in. */
export function useDesk(): Desk {
  const desk = use(DeskContext);
  if (desk === null) throw new Error('useDesk is called outside of the signed-in page');
  return desk;
}

type Kept = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

/** Storage that forgets, for browsers that refuse theirs. */
const forgetful: Kept = {
  length: 0,
  key: () => null,
  getItem: () => null,
  setItem: () => undefined,
  removeItem: () => undefined,
};

function storage(): Kept {
  try {
    return localStorage;
  } catch {
    return forgetful;
  }
}

/** The request's own arrays: what is kept is never changed. */
function toBody({ to, cc, bcc, subject }: LetterToSend): NonNullable<Reply['letter']> {
  return { to: [...to], cc: [...cc], bcc: [...bcc], ...(subject === undefined ? {} : { subject }) };
}

function createOutbox(agentId: string): Outbox {
  return new Outbox({
    async send({ id, conversationId, kind, text, files, answered, letter, publicly }) {
      if (kind === 'note') {
        await postNote(conversationId, { id, text });
        return;
      }
      await postReply(conversationId, {
        id,
        text,
        ...(files.length === 0 ? {} : { attachmentIds: files.map((file) => file.id) }),
        ...(answered === null ? {} : { replyToMessageId: answered.id }),
        ...(letter === null ? {} : { letter: toBody(letter) }),
        ...(publicly ? { publicly } : {}),
      });
    },
    stored: ({ conversationId }) => void queries.invalidateQueries({ queryKey: threadKey(conversationId) }),
    kept: keepIn(storage(), `parley.outbox.${agentId}.`),
    newId: () => crypto.randomUUID(),
    nowMs: () => Date.now(),
    random: () => Math.random(),
    later: (work, delayMs) => setTimeout(work, delayMs),
  });
}

/** Gives the page its desk and keeps it live while somebody is signed in. */
export function DeskProvider(props: {
  session: Session;
  readOnly: boolean;
  onSignedOut(): void;
  children: ReactNode;
}): ReactNode {
  const { session, readOnly, onSignedOut, children } = props;
  const agentId = session.agent.id;
  const [parts] = useState(() => {
    const address = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/v1/live`;
    return {
      outbox: createOutbox(agentId),
      drafts: new Drafts(agentId, storage()),
      uploads: createUploads(),
      live: new LiveConnection(address, createLiveSync(agentId, onSignedOut)),
    };
  });
  useEffect(() => {
    if (readOnly) return;
    const { live, outbox } = parts;
    const wakeWhenOpen = live.subscribe(() => {
      if (live.state() === 'open') outbox.wake();
    });
    live.start();
    outbox.wake();
    return () => {
      wakeWhenOpen();
      live.stop();
    };
  }, [parts, readOnly]);
  useEffect(() => forgetWhenLeft(parts.uploads), [parts]);
  const desk = useMemo<Desk>(() => ({ session, readOnly, ...parts }), [session, readOnly, parts]);
  return <DeskContext value={desk}>{children}</DeskContext>;
}

/** Whether pushes arrive: `away` after the connection was lost. */
export function useLiveState(): ReturnType<LiveConnection['state']> {
  const { live } = useDesk();
  return useSyncExternalStore(live.subscribe, live.state);
}

/** What the agent wrote in a conversation and the thread may not show yet. */
export function useOutgoing(): ReturnType<Outbox['entries']> {
  const { outbox } = useDesk();
  return useSyncExternalStore(outbox.subscribe, outbox.entries);
}
