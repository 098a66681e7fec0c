import { Refused } from '../core/errors.ts';
import type { Viewer } from '../core/model/agent.ts';
import type { ConversationId, MessageId } from '../core/model/ids.ts';
import type { ConversationShown, LetterShown } from '../core/model/inbox.ts';
import type { ActOutcome, DeskStore, InboxStore, LetterFound } from '../core/ports/inbox-store.ts';
import type { KeptBytes } from '../core/ports/kept-bytes.ts';
import type { WakeQueue } from '../core/ports/queue.ts';
import type { RemotePicture, RemotePictures } from '../core/ports/remote-pictures.ts';
import { settle } from './inbox.ts';
import { remoteImages } from './remote-images.ts';

/** Longer formatted text is offered as a file alone, bytes. */
const MAX_HTML_BYTES = 4_000_000;

export interface LettersDeps {
  store: Pick<InboxStore, 'letter' | 'conversation'>;
  desk: Pick<DeskStore, 'recover' | 'confirm'>;
  bytes: Pick<KeptBytes, 'open' | 'sizeOf'>;
  pictures: RemotePictures;
  queue: Pick<WakeQueue, 'wake'>;
  shards: number;
  /** Told after the commit of everything a person changed. */
  onChange(change: { conversationId: ConversationId }): void;
}

/** Letters as one agent sees them. What the agent may not see does not exist. All throw {@link Refused}. */
export interface Letters {
  /** The formatted text of a letter, and which pictures it wants. */
  formatted(viewer: Viewer, message: MessageId): Promise<LetterShown>;
  /** A picture that the letter names and that lies elsewhere. One that only tells that somebody reads is refused. */
  picture(viewer: Viewer, message: MessageId, index: number): Promise<RemotePicture>;
  /** Takes a conversation out of what was filed; null when it left the agent's reach by that. */
  recover(viewer: Viewer, conversation: ConversationId): Promise<ConversationShown | null>;
  /** The sender nobody vouches for is who they say: their conversation goes over to the contact known by that address. */
  confirm(viewer: Viewer, conversation: ConversationId): Promise<ConversationShown | null>;
}

function noLetter(): Refused {
  return new Refused('not_found', 'there is no such letter', { mend: 'reload the conversation' });
}

/** Letters over their stores. */
export function createLetters(deps: LettersDeps): Letters {
  const { store, desk, bytes, pictures } = deps;

  async function textOf({ htmlBlobId }: LetterFound): Promise<string> {
    if (htmlBlobId === null) {
      throw new Refused('not_formatted', 'this letter has no formatted text', { mend: 'read its plain text' });
    }
    const sizeBytes = await bytes.sizeOf(htmlBlobId);
    if (sizeBytes === null) {
      throw new Refused('file_missing', 'the formatted text of this letter is not in the storage', {
        mend: 'tell whoever runs this: the storage lost a file that the store names',
      });
    }
    if (sizeBytes > MAX_HTML_BYTES) {
      throw new Refused('letter_too_large', 'the formatted text of this letter is too large to be shown', {
        mend: 'read its plain text, or download the original',
      });
    }
    const pieces: Uint8Array[] = [];
    for await (const piece of bytes.open(htmlBlobId)) pieces.push(piece);
    return Buffer.concat(pieces).toString('utf8');
  }

  async function done(
    viewer: Viewer,
    conversation: ConversationId,
    act: Promise<ActOutcome>,
  ): Promise<ConversationShown | null> {
    const { shard } = settle(await act);
    deps.onChange({ conversationId: conversation });
    deps.queue.wake(shard % deps.shards);
    return store.conversation(viewer, conversation);
  }

  return {
    async formatted(viewer, message) {
      const found = await store.letter(viewer, message);
      if (found === null) throw noLetter();
      const html = await textOf(found);
      return { html, images: found.images, remote: remoteImages(html) };
    },

    async picture(viewer, message, index) {
      const found = await store.letter(viewer, message);
      if (found === null) throw noLetter();
      const wanted = remoteImages(await textOf(found)).find((one) => one.index === index);
      if (wanted === undefined) throw noLetter();
      if (wanted.tracking) {
        throw new Refused('remote_tracking', 'this picture only tells its sender that somebody reads', {
          mend: 'nothing: it shows nothing',
        });
      }
      return pictures.fetch(wanted.url);
    },

    recover: (viewer, conversation) => done(viewer, conversation, desk.recover(conversation, viewer.id)),
    confirm: (viewer, conversation) => done(viewer, conversation, desk.confirm(conversation, viewer.id)),
  };
}
