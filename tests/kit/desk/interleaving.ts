import { setTimeout as sleep } from 'node:timers/promises';

/** Small numbers from a seed, always the same ones. */
export function numbersOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What somebody does to a conversation, and when. `bot` is a message that makes the bot hand over. */
export interface Deed {
  who: 0 | 1 | 'customer';
  what: 'take' | 'reply' | 'back' | 'resolve' | 'write' | 'ask for a person';
  afterMs: number;
  /** Looks at the conversation first; else acts on what was seen at the beginning. */
  looks: boolean;
}

const AGENTS = ['take', 'take', 'reply', 'reply', 'back', 'resolve'] as const;

/** Two agents and a customer at once, while the bot answers. */
export function deedsOf(seed: number): Deed[] {
  const number = numbersOf(seed);
  const pick = <T>(list: readonly T[]): T => {
    const found = list[Math.floor(number() * list.length)];
    if (found === undefined) throw new Error('nothing to choose from');
    return found;
  };
  const deeds: Deed[] = [];
  for (const who of [0, 1] as const) {
    const count = 2 + Math.floor(number() * 3);
    for (let index = 0; index < count; index += 1) {
      deeds.push({ who, what: pick(AGENTS), afterMs: number() * 12, looks: number() < 0.6 });
    }
  }
  for (let index = 0; index < 1 + Math.floor(number() * 2); index += 1) {
    deeds.push({
      who: 'customer',
      what: pick(['write', 'ask for a person'] as const),
      afterMs: number() * 12,
      looks: true,
    });
  }
  return deeds;
}

/** Runs everybody's deeds: each does theirs one after the other, all at the same time. */
export async function runTogether(deeds: readonly Deed[], run: (deed: Deed) => Promise<void>): Promise<void> {
  await Promise.all(
    ([0, 1, 'customer'] as const).map(async (who) => {
      for (const deed of deeds.filter((one) => one.who === who)) {
        await sleep(deed.afterMs);
        await run(deed);
      }
    }),
  );
}
