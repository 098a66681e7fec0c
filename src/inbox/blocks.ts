import type { Viewer } from '../core/model/agent.ts';
import { type BlockList, type BlockTerm, termMs } from '../core/model/block.ts';
import { type CustomerLanguage, customerLanguage } from '../core/model/conversation.ts';
import { brandId, type ConversationId } from '../core/model/ids.ts';
import type { ConversationShown } from '../core/model/inbox.ts';
import type { BlockStore } from '../core/ports/block-store.ts';
import type { ChannelAccount } from '../core/ports/channel.ts';
import type { IdGenerator } from '../core/ports/clock.ts';
import type { ActOutcome, InboxStore } from '../core/ports/inbox-store.ts';
import type { OutboundDraft } from '../core/ports/pipeline-store.ts';
import { settle } from './inbox.ts';

export interface BlocksDeps {
  store: Pick<InboxStore, 'conversation'>;
  blocks: BlockStore;
  account(id: string): ChannelAccount | undefined;
  ids: IdGenerator;
  /** What a blocked contact is told once. */
  notice(language: CustomerLanguage): string;
  /** Told after the commit of everything a person changed. */
  onChange(change: { conversationId: ConversationId }): void;
}

/** Blocking contacts, as one agent may. What the agent may not see does not exist. */
export interface Blocks {
  list(viewer: Viewer): Promise<BlockList>;
  /** Blocks a conversation's contact everywhere. @throws {Refused} */
  block(
    viewer: Viewer,
    id: ConversationId,
    block: { id: string; term: BlockTerm; reason: string },
  ): Promise<ConversationShown | null>;
  /** @throws {Refused} */
  unblock(viewer: Viewer, id: ConversationId): Promise<ConversationShown | null>;
}

/**
 * Blocking over its store. The notice is rendered here for every place of the contact and waits there, so that ingest, which
 * knows no channel, can send it with the contact's first message.
 */
export function createBlocks(deps: BlocksDeps): Blocks {
  const { blocks, ids, store } = deps;

  function noticeFor(account: ChannelAccount, language: string | null): OutboundDraft {
    const text = deps.notice(customerLanguage(language));
    const parts = account.render({ text }).map((part) => ({ id: brandId<never>(ids.uuid()), part, replyTo: null }));
    return { id: brandId(ids.uuid()), text, body: null, class: 'repeatable', causeId: null, parts };
  }

  async function after(viewer: Viewer, id: ConversationId, outcome: ActOutcome): Promise<ConversationShown | null> {
    settle(outcome);
    deps.onChange({ conversationId: id });
    return store.conversation(viewer, id);
  }

  return {
    list: (viewer) => blocks.list(viewer),

    async block(viewer, id, { id: blockId, term, reason }) {
      const notices = (await blocks.places(viewer, id)).flatMap(({ threadId, accountId, language }) => {
        const account = deps.account(accountId);
        return account === undefined ? [] : [{ threadId, message: noticeFor(account, language) }];
      });
      const outcome = await blocks.block(id, viewer.id, { id: blockId, forMs: termMs(term), reason, notices });
      return after(viewer, id, outcome);
    },

    unblock: async (viewer, id) => after(viewer, id, await blocks.unblock(id, viewer.id)),
  };
}
