import type { CustomerLanguage } from '../core/model/conversation.ts';
import type { Button } from '../core/model/extras.ts';
import { brandId, type MessageId, type TeamId } from '../core/model/ids.ts';
import type { OutboundContent } from '../core/model/outbound.ts';
import type { BotDecision } from '../core/ports/brain.ts';
import type { ChannelAccount } from '../core/ports/channel.ts';
import type { IdGenerator } from '../core/ports/clock.ts';
import type { Decision, NewMessage, OutboundDraft, Work } from '../core/ports/pipeline-store.ts';
import { withButton } from '../core/rules/way-to-private.ts';

/** The customer-facing sentences a decision may need besides a brain's own. */
export interface NoticeTexts {
  /** A secret was pasted: treat the wallet as lost; we never ask for it. */
  secretWarning(language: CustomerLanguage): string;
  /** A person takes over. */
  handedOver(language: CustomerLanguage): string;
  /** On the button below what we say in public. */
  goPrivate(language: CustomerLanguage): string;
  /** First in a private place a customer came to by that button. */
  arrived(language: CustomerLanguage): string;
  /** To somebody whose message only their own devices can read: where else to find us; `channel`: where they wrote. */
  sealed(language: CustomerLanguage, channel: string): string;
  /** For a public answer: how to reach us in private; `officialName`: how customers find us there. */
  invite(language: CustomerLanguage, officialName: string | null): string;
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
  /** The button that leads out of a public place; null elsewhere. */
  wayToPrivate: Button | null;
  /** Who reads what is said there. */
  place: Work['threadKind'];
}

type Draftable = { content: OutboundContent; class: 'repeatable' | 'single' };

/** Renders a message for its channel and names its parts. @throws what the channel's renderer throws */
export function draft(
  message: Draftable,
  cause: NewMessage | null,
  {
    account,
    ids,
    wayToPrivate = null,
    place,
  }: Pick<DecisionContext, 'account' | 'ids' | 'place'> & Partial<Pick<DecisionContext, 'wayToPrivate'>>,
): OutboundDraft {
  const buttons = withButton(account, message.content.buttons ?? [], wayToPrivate);
  const content = { ...message.content, place, ...(buttons.length === 0 ? {} : { buttons }) };
  return {
    id: brandId(ids.uuid()),
    text: content.text,
    body: content.body ?? null,
    class: message.class,
    causeId: cause?.id ?? null,
    // Among others the store lets it point at its cause.
    parts: account.render(content).map((part) => ({ id: brandId(ids.uuid()), part, replyTo: null })),
    ...(buttons.length === 0 ? {} : { extras: { buttons: buttons.map((row) => [...row]) } }),
  };
}

/** The same for several messages: only the last says how to go on. */
function drafts(
  messages: readonly Draftable[],
  causeOf: (index: number) => NewMessage | null,
  context: DecisionContext,
): OutboundDraft[] {
  return messages.map((message, index) =>
    draft(message, causeOf(index), index === messages.length - 1 ? context : { ...context, wayToPrivate: null }),
  );
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
  reason: { why: string; state?: 'routed' | 'parked'; secret?: boolean; sealed?: boolean },
): Decision {
  const cause = messages.at(-1) ?? null;
  const texts = [
    ...(reason.secret === true ? [context.texts.secretWarning(context.language)] : []),
    reason.sealed === true
      ? context.texts.sealed(context.language, context.account.channel)
      : context.texts.handedOver(context.language),
  ];
  return {
    ...base(work, messages),
    messageState: reason.state ?? 'routed',
    why: reason.why,
    language: context.language,
    handoffTeam: context.team,
    secretTold: reason.secret === true,
    urgent: reason.secret === true,
    outbound: drafts(
      texts.map((text) => ({ content: { text }, class: 'repeatable' as const })),
      () => cause,
      context,
    ),
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
    outbound: drafts(decision.replies, (index) => (paired ? messages[index] : messages.at(-1)) ?? null, context),
  };
}

/**
 * Customers who came here from a public place by our button: they are told that they are among us now, whoever has the conversation.
 * Nothing was asked, so no brain is.
 */
export function receiveArrivals(work: Work, arrivals: readonly NewMessage[], context: DecisionContext): Decision {
  const words = { content: { text: context.texts.arrived(context.language) }, class: 'repeatable' as const };
  const opening = draft(words, arrivals.at(-1) ?? null, context);
  if (work.conversation?.ownerKind !== 'bot') {
    const routed = routeToPeople(work, arrivals, context);
    return { ...routed, outbound: [opening, ...routed.outbound] };
  }
  return { ...base(work, arrivals), messageState: 'answered', why: 'came from a public place', outbound: [opening] };
}
