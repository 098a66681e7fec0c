import { crashPoint } from '../core/crash-point.ts';
import type { CustomerLanguage } from '../core/model/conversation.ts';
import { type AccountId, brandId, type TeamId } from '../core/model/ids.ts';
import type { Bot, BotDecision, BrainInput } from '../core/ports/brain.ts';
import type { ChannelAccount } from '../core/ports/channel.ts';
import type { IdGenerator } from '../core/ports/clock.ts';
import type { Log } from '../core/ports/log.ts';
import type { Decision, NewMessage, Work } from '../core/ports/pipeline-store.ts';
import { wayToPrivate } from '../core/rules/way-to-private.ts';
import { limitedAnswer, limitedNotice, postponed, waitFor } from './answer-limits.ts';
import {
  applyBotDecision,
  type DecisionContext,
  handOver,
  type NoticeTexts,
  receiveArrivals,
  routeToPeople,
} from './decision.ts';
import { decideInPublic, kept, policyFor, refuses } from './in-public.ts';
import { asOneLetter } from './one-letter.ts';

/** How many workers must have died on a thread, each draining it alone, before its message is parked. */
export const POISON_DEATHS = 3;

/** A bot that does not wait keeps its own deadline; a timer per turn would only cost. */
const NEVER_ABORTED = new AbortController().signal;

export interface TurnOptions {
  bot: Bot;
  /** Whether limits on contacts are in force. */
  limited: boolean;
  ids: IdGenerator;
  log: Log;
  texts: NoticeTexts;
  teamFor(account: AccountId, language: CustomerLanguage): TeamId;
  languageOf(texts: readonly string[], hints: { remembered: string | null; platform: string | null }): CustomerLanguage;
}

/** A turn's decision, and for a stored turn what the waiting brain is to be asked. */
export interface TurnStep {
  decision: Decision;
  waiting: { input: BrainInput } | null;
}

/**
 * Takes the bot's turn on all that is new in a thread: routes it to people, or asks the brains. Every path ends in one
 * decision that is written whole.
 */
export function createTurns(options: TurnOptions) {
  const { bot, limited, ids, log } = options;

  function contextOf(work: Work, messages: readonly NewMessage[], account: ChannelAccount): DecisionContext {
    // Echo says nothing of its own, so it needs no language.
    const language = bot.echoOnly
      ? 'en'
      : options.languageOf(
          messages.filter(({ standIn }) => standIn === null).map(({ text }) => text),
          { remembered: work.conversation?.language ?? null, platform: work.conversation?.languageHint ?? null },
        );
    const label = options.texts.goPrivate(language);
    return {
      ids,
      account,
      wayToPrivate: bot.echoOnly ? null : wayToPrivate(account, work.threadKind, label),
      texts: options.texts,
      team: options.teamFor(account.id, language),
      language,
      echoOnly: bot.echoOnly,
      place: work.threadKind,
    };
  }

  function inputOf(work: Work, messages: readonly NewMessage[], context: DecisionContext): BrainInput {
    if (work.conversation === null) throw new Error(`thread ${work.threadId} has no open conversation`);
    return {
      accountId: work.accountId,
      channel: context.account.channel,
      conversationId: work.conversation.id,
      language: context.language,
      messages: messages.map(({ seq, text, standIn }) => ({ seq, text, standIn })),
      memory: work.conversation.memory,
    };
  }

  /** A decision that cannot be rendered or made still ends with people. */
  function guarded(
    work: Work,
    messages: readonly NewMessage[],
    context: DecisionContext,
    make: () => Decision,
  ): Decision {
    try {
      return make();
    } catch (error) {
      log.error(
        { threadId: work.threadId, err: error instanceof Error ? error.message : 'unknown' },
        'the bot answer could not be rendered',
      );
      return notice(work, handOver(work, messages, context, { why: 'the bot answer could not be rendered' }));
    }
  }

  /** A notice of ours; without limits nothing is kept for them. */
  function notice(work: Work, decision: Decision): Decision {
    return limited ? limitedNotice(work, decision) : decision;
  }

  /** What the bot decided, as a decision. */
  function answered(
    work: Work,
    messages: readonly NewMessage[],
    answer: BotDecision,
    context: DecisionContext,
  ): Decision {
    return guarded(work, messages, context, () =>
      limited ? limitedAnswer(work, messages, answer, context) : applyBotDecision(work, messages, answer, context),
    );
  }

  /** As it may be said in this place. */
  function inPlace(
    decision: Decision,
    work: Work,
    messages: readonly NewMessage[],
    context: DecisionContext,
  ): Decision {
    const policy = bot.echoOnly ? null : policyFor(work, context.account);
    return policy === null ? decision : kept(decision, work, messages, policy, context);
  }

  async function takeInPlace(work: Work, messages: readonly NewMessage[], account: ChannelAccount): Promise<TurnStep> {
    const context = contextOf(work, messages, account);
    const policy = bot.echoOnly || work.aloneDeaths >= POISON_DEATHS ? null : policyFor(work, account);
    const decided = policy === null ? null : decideInPublic(work, messages, policy, context);
    if (decided !== null) return { decision: decided, waiting: null };
    const step = await take(work, messages, context);
    return { ...step, decision: inPlace(step.decision, work, messages, context) };
  }

  async function take(work: Work, messages: readonly NewMessage[], context: DecisionContext): Promise<TurnStep> {
    if (work.aloneDeaths >= POISON_DEATHS) {
      const why = `a worker ended ${work.aloneDeaths} times while handling this`;
      log.error({ threadId: work.threadId, messages: messages.length }, 'message parked: it ends the worker');
      return { decision: notice(work, handOver(work, messages, context, { why, state: 'parked' })), waiting: null };
    }
    const arrivals = bot.echoOnly ? [] : messages.filter(({ arrives }) => arrives);
    const received = (): TurnStep => ({
      // The others stay new and are decided on next.
      decision: notice(work, receiveArrivals(work, arrivals, context)),
      waiting: null,
    });
    if (work.conversation?.ownerKind !== 'bot') {
      if (arrivals.length > 0) return received();
      return { decision: notice(work, routeToPeople(work, messages, context)), waiting: null };
    }
    if (work.conversation.secretPending && !bot.echoOnly) {
      return {
        decision: notice(work, handOver(work, messages, context, { why: 'a secret was pasted', secret: true })),
        waiting: null,
      };
    }
    if (arrivals.length > 0) return received();
    if (!bot.echoOnly && messages.every(({ standIn }) => standIn === 'sealed')) {
      const decision = handOver(work, messages, context, { why: 'nobody here can read it', sealed: true });
      // Where nothing of ours can go, people have it all the same.
      const mute = refuses(context.account, work, messages.at(-1)?.entry ?? null);
      return { decision: mute ? { ...decision, outbound: [] } : notice(work, decision), waiting: null };
    }
    const input = inputOf(work, messages, context);
    if (bot.waits) {
      // Asked only when it may speak: what it says by then is not thrown away.
      const waitMs = limited ? waitFor(work) : 0;
      if (waitMs > 0) return { decision: postponed(work, waitMs), waiting: null };
      const last = messages.at(-1);
      const newTurn = {
        id: brandId<NonNullable<Decision['newTurn']>['id']>(ids.uuid()),
        uptoSeq: last?.seq ?? 0,
        deadlineMs: bot.deadlineMs,
      };
      const decision = applyBotDecision(
        work,
        messages,
        { replies: [], handoff: false, why: 'asked', memory: {} },
        context,
      );
      return {
        decision: { ...decision, messageState: null, memory: null, language: null, newTurn },
        waiting: { input },
      };
    }
    crashPoint('turn.before-brain');
    const answer = await bot.decide(input, NEVER_ABORTED);
    crashPoint('turn.after-brain');
    return {
      decision: answered(work, messages, answer, context),
      waiting: null,
    };
  }

  /** Uses what a stored turn came to. Late, or overtaken by a newer message: it is not used. */
  function useStored(work: Work, messages: readonly NewMessage[], account: ChannelAccount): Decision | null {
    const { turn } = work;
    if (turn === null) return null;
    const context = contextOf(work, messages, account);
    if (turn.state === 'running' || turn.output === null) {
      const decision = notice(work, handOver(work, messages, context, { why: 'the bot did not answer in time' }));
      return { ...inPlace(decision, work, messages, context), usedTurn: { id: turn.id, state: 'expired' } };
    }
    const overtaken = messages.some((message) => message.seq > turn.uptoSeq);
    const { output } = turn;
    if (overtaken || messages.length === 0) {
      const nothing = applyBotDecision(
        work,
        [],
        { replies: [], handoff: false, why: 'overtaken', memory: {} },
        context,
      );
      return {
        ...nothing,
        messageState: null,
        memory: null,
        language: null,
        usedTurn: { id: turn.id, state: 'superseded' },
      };
    }
    const decision = inPlace(answered(work, messages, output, context), work, messages, context);
    return { ...decision, usedTurn: { id: turn.id, state: 'used' } };
  }

  /** Who gets a conversation whose turn failed in an unforeseen way. */
  function fallbackTeam(work: Work): TeamId {
    return options.teamFor(work.accountId, 'en');
  }

  /** As one letter where it is one, and under the channel's own limit on what the bot says by itself, where it has one; the store counts. */
  function asSent(given: Decision, account: ChannelAccount): Decision {
    const { automaticAnswersPerDay } = account;
    if (given.automaticLimit !== undefined) return given;
    const decision = bot.echoOnly ? given : asOneLetter(given, { account, ids });
    if (!limited || automaticAnswersPerDay === undefined || decision.outbound.length === 0) return decision;
    return { ...decision, automaticLimit: { perDay: automaticAnswersPerDay, team: options.teamFor(account.id, 'en') } };
  }

  return {
    async take(work: Work, messages: readonly NewMessage[], account: ChannelAccount): Promise<TurnStep> {
      const step = await takeInPlace(work, messages, account);
      return { ...step, decision: asSent(step.decision, account) };
    },
    useStored(work: Work, messages: readonly NewMessage[], account: ChannelAccount): Decision | null {
      const decision = useStored(work, messages, account);
      return decision === null ? null : asSent(decision, account);
    },
    fallbackTeam,
  };
}

export type Turns = ReturnType<typeof createTurns>;
