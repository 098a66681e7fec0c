import type { ChannelAccount } from '../core/ports/channel.ts';
import type { Decision, NewMessage, Work } from '../core/ports/pipeline-store.ts';
import { approvedText, asksToStop, type PublicAnswers } from '../core/rules/public-answers.ts';
import { base, type DecisionContext, draft } from './decision.ts';

/** What holds for what the bot says in this place; null: nothing in particular. */
export function policyFor(
  work: Pick<Work, 'threadKind'>,
  account: Pick<ChannelAccount, 'publicAnswers'>,
): PublicAnswers | null {
  return work.threadKind === 'private' ? null : (account.publicAnswers ?? null);
}

/**
 * What can be decided without asking a brain: whoever only asks us to stop is left in peace; people have what no answer of the bot could
 * be proposed for; and `auto` says one of the approved texts, within its limits. Null: the brains are asked, for a draft.
 */
export function decideInPublic(
  work: Work,
  messages: readonly NewMessage[],
  policy: PublicAnswers,
  context: DecisionContext,
): Decision | null {
  const last = messages.at(-1);
  if (last === undefined || work.conversation?.ownerKind !== 'bot') return null;
  if (messages.every(({ text, standIn }) => standIn === null && asksToStop(text))) {
    return {
      ...base(work, messages),
      messageState: 'filed',
      why: 'asked us to stop',
      language: context.language,
    };
  }
  if (work.conversation.secretPending) return null;
  if (!proposes(policy, context.account, work, last)) {
    // Nobody could send what a brain would say.
    return {
      ...base(work, messages),
      why: 'people answer in public',
      language: context.language,
      handoffTeam: context.team,
    };
  }
  if (policy.mode !== 'auto') return null;
  const ours = context.texts.invite(context.language, policy.officialName);
  const text = policy.texts === null ? ours : approvedText(policy.texts, context.language);
  if (text === null) return null;
  return {
    ...base(work, messages),
    messageState: 'answered',
    why: 'an approved text',
    language: context.language,
    outbound: [draft({ content: { text }, class: 'repeatable' }, last, context)],
    automaticLimit: { perDay: 1, perHour: policy.perHour, team: context.team },
    suggestion: { text: ours, messageId: last.id },
  };
}

/**
 * What was decided for a place that only the customer reads, as it may stand where everybody does: nothing is said, people have it, and
 * what the bot would have said is theirs to send. A notice of ours would mean nothing to others, so the way to us stands there instead.
 */
export function kept(
  decision: Decision,
  work: Work,
  messages: readonly NewMessage[],
  policy: PublicAnswers,
  context: DecisionContext,
): Decision {
  const { greets: _greets, botSaid: _botSaid, automaticLimit: _automaticLimit, ...rest } = decision;
  const silent = { ...rest, outbound: [], secretTold: false };
  const last = messages.at(-1);
  if (decision.newTurn !== null || decision.messageState === null || last === undefined) return silent;
  if (work.conversation?.ownerKind !== 'bot') return silent;
  const answers = decision.messageState === 'answered' && decision.handoffTeam === null;
  const [said, ...more] = decision.greets === true ? decision.outbound.slice(1) : decision.outbound;
  // What takes several posts is an article, which was written for one reader: it asks for what nobody should tell everybody.
  const isBrief = said !== undefined && more.length === 0 && said.parts.length === 1;
  const text = answers && isBrief ? said.text : context.texts.invite(context.language, policy.officialName);
  return {
    ...silent,
    messageState: decision.messageState === 'parked' ? 'parked' : 'routed',
    why: answers ? 'people answer in public' : decision.why,
    handoffTeam: decision.handoffTeam ?? context.team,
    ...(proposes(policy, context.account, work, last) ? { suggestion: { text, messageId: last.id } } : {}),
  };
}

/** Whether a person could send there what the bot would say. */
function proposes(policy: PublicAnswers, account: ChannelAccount, work: Work, { entry }: NewMessage): boolean {
  return policy.mode !== 'off' && !refuses(account, work, entry);
}

/** Whether the platform would refuse an answer there. */
export function refuses(account: ChannelAccount, work: Work, entry: string | null): boolean {
  const refusal = account.refusalFor?.({ key: work.address, kind: work.threadKind, entry }) ?? null;
  return refusal !== null;
}
