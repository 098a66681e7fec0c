import { crashPoint } from '../core/crash-point.ts';
import { ParleyError } from '../core/errors.ts';
import type { MessageExtras } from '../core/model/extras.ts';
import { type AgentId, brandId, type ConversationId, type MessageId } from '../core/model/ids.ts';
import type { Correspondent } from '../core/model/letter.ts';
import type { OutboundContent } from '../core/model/outbound.ts';
import type { ChannelAccount } from '../core/ports/channel.ts';
import type { IdGenerator } from '../core/ports/clock.ts';
import type { PeopleStore, WriteOutcome } from '../core/ports/people-store.ts';
import type { OutboundDraft } from '../core/ports/pipeline-store.ts';
import type { WakeQueue } from '../core/ports/queue.ts';
import { wordsForFiles } from '../core/rules/message-words.ts';

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

/** What a person decided about a letter. `to` empty or left out: whoever wrote last; `subject` likewise: that of the answered one. */
export interface LetterOfReply {
  to?: readonly Correspondent[] | undefined;
  cc?: readonly Correspondent[] | undefined;
  bcc?: readonly Correspondent[] | undefined;
  subject?: string | undefined;
}

/** Nobody twice: the first mention of an address counts, in the order to, cc, bcc. */
function letterExtras({
  to = [],
  cc = [],
  bcc = [],
  subject = '',
}: LetterOfReply): NonNullable<MessageExtras['letter']> {
  const named = new Set<string>();
  const once = (people: readonly Correspondent[]): Correspondent[] =>
    people.filter(({ address }) => {
      const key = address.toLowerCase();
      return !named.has(key) && named.add(key);
    });
  return { subject: subject.trim(), to: once(to), cc: once(cc), bcc: once(bcc) };
}

/** A reply as a client made it. `id` is the client's, so that the same reply sent again is stored once. */
export interface Reply {
  id: MessageId;
  account: ChannelAccount;
  content: OutboundContent;
  /** The platform's id of the message that is answered. */
  replyTo?: string | null;
  letter?: LetterOfReply | undefined;
}

/**
 * Renders a reply for its channel and writes it to the outbox. Class `single`: a person's words are never sent twice on a
 * guess.
 */
export async function draftReply<Outcome>(
  { id, account, content, replyTo = null, letter }: Reply,
  ids: IdGenerator,
  write: (draft: OutboundDraft) => Promise<Outcome>,
): Promise<Outcome> {
  const parts = account
    .render(content)
    .map((part, index) => ({ id: brandId<never>(ids.uuid()), part, replyTo: index === 0 ? replyTo : null }));
  const { text, attachments = [] } = content;
  const silent = attachments.length > 0 && !/\S/u.test(text);
  const extras: MessageExtras = {
    ...(silent ? { standIn: 'file' as const } : {}),
    ...(letter === undefined ? {} : { letter: letterExtras(letter) }),
    ...(content.buttons === undefined ? {} : { buttons: content.buttons.map((row) => [...row]) }),
  };
  crashPoint('reply.before-commit');
  const outcome = await write({
    id,
    text: silent ? wordsForFiles(attachments) : text,
    body: content.body ?? null,
    class: 'single',
    causeId: null,
    parts,
    ...(Object.keys(extras).length === 0 ? {} : { extras }),
    ...(attachments.length === 0 ? {} : { attachmentIds: attachments.map((file) => file.id) }),
  });
  crashPoint('reply.after-commit');
  return outcome;
}

/** A reply without asking for anybody's rights: whoever calls this speaks for the agent. @throws {ReplyRefused} */
export async function replyAsAgent(
  deps: ReplyDeps,
  reply: Reply & { conversationId: ConversationId; agentId: AgentId },
): Promise<Extract<WriteOutcome, { outcome: 'ok' }>> {
  const outcome = await draftReply(reply, deps.ids, (draft) =>
    deps.people.reply(reply.conversationId, reply.agentId, draft),
  );
  if (outcome.outcome !== 'ok') throw new ReplyRefused(outcome.outcome);
  deps.queue.wake(outcome.shard % deps.shards);
  return outcome;
}
