import type { OutboundContent } from '../core/model/outbound.ts';
import type { Brain, BrainInput, BrainOutput } from '../core/ports/brain.ts';
import { asksForPerson } from './handoff-request.ts';
import { type BotTextKey, botText } from './texts.ts';
import { isMereThanks } from './thanks.ts';

/** Why people take over; stored with the handoff. */
export type HandoffReason = 'asked' | 'brain' | 'no-answer' | 'failure' | 'secret';

/** What one turn came to. */
export interface TurnDecision {
  replies: readonly { content: OutboundContent; class: 'repeatable' | 'single' }[];
  handoff: { reason: HandoffReason } | null;
  /** Who decided, for metrics: a brain's name or the rule. */
  by: string;
  /** In words, for the record. Never a customer's text. */
  why: string;
  /** Replaces the bot's memory of the conversation. */
  memory: BotMemory;
}

/** What the bot remembers about a conversation; plain JSON. */
export interface BotMemory {
  /** Turns in a row that no brain could answer. */
  noAnswers: number;
  /** The warning about a pasted secret was given. */
  warned: boolean;
  /** Each brain's own, by name. */
  brains: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** What the pipeline decides on: a brain's input, and what the guard said. */
export interface TurnInput extends BrainInput {
  /** Some message of the turn held a secret that was masked. */
  secretMasked: boolean;
}

/** No brain may take longer, whatever it says of itself. */
export const LONGEST_DEADLINE_MS = 10_000;

/** Turns in a row without an answer after which people take over. */
const NO_ANSWERS_LIMIT = 2;

/** Largest memory of one brain, characters of JSON; more is forgotten rather than stored. */
const MEMORY_LIMIT = 3_000;

/** A brain did not decide in time. */
export class BrainDeadlineError extends Error {
  override readonly name = 'BrainDeadlineError';
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** Reads the bot's memory from what the store kept; anything unknown is forgotten. */
export function readMemory(stored: Readonly<Record<string, unknown>>): BotMemory {
  const brains = Object.entries(record(stored['brains'])).map(([name, value]) => [name, record(value)] as const);
  const noAnswers = stored['noAnswers'];
  return {
    noAnswers: typeof noAnswers === 'number' && Number.isInteger(noAnswers) && noAnswers > 0 ? noAnswers : 0,
    warned: stored['warned'] === true,
    brains: Object.fromEntries(brains),
  };
}

type Settled = { ok: true; output: BrainOutput } | { ok: false; why: string };

function failed(error: unknown): Settled {
  // The name only: a brain's message may quote what the customer wrote.
  const name = typeof error === 'object' && error !== null && 'name' in error ? String(error.name) : 'an unknown error';
  return { ok: false, why: error instanceof BrainDeadlineError ? error.message : `failed with ${name}` };
}

async function withinDeadline(
  brain: Brain,
  output: Promise<BrainOutput>,
  controller: AbortController | null,
): Promise<Settled> {
  const deadlineMs = Math.min(brain.deadlineMs, LONGEST_DEADLINE_MS);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new BrainDeadlineError(`did not decide within ${deadlineMs} ms`);
      controller?.abort(error);
      reject(error);
    }, deadlineMs);
  });
  try {
    return { ok: true, output: await Promise.race([output, late]) };
  } catch (error) {
    return failed(error);
  } finally {
    clearTimeout(timer);
  }
}

/** For brains that do not wait: there is nothing to stop, and a signal a turn would only cost. */
const NEVER_ABORTED = new AbortController().signal;

function ask(brain: Brain, input: BrainInput, signal: AbortSignal | undefined): Settled | Promise<Settled> {
  const controller = brain.waits ? new AbortController() : null;
  const combined =
    controller === null
      ? NEVER_ABORTED
      : signal === undefined
        ? controller.signal
        : AbortSignal.any([controller.signal, signal]);
  try {
    const output = brain.decide(input, combined);
    return output instanceof Promise || 'then' in output
      ? withinDeadline(brain, Promise.resolve(output), controller)
      : { ok: true, output };
  } catch (error) {
    return failed(error);
  }
}

interface Turn {
  input: TurnInput;
  memory: BotMemory;
  brains: readonly Brain[];
  signal: AbortSignal | undefined;
  warning: TurnDecision['replies'];
}

function own(turn: Turn, key: BotTextKey): TurnDecision['replies'] {
  return [...turn.warning, { content: { text: botText(key, turn.input.language) }, class: 'repeatable' }];
}

function handOver(turn: Turn, reason: HandoffReason, by: string, why: string): TurnDecision {
  const key: BotTextKey =
    reason === 'failure' ? 'botFailure' : reason === 'no-answer' ? 'noAnswerHandingOver' : 'handedOver';
  return { replies: own(turn, key), handoff: { reason }, by, why, memory: { ...turn.memory, noAnswers: 0 } };
}

function nobodyAnswered(turn: Turn, passes: readonly string[]): TurnDecision {
  const why = passes.join('; ') || 'no brain is configured';
  // Whoever gave away a wallet needs a person, not "please rephrase".
  if (turn.input.secretMasked) return handOver(turn, 'secret', 'guard', why);
  const noAnswers = turn.memory.noAnswers + 1;
  if (noAnswers >= NO_ANSWERS_LIMIT) return handOver(turn, 'no-answer', 'no-answer', why);
  // A press says what the label says, which asks for a person in so many words.
  const buttons = [[{ label: botText('talkToPerson', turn.input.language), data: 'person' }]];
  const replies = own(turn, 'noAnswer').map((reply, index, all) =>
    index === all.length - 1 ? { ...reply, content: { ...reply.content, buttons } } : reply,
  );
  return { replies, handoff: null, by: 'no-answer', why, memory: { ...turn.memory, noAnswers } };
}

function accept(turn: Turn, brain: Brain, output: Extract<BrainOutput, { kind: 'reply' }>): TurnDecision {
  const kept = output.memory ?? turn.memory.brains[brain.name];
  const fits = kept !== undefined && JSON.stringify(kept).length <= MEMORY_LIMIT;
  const others = Object.entries(turn.memory.brains).filter(([name]) => name !== brain.name);
  return {
    replies: [...turn.warning, ...output.replies],
    handoff: null,
    by: brain.name,
    why: output.why,
    memory: {
      ...turn.memory,
      noAnswers: 0,
      brains: Object.fromEntries(fits ? [...others, [brain.name, kept]] : others),
    },
  };
}

function askFrom(turn: Turn, index: number, passes: readonly string[]): TurnDecision | Promise<TurnDecision> {
  const brain = turn.brains[index];
  if (brain === undefined) return nobodyAnswered(turn, passes);
  const input: BrainInput = { ...turn.input, memory: turn.memory.brains[brain.name] ?? {} };
  const proceed = (settled: Settled): TurnDecision | Promise<TurnDecision> => {
    if (!settled.ok) return handOver(turn, 'failure', brain.name, `${brain.name} ${settled.why}`);
    const { output } = settled;
    if (output.kind === 'reply') return accept(turn, brain, output);
    if (output.kind === 'handoff') return handOver(turn, 'brain', brain.name, output.why);
    return askFrom(turn, index + 1, [...passes, `${brain.name}: ${output.why}`]);
  };
  const settled = ask(brain, input, turn.signal);
  return settled instanceof Promise ? settled.then(proceed) : proceed(settled);
}

/**
 * Decides one turn: a request for a person, mere thanks, then the brains in order; what nobody can answer twice, and what
 * fails or takes too long, goes to people. Does nothing itself but call the brains; answers at once where they do. With
 * `echo` alone nothing else is said.
 */
export function decideTurn(
  input: TurnInput,
  brains: readonly Brain[],
  signal?: AbortSignal,
): TurnDecision | Promise<TurnDecision> {
  const remembered = readMemory(input.memory);
  const [only] = brains;
  if (brains.length === 1 && only?.name === 'echo') {
    return askFrom({ input, memory: remembered, brains, signal, warning: [] }, 0, []);
  }
  const warn = input.secretMasked && !remembered.warned;
  const turn: Turn = {
    input,
    memory: { ...remembered, warned: remembered.warned || warn },
    brains,
    signal,
    warning: warn ? [{ content: { text: botText('secretWarning', input.language) }, class: 'repeatable' }] : [],
  };
  const written = input.messages.filter(({ standIn }) => standIn === undefined || standIn === null);
  const silent = input.messages.filter(({ standIn }) => typeof standIn === 'string');
  if (written.length === 0 && silent.length > 0) {
    if (silent.every(({ standIn }) => standIn === 'gesture')) {
      return {
        replies: turn.warning,
        handoff: null,
        by: 'gesture',
        why: 'a sticker or a dice alone',
        memory: turn.memory,
      };
    }
    // A picture of a problem says what no brain of ours can read; asking for words would only annoy.
    return handOver(turn, 'no-answer', 'file', 'something without words was sent');
  }
  if (written.some(({ text }) => asksForPerson(text))) {
    return handOver(turn, 'asked', 'handoff-request', 'the customer asked for a person');
  }
  if (silent.every(({ standIn }) => standIn === 'gesture') && written.every(({ text }) => isMereThanks(text))) {
    const memory = { ...turn.memory, noAnswers: 0 };
    return { replies: own(turn, 'welcome'), handoff: null, by: 'thanks', why: 'mere thanks', memory };
  }
  return askFrom(turn, 0, []);
}
