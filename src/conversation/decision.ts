import type { CustomerLanguage } from '../core/model/conversation.ts';
import { brandId, type MessageId, type TeamId } from '../core/model/ids.ts';
import type { OutboundContent } from '../core/model/outbound.ts';
import type { BotDecision } from '../core/ports/brain.ts';
import type { ChannelAccount } from '../core/ports/channel.ts';
import type { IdGenerator } from '../core/ports/clock.ts';
import type { Decision, NewMessage, OutboundDraft, Work } from '../core/ports/pipeline-store.ts';

/** The customer-facing sentences a decision may need besides a brain's own. */
export interface NoticeTexts {
  /** A secret was pasted: treat the wallet as lost; we never ask for it. */
  secretWarning(language: CustomerLanguage): string;
  /** A person takes over. */
  handedOver(language: CustomerLanguage): string;
  /** Before the bot's first answer to a contact; left out: nobody is greeted. */
  greeting?(language: CustomerLanguage): string;
}

/** What turning work into a decision needs; no I/O. */
export interface DecisionContext {
  ids: IdGenerator;
  account: ChannelAccount;
  texts: NoticeTexts;
  team: TeamId;
  language: CustomerLanguage;
  echoOnly: boolean;
}

type Draftable = { content: OutboundContent; class: 'repeatable' | 'single' };

/** Renders a message for its channel and names its parts. @throws what the channel's renderer throws */
export function draft(
  message: Draftable,
  cause: NewMessage | null,
  context: Pick<DecisionContext, 'account' | 'ids'>,
): OutboundDraft {
  return {
    id: brandId(context.ids.uuid()),
    text: message.content.text,
    body: message.content.body ?? null,
    class: message.class,
    causeId: cause?.id ?? null,
    parts: context.account
      .render(message.content)
      .map((part) => ({ id: brandId(context.ids.uuid()), part, replyTo: null })),
    ...(message.content.buttons === undefined
      ? {}
      : { extras: { buttons: message.content.buttons.map((row) => [...row]) } }),
  };
}

/** A decision that changes nothing yet. */
export function base(work: Work, messages: readonly NewMessage[]): Decision {
  if (work.conversation === null) throw new Error(`thread ${work.threadId} has new messages and no conversation`);
  return {
    threadId: work.threadId,
    token: work.token,
    release: false,
    conversationId: work.conversation.id,
    ownerVersion: work.conversation.ownerVersion,
    messageIds: messages.map((message): MessageId => message.id),
    messageState: 'routed',
    why: '',
    memory: null,
    language: null,
    handoffTeam: null,
    secretTold: false,
    urgent: false,
    usedTurn: null,
    newTurn: null,
    outbound: [],
  };
}

/** The conversation is owned by people: its new messages are theirs, and a pasted secret is answered with the warning. */
export function routeToPeople(work: Work, messages: readonly NewMessage[], context: DecisionContext): Decision {
  const warn = work.conversation?.secretPending === true && !context.echoOnly;
  const warning = { content: { text: context.texts.secretWarning(context.language) }, class: 'repeatable' as const };
  return {
    ...base(work, messages),
    why: 'owned by people',
    secretTold: work.conversation?.secretPending === true,
    outbound: warn ? [draft(warning, messages.at(-1) ?? null, context)] : [],
  };
}

/** People take over, whatever the reason; the customer is told so once. */
export function handOver(
  work: Work,
  messages: readonly NewMessage[],
  context: DecisionContext,
  reason: { why: string; state?: 'routed' | 'parked'; secret?: boolean },
): Decision {
  const cause = messages.at(-1) ?? null;
  const texts = [
    ...(reason.secret === true ? [context.texts.secretWarning(context.language)] : []),
    context.texts.handedOver(context.language),
  ];
  return {
    ...base(work, messages),
    messageState: reason.state ?? 'routed',
    why: reason.why,
    language: context.language,
    handoffTeam: context.team,
    secretTold: reason.secret === true,
    urgent: reason.secret === true,
    outbound: texts.map((text) => draft({ content: { text }, class: 'repeatable' }, cause, context)),
  };
}

/** What the bot decided, as rows. Replies beyond the last message's cause are counted onto it. */
export function applyBotDecision(
  work: Work,
  messages: readonly NewMessage[],
  decision: BotDecision,
  context: DecisionContext,
): Decision {
  const paired = decision.replies.length === messages.length;
  return {
    ...base(work, messages),
    messageState: decision.handoff ? 'routed' : 'answered',
    why: decision.why,
    memory: decision.memory,
    language: context.echoOnly ? null : context.language,
    handoffTeam: decision.handoff ? context.team : null,
    secretTold: work.conversation?.secretPending === true,
    outbound: decision.replies.map((reply, index) =>
      draft(reply, (paired ? messages[index] : messages.at(-1)) ?? null, context),
    ),
  };
}
