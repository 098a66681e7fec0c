import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createXAgent } from '../../../../../channels/x/transport/agent.ts';
import { NeedsLogin, TokenUnavailable } from '../../../../../channels/x/transport/authorisation/errors.ts';
import { createUserTokens, type UserTokens } from '../../../../../channels/x/transport/authorisation/user-tokens.ts';
import { type CrashPoint, onCrashPoint, RENEWAL_CRASH_POINTS } from '../../../../../src/core/crash-point.ts';
import { memoryRecords } from '../../../../kit/channels/memory-records.ts';
import { quietLog } from '../../../../kit/quiet-log.ts';
import { tokenServer } from './token-server.ts';

const NEVER = new AbortController().signal;
const PROCESSES = 3;
const LIFE_MS = 7_200_000;

type Step =
  | { do: 'get'; process: number; killAt: CrashPoint | null; fault: 'before' | 'after' | null }
  | { do: 'wait'; ms: number };

const process = fc.nat(PROCESSES - 1);
const get = fc.record({
  do: fc.constant('get' as const),
  process,
  killAt: fc.constantFrom<CrashPoint | null>(null, null, null, ...RENEWAL_CRASH_POINTS),
  fault: fc.constantFrom<'before' | 'after' | null>(null, null, null, 'before', 'after'),
});
const wait = fc.record({
  do: fc.constant('wait' as const),
  ms: fc.constantFrom(1_000, 11_000, 60_000, LIFE_MS - 121_000, LIFE_MS - 60_000, LIFE_MS),
});

/** Runs a history against a token endpoint with single-use refresh tokens. @throws where something is wrong */
async function run(steps: readonly Step[]): Promise<void> {
  const x = await tokenServer('first');
  const agent = createXAgent(x.apiRoot);
  const { memory } = memoryRecords();
  let nowMs = 1_800_000_000_000;
  let killAt: CrashPoint | null = null;
  let killed = false;
  onCrashPoint((point) => {
    if (point !== killAt) return;
    killed = true;
    throw new Error('killed');
  });
  const begin = (): UserTokens =>
    createUserTokens(
      { clientId: 'client', refreshToken: 'first' },
      {
        agent,
        memory,
        log: quietLog(),
        clock: { nowMs: () => nowMs },
      },
    );
  const processes = Array.from({ length: PROCESSES }, begin);
  let cutAtMs = 0;
  let offeredAtEnd: number | null = null;
  const endsAtMs = new Map<string, number>();
  try {
    for (const step of steps) {
      if (step.do === 'wait') {
        nowMs += step.ms;
        continue;
      }
      const before = x.given();
      if (step.fault !== null) x.next(step.fault);
      ({ killAt } = step);
      killed = false;
      let token: string | null = null;
      let error: unknown = null;
      try {
        token = (await processes[step.process]?.get(NEVER)) ?? null;
      } catch (caught) {
        error = caught;
      }
      killAt = null;
      if (killed || step.fault !== null) cutAtMs = nowMs;
      if (killed) processes[step.process] = begin();
      x.clearFault();
      if (x.given() > before) endsAtMs.set(`access-${x.given()}`, nowMs + LIFE_MS);
      const isLost = x.given() > before && (step.fault === 'after' || (killed && step.killAt === 'token.answered'));
      if (isLost) x.lose();

      // What is given out is good, and never one that has ended.
      if (token !== null) {
        expect(x.isGood(token)).toBe(true);
        expect(endsAtMs.get(token)).toBeGreaterThan(nowMs);
      }
      // Nothing locks us out but an answer that was lost, and then only once the last token has ended.
      if (!x.hasLost()) {
        expect(x.isRevoked()).toBe(false);
        expect(error).not.toBeInstanceOf(NeedsLogin);
        // Nobody can tell at once whether a renewal that was cut is still under way.
        if (nowMs - cutAtMs >= 10_000) expect(error).toBeNull();
      }
      if (error instanceof NeedsLogin) {
        offeredAtEnd ??= x.offered.length;
        // Once it was refused it is offered no more, by anybody.
        expect(x.offered).toHaveLength(offeredAtEnd);
        expect([...endsAtMs].filter(([name]) => x.isKept(name)).every(([, end]) => end - 5_000 <= nowMs)).toBe(true);
      } else if (error !== null) expect(error).toBeInstanceOf(TokenUnavailable);
    }
  } finally {
    onCrashPoint(() => undefined);
    agent.destroy();
    await x.close();
  }
}

describe('renewal', () => {
  it('locks nobody out, wherever processes die and connections end, as far as OAuth 2.0 allows', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.oneof(get, wait), { minLength: 3, maxLength: 25 }), run), {
      numRuns: 150,
    });
  }, 60_000);

  it('is told apart from its loss: the same history without one needs nobody', async () => {
    const history = (killAt: CrashPoint): Step[] => [
      { do: 'get', process: 0, killAt: null, fault: null },
      { do: 'wait', ms: LIFE_MS - 60_000 },
      { do: 'get', process: 0, killAt, fault: null },
      { do: 'wait', ms: LIFE_MS },
      { do: 'get', process: 1, killAt: null, fault: null },
    ];
    for (const step of RENEWAL_CRASH_POINTS) await run(history(step));
  });
});
