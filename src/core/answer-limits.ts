/**
 * How much the bot may say in one thread. Pure: the store keeps what was said, and its clock says when.
 *
 * Handing over is never held back: it ends the bot's part and cannot go round in circles.
 */

/** Messages a minute of one contact in a thread that drive turns; what is more is a flood. */
export const FLOOD_LIMIT = 20;

/** Decisions a minute in which the bot says something. */
export const ANSWERS_A_MINUTE = 3;

const MINUTE_MS = 60_000;

/** A contact is greeted once in this time. */
export const GREETING_EVERY_MS = 30 * 86_400_000;

/** What is known of what the bot said in a thread. Times are the database's, ms. */
export interface BotSaid {
  /** When it last answered, oldest first; as many as the limit looks at. */
  at: readonly number[];
  /** The last thing it said, as a digest, and where: another conversation or owner ends the row. */
  last: { digest: string; conversationId: string; ownerVersion: number } | null;
  greetedAtMs: number | null;
}

/** Nothing was said yet. */
export const NOTHING_SAID: BotSaid = { at: [], last: null, greetedAtMs: null };

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function readLast(value: unknown): BotSaid['last'] {
  if (typeof value !== 'object' || value === null) return null;
  const { digest, conversationId, ownerVersion } = value as Record<string, unknown>;
  if (typeof digest !== 'string' || typeof conversationId !== 'string' || !isTime(ownerVersion)) return null;
  return { digest, conversationId, ownerVersion };
}

/** Reads what the store kept; what it does not understand was not said. */
export function readBotSaid(stored: unknown): BotSaid | null {
  if (typeof stored !== 'object' || stored === null) return null;
  const { at, last, greetedAtMs } = stored as Record<string, unknown>;
  return {
    at: Array.isArray(at) ? at.filter(isTime).slice(-ANSWERS_A_MINUTE) : [],
    last: readLast(last),
    greetedAtMs: isTime(greetedAtMs) ? greetedAtMs : null,
  };
}

/** How long the bot must wait before it may say something again, ms; 0: it may now. */
export function answerWaitMs(said: BotSaid, nowMs: number): number {
  const recent = said.at.filter((at) => nowMs - at < MINUTE_MS).slice(-ANSWERS_A_MINUTE);
  const [oldest] = recent;
  if (oldest === undefined || recent.length < ANSWERS_A_MINUTE) return 0;
  // A clock that went back must not hold anybody for longer than the minute.
  return Math.min(MINUTE_MS, oldest + MINUTE_MS - nowMs);
}

/** Whether the contact is due a greeting, as far as this thread knows. */
export function mayGreet(said: BotSaid, nowMs: number): boolean {
  return said.greetedAtMs === null || nowMs - said.greetedAtMs >= GREETING_EVERY_MS;
}

/** What is left of `said` in this order when nothing may stand twice in a row, beginning after `last`. */
export function withoutRepeats<Said>(
  last: string | null,
  said: readonly Said[],
  digestOf: (one: Said) => string,
): Said[] {
  let before = last;
  return said.filter((one) => {
    const digest = digestOf(one);
    const repeats = digest === before;
    before = digest;
    return !repeats;
  });
}

/** What is known after the bot spoke once more. `answered`: it counts towards the minute. */
export function afterSaying(
  said: BotSaid,
  now: { nowMs: number; last: NonNullable<BotSaid['last']>; answered: boolean; greeted: boolean },
): BotSaid {
  return {
    at: now.answered ? [...said.at, now.nowMs].slice(-ANSWERS_A_MINUTE) : said.at,
    last: now.last,
    greetedAtMs: now.greeted ? now.nowMs : said.greetedAtMs,
  };
}
