import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { brandId } from '../../../src/core/model/ids.ts';
import type { SendOutcome } from '../../../src/core/model/outbound.ts';
import type { HeadDelivery, Settlement } from '../../../src/core/ports/pipeline-store.ts';
import {
  backoffMs,
  notCalled,
  poisoned,
  resolveUnknown,
  type Verdict,
  verdictOf,
} from '../../../src/delivery/outcome.ts';

type State = Settlement['nextState'];

function head(changes: Partial<HeadDelivery> = {}): HeadDelivery {
  return {
    id: brandId('d'),
    messageId: brandId('m'),
    state: 'sending',
    action: 'send',
    class: 'single',
    part: { text: 'x' },
    target: null,
    replyTo: null,
    attempt: 1,
    ambiguous: 0,
    stale: false,
    begun: false,
    ageMs: 0,
    createdAtMs: 1_000,
    around: null,
    ...changes,
  };
}

const OUTCOMES: Record<SendOutcome['kind'], SendOutcome> = {
  sent: { kind: 'sent', externalId: '1:2' },
  rate_limited: { kind: 'rate_limited', retryAfterMs: 7_000 },
  transient: { kind: 'transient', reason: 'refused' },
  auth: { kind: 'auth', reason: '401' },
  forbidden: { kind: 'forbidden', reason: '403' },
  invalid: { kind: 'invalid', reason: '400' },
  moved: { kind: 'moved', threadKey: '-100' },
  unknown: { kind: 'unknown', reason: 'cut' },
};

/** After each outcome of a call, whatever the class: the state, whether the call counts, whether it may have arrived. */
const AFTER_A_CALL: Record<SendOutcome['kind'], { state: State; notCalled: boolean; ambiguous: boolean }> = {
  sent: { state: 'sent', notCalled: false, ambiguous: false },
  rate_limited: { state: 'retry', notCalled: true, ambiguous: false },
  transient: { state: 'retry', notCalled: false, ambiguous: false },
  auth: { state: 'retry', notCalled: true, ambiguous: false },
  forbidden: { state: 'failed', notCalled: false, ambiguous: false },
  invalid: { state: 'failed', notCalled: false, ambiguous: false },
  moved: { state: 'retry', notCalled: false, ambiguous: false },
  unknown: { state: 'unknown', notCalled: false, ambiguous: true },
};

const kinds = Object.keys(OUTCOMES) as SendOutcome['kind'][];
const classes = ['repeatable', 'single'] as const;

describe('what a call came to', () => {
  test.each(kinds.flatMap((kind) => classes.map((of) => [kind, of] as const)))('%s of a %s part', (kind, of) => {
    const verdict = verdictOf(head({ class: of }), OUTCOMES[kind]);
    const wanted = AFTER_A_CALL[kind];
    expect({ state: verdict.nextState, notCalled: verdict.notCalled, ambiguous: verdict.ambiguous }).toEqual(wanted);
    expect(verdict.errorKind === null).toBe(kind === 'sent');
    expect(verdict.retryMs !== null).toBe(wanted.state === 'retry');
  });

  test('each trouble reaches what it concerns: chat, account, contact, address', () => {
    expect(verdictOf(head(), OUTCOMES.rate_limited)).toMatchObject({
      retryMs: 7_000,
      blockChatMs: 7_000,
      blockAccountMs: null,
    });
    expect(verdictOf(head(), OUTCOMES.auth)).toMatchObject({
      retryMs: 30_000,
      blockAccountMs: 30_000,
      blockChatMs: null,
    });
    expect(verdictOf(head(), OUTCOMES.forbidden).unreachable).toBe(true);
    expect(verdictOf(head(), OUTCOMES.invalid).unreachable).toBe(false);
    expect(verdictOf(head(), OUTCOMES.moved)).toMatchObject({ newAddress: '-100', retryMs: 0 });
    expect(verdictOf(head(), OUTCOMES.sent).externalId).toBe('1:2');
  });

  test('passing trouble doubles its pause up to five minutes; the platform may say otherwise', () => {
    expect([1, 2, 3, 9, 10, 50].map(backoffMs)).toEqual([1_000, 2_000, 4_000, 256_000, 300_000, 300_000]);
    expect(verdictOf(head({ attempt: 4 }), OUTCOMES.transient).retryMs).toBe(8_000);
    expect(verdictOf(head(), { kind: 'transient', reason: '', retryAfterMs: 42 }).retryMs).toBe(42);
  });

  test('after 300 attempts a part fails and says why', () => {
    expect(verdictOf(head({ attempt: 299 }), OUTCOMES.transient).nextState).toBe('retry');
    expect(verdictOf(head({ attempt: 300 }), OUTCOMES.transient)).toMatchObject({
      nextState: 'failed',
      error: 'gave up after 300 attempts: refused',
    });
  });

  test('a call that never was made is no attempt; a part that ends workers is not tried again', () => {
    expect(notCalled('stopping')).toMatchObject({ nextState: 'retry', notCalled: true, ambiguous: false, retryMs: 0 });
    expect(poisoned(head())).toMatchObject({ nextState: 'failed', errorKind: 'poison' });
  });

  test.each([OUTCOMES.forbidden, OUTCOMES.invalid])(
    '$kind after an attempt nobody knows of is for people: failed promises that nothing arrived',
    (outcome) => {
      const verdict = verdictOf(head({ attempt: 2, ambiguous: 1 }), outcome);
      expect(verdict).toMatchObject({ nextState: 'needs_review', errorKind: outcome.kind });
      expect(poisoned(head({ ambiguous: 1 })).nextState).toBe('needs_review');
      expect(verdictOf(head({ attempt: 300, ambiguous: 1 }), OUTCOMES.transient).nextState).toBe('needs_review');
    },
  );
});

const PLAIN = { idempotentSend: false };
const IDEMPOTENT = { idempotentSend: true };

describe('what becomes of an unknown send', () => {
  test.each([
    ['single', 1, false, PLAIN, 'needs_review'],
    ['repeatable', 1, false, PLAIN, 'retry'],
    ['repeatable', 2, false, PLAIN, 'needs_review'],
    ['repeatable', 1, true, PLAIN, 'needs_review'],
    ['single', 1, true, PLAIN, 'needs_review'],
    ['single', 1, false, IDEMPOTENT, 'retry'],
    ['single', 5, false, IDEMPOTENT, 'retry'],
    ['single', 6, false, IDEMPOTENT, 'needs_review'],
  ] as const)('%s, %d times ambiguous, stale: %s, %o: %s', (of, ambiguous, stale, capabilities, wanted) => {
    const unknown = head({ state: 'unknown', class: of, ambiguous, stale });
    expect(resolveUnknown(unknown, capabilities, null).nextState).toBe(wanted);
  });

  test('what the platform says when it is asked goes first', () => {
    const single = head({ state: 'unknown', ambiguous: 1 });
    expect(resolveUnknown(single, PLAIN, { kind: 'sent', externalId: '9' })).toMatchObject({
      nextState: 'sent',
      externalId: '9',
    });
    expect(resolveUnknown(single, PLAIN, { kind: 'absent' }).nextState).toBe('retry');
  });

  test.each([
    [false, false, 'retry'],
    [false, true, 'retry'],
    [true, false, 'superseded'],
    [true, true, 'retry'],
  ] as const)('what surely did not arrive, taken over: %s, its message has begun: %s: %s', (stale, begun, wanted) => {
    for (const of of classes) {
      const unknown = head({ state: 'unknown', class: of, ambiguous: 1, stale, begun });
      expect(resolveUnknown(unknown, PLAIN, { kind: 'absent' }).nextState).toBe(wanted);
      expect(resolveUnknown(unknown, IDEMPOTENT, { kind: 'absent' }).nextState).toBe(wanted);
    }
  });

  test.each(classes)(
    'a platform that cannot tell now is asked again, and nothing of class %s is repeated on a guess',
    (of) => {
      for (const kind of ['transient', 'rate_limited', 'auth'] as const) {
        const early = head({ state: 'unknown', class: of, ambiguous: 1, ageMs: 8_000, stale: true });
        const verdict = resolveUnknown(early, PLAIN, OUTCOMES[kind]);
        expect(verdict).toMatchObject({ nextState: 'unknown', ambiguous: false, notCalled: false });
        expect(verdict.retryMs).toBe({ transient: 2_000, rate_limited: 7_000, auth: 30_000 }[kind]);
        const late = head({ state: 'unknown', class: of, ambiguous: 1, ageMs: 3_600_000 });
        expect(resolveUnknown(late, PLAIN, OUTCOMES[kind]).nextState).toBe('needs_review');
      }
      // Longer than we look at all: a day's budget or limit is used up.
      const asked = head({ state: 'unknown', class: of, ambiguous: 1, ageMs: 8_000 });
      for (const kind of ['rate_limited', 'transient'] as const) {
        const day = { kind, reason: 'used up', retryAfterMs: 86_400_000 };
        expect(resolveUnknown(asked, PLAIN, day).nextState).toBe('needs_review');
        expect(resolveUnknown(asked, PLAIN, { ...day, retryAfterMs: 15 * 60_000 }).nextState).toBe('unknown');
      }
      expect(
        resolveUnknown(head({ state: 'unknown', class: of, ambiguous: 1 }), PLAIN, OUTCOMES.unknown).nextState,
      ).toBe('needs_review');
    },
  );

  test('where a repeat does no harm, nobody waits for a platform that cannot tell', () => {
    const unknown = head({ state: 'unknown', ambiguous: 1 });
    expect(resolveUnknown(unknown, IDEMPOTENT, OUTCOMES.transient).nextState).toBe('retry');
    expect(resolveUnknown({ ...unknown, action: 'delete' }, PLAIN, OUTCOMES.transient).nextState).toBe('retry');
    const letter = { ...PLAIN, repeatsUnknownOnce: true as const };
    expect(resolveUnknown(unknown, letter, OUTCOMES.transient).nextState).toBe('retry');
  });

  test.each(['edit', 'delete', 'react'] as const)('%s may be repeated', (action) => {
    expect(resolveUnknown(head({ state: 'unknown', action, ambiguous: 1 }), PLAIN, null).nextState).toBe('retry');
  });
});

/** One thing that may happen while a part is on its way. `crash`: the process ends during the call. */
type Happening = SendOutcome['kind'] | 'crash' | 'too late';

interface Life {
  state: State;
  /** Calls that reached the platform or may have. */
  copies: number;
  steps: number;
}

/** Lets a part live through what happens, as the store would keep it, until it ends or nothing more happens. */
function live(first: HeadDelivery, happenings: Iterable<Happening>, capabilities = PLAIN): Life {
  let part: HeadDelivery = { ...first, attempt: 0, ambiguous: 0 };
  let state: State = 'retry';
  let copies = 0;
  let steps = 0;
  const settle = (verdict: Verdict): void => {
    state = verdict.nextState;
    part = {
      ...part,
      attempt: part.attempt - (verdict.notCalled ? 1 : 0),
      ambiguous: part.ambiguous + (verdict.ambiguous ? 1 : 0),
    };
  };
  for (const happening of happenings) {
    steps += 1;
    part = { ...part, state: 'sending', attempt: part.attempt + 1 };
    if (happening === 'sent' || happening === 'unknown' || happening === 'crash') copies += 1;
    if (happening === 'crash') {
      state = 'unknown';
      part = { ...part, ambiguous: part.ambiguous + 1 };
    } else if (happening === 'too late') settle(notCalled('late'));
    else settle(verdictOf(part, OUTCOMES[happening]));
    if (state === 'unknown') settle(resolveUnknown({ ...part, state: 'unknown' }, capabilities, null));
    if (state !== 'retry') break;
  }
  return { state, copies, steps };
}

const happening = fc.constantFrom<Happening>(...kinds, 'unknown', 'unknown', 'crash', 'crash', 'too late');
const lives = fc.array(happening, { maxLength: 30 });

describe('a whole life', () => {
  test('where repeats are not dropped, nothing is sent a third time, and a single part never a second', () => {
    fc.assert(
      fc.property(lives, fc.constantFrom(...classes), fc.boolean(), (happenings, of, stale) => {
        const { copies } = live(head({ class: of, stale }), happenings);
        expect(copies).toBeLessThanOrEqual(of === 'repeatable' && !stale ? 2 : 1);
      }),
      { numRuns: 2_000 },
    );
  });

  test('the model itself sees a third copy when the rule is loosened', () => {
    expect(live(head({ class: 'repeatable' }), ['unknown', 'unknown', 'sent']).copies).toBe(2);
    expect(live(head({ class: 'repeatable' }), ['unknown', 'unknown', 'sent'], IDEMPOTENT).copies).toBe(3);
  });

  test('every life that goes on is waiting for another attempt; every other one has a definite state', () => {
    fc.assert(
      fc.property(lives, fc.constantFrom(...classes), (happenings, of) => {
        const { state, steps } = live(head({ class: of }), happenings);
        const wanted =
          steps === happenings.length
            ? ['retry', 'sent', 'failed', 'needs_review']
            : ['sent', 'failed', 'needs_review'];
        expect(wanted).toContain(state);
      }),
    );
  });

  test.each([
    ['send', 'transient'],
    ['send', 'moved'],
    ['send', 'unknown'],
    ['send', 'crash'],
    ['edit', 'transient'],
    ['edit', 'unknown'],
    ['react', 'crash'],
  ] as const)('a %s that always ends %s comes to an end within 400 attempts', (action, always) => {
    for (const capabilities of [PLAIN, IDEMPOTENT]) {
      for (const of of classes) {
        const { state } = live(
          head({ action, class: of }),
          Array.from({ length: 400 }, () => always),
          capabilities,
        );
        expect(['failed', 'needs_review']).toContain(state);
      }
    }
  });
});
