import type { Viewer } from '../core/model/agent.ts';
import type { ConversationId } from '../core/model/ids.ts';
import type { ChannelAccount } from '../core/ports/channel.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { InboxStore } from '../core/ports/inbox-store.ts';
import type { Log } from '../core/ports/log.ts';
import { notFound } from './inbox.ts';

/** Platforms show it for about five seconds; more often says nothing new. */
const AGAIN_MS = 4_000;
const CALL_MS = 5_000;
/** Beyond this many conversations the old ones are forgotten. */
const REMEMBERED = 1_000;

export interface TypingDeps {
  store: Pick<InboxStore, 'replyAddress'>;
  account(id: string): ChannelAccount | undefined;
  clock: Clock;
  log: Log;
}

/** Shows customers that somebody writes. */
export interface Typing {
  /** Resolves before the platform has heard it; whether it ever does is nobody's trouble. @throws {Refused} `not_found` */
  show(viewer: Viewer, conversation: ConversationId): Promise<void>;
}

/** At most once in four seconds for each conversation, in this process. */
export function createTyping({ store, account, clock, log }: TypingDeps): Typing {
  const shownMs = new Map<ConversationId, number>();

  function isDue(conversation: ConversationId): boolean {
    const nowMs = clock.monotonicMs();
    if (nowMs - (shownMs.get(conversation) ?? Number.NEGATIVE_INFINITY) < AGAIN_MS) return false;
    // In the order of their last time: the first is the oldest.
    shownMs.delete(conversation);
    shownMs.set(conversation, nowMs);
    const [oldest] = shownMs.keys();
    if (shownMs.size > REMEMBERED && oldest !== undefined) shownMs.delete(oldest);
    return true;
  }

  return {
    async show(viewer, conversation) {
      const address = await store.replyAddress(viewer, conversation);
      if (address === null) throw notFound();
      const channel = account(address.accountId);
      if (channel?.typing === undefined || !channel.capabilities.typing || !isDue(conversation)) return;
      channel.typing(address.address, AbortSignal.timeout(CALL_MS)).catch((error: unknown) => {
        const why = error instanceof Error ? error.name : typeof error;
        log.debug({ accountId: address.accountId, error: why }, 'typing was not shown');
      });
    },
  };
}
