import { crashPoint } from '../core/crash-point.ts';
import { ParleyError } from '../core/errors.ts';
import { type AgentId, brandId, type ConversationId, type MessageId } from '../core/model/ids.ts';
import type { OutboundContent } from '../core/model/outbound.ts';
import type { ChannelAccount } from '../core/ports/channel.ts';
import type { IdGenerator } from '../core/ports/clock.ts';
import type { PeopleStore, WriteOutcome } from '../core/ports/people-store.ts';
import type { WakeQueue } from '../core/ports/queue.ts';

export interface ReplyDeps {
  people: PeopleStore;
  queue: Pick<WakeQueue, 'wake'>;
  ids: IdGenerator;
  shards: number;
}

/** A reply the agent is told about: why it was not taken. */
export class ReplyRefused extends ParleyError {
  constructor(outcome: 'gone' | 'superseded') {
    super(
      `reply_${outcome}`,
      outcome === 'gone'
        ? 'this conversation does not exist any more'
        : 'this conversation is resolved and the customer has a newer one',
      { mend: outcome === 'gone' ? 'reload the list' : 'reply in the newer conversation' },
    );
  }
}

/**
 * An agent's reply: rendered for its channel, written to the outbox, then a wake. Class `single`: a person's words are
 * never sent twice on a guess. `id` is the client's, so that the same reply sent again is stored once.
 * @throws {ReplyRefused}
 */
export async function replyAsAgent(
  deps: ReplyDeps,
  reply: {
    id: MessageId;
    conversationId: ConversationId;
    agentId: AgentId;
    account: ChannelAccount;
    content: OutboundContent;
  },
): Promise<Extract<WriteOutcome, { outcome: 'ok' }>> {
  const parts = reply.account
    .render(reply.content)
    .map((part) => ({ id: brandId<never>(deps.ids.uuid()), part, replyTo: null }));
  crashPoint('reply.before-commit');
  const outcome = await deps.people.reply(reply.conversationId, reply.agentId, {
    id: reply.id,
    text: reply.content.text,
    body: reply.content.body ?? null,
    class: 'single',
    causeId: null,
    parts,
  });
  crashPoint('reply.after-commit');
  if (outcome.outcome !== 'ok') throw new ReplyRefused(outcome.outcome);
  deps.queue.wake(outcome.shard % deps.shards);
  return outcome;
}
