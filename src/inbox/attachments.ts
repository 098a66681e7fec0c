import type { Capabilities } from '../core/capabilities.ts';
import { FileTooLarge, Refused } from '../core/errors.ts';
import type { Viewer } from '../core/model/agent.ts';
import type { AttachmentShown } from '../core/model/attachment.ts';
import type { ConversationId } from '../core/model/ids.ts';
import { judgeOutgoing } from '../core/outgoing-file.ts';
import type { AttachmentFound, AttachmentStore } from '../core/ports/attachment-store.ts';
import type { ChannelAccount } from '../core/ports/channel.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { InboxStore } from '../core/ports/inbox-store.ts';
import type { KeptBytes, KeptFile } from '../core/ports/kept-bytes.ts';
import { noAccount, noFiles, notFound, refusalOf } from './inbox.ts';

/** Uploads of one agent in one conversation that may wait to be sent. */
const MAX_UNSENT = 10;

export interface AttachmentsDeps {
  store: Pick<InboxStore, 'replyAddress'>;
  attachments: AttachmentStore;
  bytes: KeptBytes;
  account(id: string): ChannelAccount | undefined;
  clock: Pick<Clock, 'monotonicMs'>;
  /** Told after the commit of everything a person changed. */
  onChange(change: { conversationId: ConversationId }): void;
}

/** Bytes ready to be handed out. */
export interface FileContent {
  id: string;
  fileName: string | null;
  /** As read from the bytes; null: unknown. Never what a sender claims. */
  mime: string | null;
  sizeBytes: number;
  read(range?: { start: number; end: number }): AsyncIterable<Uint8Array>;
}

/** A file on its way from an agent's browser. */
export interface Upload {
  /** The client's, so that the same upload sent again is there once. */
  id: string;
  name: string;
  /** As announced; null: not said. */
  sizeBytes: number | null;
  body: AsyncIterable<Uint8Array>;
}

/** Files, as one agent sees them. What the agent may not see does not exist. All throw {@link Refused}. */
export interface Attachments {
  /** `taken`: writes down that the agent takes it, or a part of it; the parts of one taking (a player's) are written down once. */
  content(viewer: Viewer, id: string): Promise<FileContent & { taken(): Promise<void> }>;
  /** Our small picture of it: WebP. */
  preview(viewer: Viewer, id: string): Promise<FileContent>;
  /** Has a file fetched that was refused or could not be had. */
  fetchAgain(viewer: Viewer, id: string): Promise<AttachmentShown>;
  /** Takes in a file for a later reply. */
  upload(viewer: Viewer, conversation: ConversationId, upload: Upload): Promise<AttachmentShown>;
  /** The agent's own uploads that wait. */
  uploads(viewer: Viewer, conversation: ConversationId): Promise<AttachmentShown[]>;
  /** Forgets an upload of the agent's that was not sent. */
  forget(viewer: Viewer, id: string): Promise<void>;
}

const NAME_LENGTH = 200;
/** Requests of one agent for one file within this are one taking, ms. */
const ONE_TAKING_MS = 10 * 60_000;
const MOST_TAKINGS = 2_000;

const NOT_STORED: Readonly<Record<Exclude<AttachmentShown['state'], 'stored'>, { message: string; mend: string }>> = {
  waiting: { message: 'this file is still being fetched', mend: 'try again in a moment' },
  refused: { message: 'this file was not fetched', mend: 'ask for it with “fetch”, if it can be had' },
  gone: { message: 'the platform does not have this file any more', mend: 'ask the customer to send it again' },
  failed: { message: 'this file could not be fetched', mend: 'ask for it once more with “fetch”' },
  erased: { message: 'this file was erased', mend: 'ask the customer to send it again' },
};

function noFile(): Refused {
  return new Refused('not_found', 'there is no such file', { mend: 'reload the conversation' });
}

function notStored({ state, reason }: Pick<AttachmentShown, 'state' | 'reason'>): Refused {
  const { message, mend } = NOT_STORED[state === 'stored' ? 'gone' : state];
  return new Refused(
    `file_${state === 'stored' ? 'gone' : state}`,
    reason === null ? message : `${message}: ${reason}`,
    {
      mend,
    },
  );
}

/** One harmless line: never a path, nothing that hides or turns around what follows it. */
function nameOf(given: string): string {
  const line = given
    .toWellFormed()
    .normalize('NFC')
    .replaceAll(/[/\\]/gu, '_')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .trim();
  const points = Array.from(line === '' || /^\.+$/u.test(line) ? 'file' : line);
  if (points.length <= NAME_LENGTH) return points.join('');
  const ending = /\.[^.]{1,10}$/u.exec(line)?.[0] ?? '';
  return points.slice(0, NAME_LENGTH - ending.length).join('') + ending;
}

/** Largest file a channel takes as anything at all, bytes. */
function largest(media: NonNullable<Capabilities['media']>): number {
  return Math.max(0, ...Object.values(media.maxBytes));
}

/** Which takings were written down lately, so that a player's many ranges are one. Bounded: what falls out is written down again. */
function createTakings(nowMs: () => number): (key: string) => boolean {
  const lately = new Map<string, number>();
  return (key) => {
    const since = lately.get(key);
    if (since !== undefined && nowMs() - since < ONE_TAKING_MS) return false;
    lately.delete(key);
    lately.set(key, nowMs());
    for (const oldest of lately.keys()) {
      if (lately.size <= MOST_TAKINGS) break;
      lately.delete(oldest);
    }
    return true;
  };
}

/** Files over their store. */
export function createAttachments(deps: AttachmentsDeps): Attachments {
  const { store, attachments, bytes } = deps;
  const isNew = createTakings(() => deps.clock.monotonicMs());

  async function find(viewer: Viewer, id: string): Promise<AttachmentFound> {
    const found = await attachments.find(viewer, id);
    if (found === null) throw noFile();
    return found;
  }

  async function contentOf(blobId: string, about: Pick<FileContent, 'id' | 'fileName' | 'mime'>): Promise<FileContent> {
    const sizeBytes = await bytes.sizeOf(blobId);
    if (sizeBytes === null) {
      throw new Refused('file_missing', 'the bytes of this file are not in the storage', {
        mend: 'tell whoever runs this: the storage lost a file that the store names',
      });
    }
    return { ...about, sizeBytes, read: (range) => bytes.open(blobId, range) };
  }

  async function accountOf(viewer: Viewer, conversation: ConversationId): Promise<ChannelAccount> {
    const address = await store.replyAddress(viewer, conversation);
    if (address === null) throw notFound();
    const account = deps.account(address.accountId);
    if (account === undefined) throw noAccount(address.accountId);
    return account;
  }

  async function keep({ sizeBytes, body }: Upload, limit: number): Promise<KeptFile> {
    if (sizeBytes !== null && sizeBytes > limit) throw new FileTooLarge(limit);
    const kept = await bytes.keep(body, limit);
    if (kept.kind === 'too_large') throw new FileTooLarge(limit);
    if (kept.kind === 'cut') {
      throw new Refused('upload_cut', 'the upload ended before its end', { mend: 'send the file again' });
    }
    if (kept.file.sizeBytes === 0) {
      throw new Refused('file_empty', 'this file is empty; platforms refuse such', { mend: 'choose another file' });
    }
    return kept.file;
  }

  return {
    async content(viewer, id) {
      const { shown, conversationId, blobId, detectedMime } = await find(viewer, id);
      if (blobId === null) throw notStored(shown);
      return {
        ...(await contentOf(blobId, { id, fileName: shown.fileName, mime: detectedMime })),
        taken: async () => {
          if (isNew(`${viewer.id} ${id}`)) await attachments.downloaded(viewer.id, id, conversationId);
        },
      };
    },

    async preview(viewer, id) {
      const { shown, blobId, previewBlobId } = await find(viewer, id);
      if (blobId === null) throw notStored(shown);
      if (previewBlobId === null) {
        throw new Refused('not_found', 'there is no preview of this file', { mend: 'take the file itself' });
      }
      return contentOf(previewBlobId, { id, fileName: null, mime: 'image/webp' });
    },

    async fetchAgain(viewer, id) {
      const asked = await attachments.fetchAgain(viewer, id);
      if (asked.outcome === 'signed_out') throw refusalOf('signed_out');
      const { shown } = await find(viewer, id);
      if (asked.outcome === 'asked') {
        if (asked.changed) deps.onChange({ conversationId: asked.conversationId });
        return shown;
      }
      throw asked.outcome === 'moved_on' ? notStored(shown) : noFile();
    },

    async upload(viewer, conversation, upload) {
      const account = await accountOf(viewer, conversation);
      const { media } = account.capabilities;
      if (media === null) throw noFiles(account);
      const waiting = await attachments.uploads(viewer.id, conversation);
      const there = waiting.find(({ id }) => id === upload.id);
      if (there !== undefined) return there;
      if (waiting.length >= MAX_UNSENT) throw tooManyFiles(MAX_UNSENT);
      const fileName = nameOf(upload.name);
      const file = await keep(upload, largest(media));
      const { detectedMime: mime, width, height, sizeBytes } = file;
      const verdict = judgeOutgoing({ mime, width, height, sizeBytes }, account.capabilities);
      if (!verdict.ok) throw verdict.code === 'no_files' ? noFiles(account) : new FileTooLarge(verdict.limitBytes);
      const { kind } = verdict;
      const kept = await attachments.upload(conversation, viewer.id, {
        id: upload.id,
        fileName,
        kind,
        file,
        atMost: MAX_UNSENT,
      });
      switch (kept.outcome) {
        case 'kept':
          return kept.upload;
        case 'id_taken':
          throw new Refused('id_taken', 'another file has this id', { mend: 'make a new id for each file' });
        case 'too_many_files':
          throw tooManyFiles(MAX_UNSENT);
        case 'signed_out':
          throw refusalOf('signed_out');
        case 'gone':
          throw notFound();
      }
    },

    async uploads(viewer, conversation) {
      if ((await store.replyAddress(viewer, conversation)) === null) throw notFound();
      return attachments.uploads(viewer.id, conversation);
    },

    async forget(viewer, id) {
      const outcome = await attachments.forget(viewer.id, id);
      if (outcome === 'gone') throw noFile();
      if (outcome === 'sent') {
        throw new Refused('file_sent', 'this file is part of a message', { mend: 'delete the message instead' });
      }
    },
  };
}

/** Refuses more files than fit. */
function tooManyFiles(atMost: number): Refused {
  return new Refused('too_many_files', `at most ${atMost} files can wait for one message`, {
    mend: 'send these first, or remove one',
  });
}
