import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createEchoBrain } from '../../../src/bot/echo.ts';
import { decideTurn, readMemory, type TurnDecision } from '../../../src/bot/pipeline.ts';
import { botText } from '../../../src/bot/texts.ts';
import { CUSTOMER_LANGUAGES } from '../../../src/core/model/conversation.ts';
import type { Brain, BrainInput, BrainOutput } from '../../../src/core/ports/brain.ts';
import { turnInput } from './turn-input.ts';

function brain(
  name: string,
  decide: (input: BrainInput, signal: AbortSignal) => BrainOutput | Promise<BrainOutput>,
  deadlineMs = 1_000,
): Brain {
  return { name, deadlineMs, waits: true, decide };
}

const reply = (text: string, memory?: Record<string, unknown>): BrainOutput => ({
  kind: 'reply',
  why: 'knows',
  replies: [{ content: { text }, class: 'repeatable' }],
  ...(memory === undefined ? {} : { memory }),
});
const passing = brain('passing', () => ({ kind: 'pass', why: 'knows nothing' }));
const never = brain('never', () => {
  throw new Error('must not be asked');
});

function texts(decision: TurnDecision): string[] {
  return decision.replies.map(({ content }) => content.text);
}

describe('echo alone', () => {
  it('answers each text with exactly itself, in order, at once, and says nothing else', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), fc.boolean(), (said, secretMasked) => {
        const messages = ['agent', 'thanks', ...said].map((text, seq) => ({ seq, text }));
        const decision = decideTurn(turnInput({ messages, secretMasked }), [createEchoBrain()]);
        if (decision instanceof Promise) throw new Error('echo must not wait');
        expect(texts(decision)).toEqual(messages.map(({ text }) => text));
        expect(decision).toMatchObject({ handoff: null, by: 'echo' });
        expect(decision.replies.every((part) => part.class === 'repeatable')).toBe(true);
      }),
    );
  });
});

describe('order', () => {
  it('asks the brains in turn until one answers', async () => {
    const decision = await decideTurn(turnInput(), [passing, brain('second', () => reply('yes')), never]);
    expect(decision).toMatchObject({ by: 'second', why: 'knows', handoff: null });
    expect(texts(decision)).toEqual(['yes']);
  });

  it('hands over when the customer asks, in any message of the turn, before any brain', async () => {
    const messages = [
      { seq: 1, text: 'my deposit is missing' },
      { seq: 2, text: 'I want to talk to a human' },
    ];
    const decision = await decideTurn(turnInput({ messages, language: 'es' }), [never]);
    expect(decision).toMatchObject({ handoff: { reason: 'asked' }, by: 'handoff-request' });
    expect(texts(decision)).toEqual([botText('handedOver', 'es')]);
  });

  it('is polite about mere thanks without asking anyone', async () => {
    const decision = await decideTurn(turnInput({ messages: [{ seq: 1, text: 'ok thanks 👍' }] }), [never]);
    expect(decision).toMatchObject({ handoff: null, by: 'thanks' });
    expect(texts(decision)).toEqual([botText('welcome', 'en')]);
  });

  it('lets a brain hand over, with its reason', async () => {
    const decision = await decideTurn(turnInput(), [
      brain('flow', () => ({ kind: 'handoff', why: 'risk case' })),
      never,
    ]);
    expect(decision).toMatchObject({ handoff: { reason: 'brain' }, by: 'flow', why: 'risk case' });
  });
});

describe('no answer', () => {
  it('asks to rephrase once, then hands over; an answer in between starts anew', async () => {
    const first = await decideTurn(turnInput(), [passing]);
    expect(first).toMatchObject({ handoff: null, why: 'passing: knows nothing', memory: { noAnswers: 1 } });
    expect(texts(first)).toEqual([botText('noAnswer', 'en')]);
    const second = await decideTurn(turnInput({ memory: { ...first.memory } }), [passing]);
    expect(second).toMatchObject({ handoff: { reason: 'no-answer' }, memory: { noAnswers: 0 } });
    expect(texts(second)).toEqual([botText('noAnswerHandingOver', 'en')]);
    const answered = await decideTurn(turnInput({ memory: { ...first.memory } }), [brain('b', () => reply('x'))]);
    expect(answered.memory.noAnswers).toBe(0);
  });

  it('without any brain still never leaves the customer alone', async () => {
    const first = await decideTurn(turnInput(), []);
    const second = await decideTurn(turnInput({ memory: { ...first.memory } }), []);
    expect([first.handoff, second.handoff]).toEqual([null, { reason: 'no-answer' }]);
  });
});

describe('something without words', () => {
  const turn = (...standIns: ('file' | 'gesture' | 'thing' | null)[]) =>
    turnInput({
      messages: standIns.map((standIn, seq) => ({ seq, text: standIn === null ? 'hello' : '[x]', standIn })),
    });

  it('goes to people when it is a file or a place: no brain can see what is in it', async () => {
    for (const standIn of ['file', 'thing'] as const) {
      expect(await decideTurn(turn(standIn, 'gesture'), [never])).toMatchObject({ handoff: { reason: 'no-answer' } });
    }
  });

  it('needs no answer when it is only a gesture', async () => {
    expect(await decideTurn(turn('gesture', 'gesture'), [never])).toMatchObject({ replies: [], handoff: null });
  });

  it('with words beside it is answered by the words', async () => {
    const decision = await decideTurn(turn('file', null), [brain('knows', () => reply('yes'))]);
    expect(texts(decision)).toEqual(['yes']);
  });

  it('beside thanks is no mere thanks', async () => {
    const messages = [
      { seq: 1, text: 'thanks!' },
      { seq: 2, text: '[photo]', standIn: 'file' as const },
    ];
    const decision = await decideTurn(turnInput({ messages }), [passing]);
    expect(decision.by).not.toBe('thanks');
  });
});

describe('the button below an answer that was none', () => {
  it.each(CUSTOMER_LANGUAGES)('says in %s what asks for a person', async (language) => {
    const first = await decideTurn(turnInput({ language, messages: [{ seq: 1, text: 'xyzzy' }] }), [passing]);
    const [[button] = []] = first.replies.at(-1)?.content.buttons ?? [];
    expect(button).toMatchObject({ data: 'person' });
    const pressed = turnInput({ language, messages: [{ seq: 2, text: button?.label ?? '' }] });
    expect(await decideTurn(pressed, [never])).toMatchObject({ handoff: { reason: 'asked' } });
  });
});

describe('failure', () => {
  it.each<[string, Brain['decide']]>([
    [
      'throws',
      () => {
        throw new TypeError('CANARY');
      },
    ],
    ['rejects', () => Promise.reject(new TypeError('CANARY'))],
  ])('of a brain that %s hands over and repeats nothing of the error', async (_, decide) => {
    const decision = await decideTurn(turnInput(), [passing, brain('broken', decide), never]);
    expect(decision).toMatchObject({
      handoff: { reason: 'failure' },
      by: 'broken',
      why: 'broken failed with TypeError',
    });
    expect(texts(decision)).toEqual([botText('botFailure', 'en')]);
    expect(JSON.stringify(decision)).not.toContain('CANARY');
  });

  it('of a brain that is late hands over at its deadline and aborts it', async () => {
    let aborted: AbortSignal | undefined;
    const late = brain(
      'late',
      (_, signal) => {
        aborted = signal;
        return new Promise(() => undefined);
      },
      30,
    );
    const decision = await decideTurn(turnInput(), [late, never]);
    expect(decision).toMatchObject({ handoff: { reason: 'failure' }, why: 'late did not decide within 30 ms' });
    expect(aborted?.aborted).toBe(true);
  });

  it('of the caller’s patience reaches the brain', async () => {
    const caller = new AbortController();
    const waiting = brain('waiting', (_, signal) => {
      return new Promise((__, reject) => {
        signal.addEventListener('abort', () => reject(new DOMException('taken over', 'AbortError')));
      });
    });
    const decision = decideTurn(turnInput(), [waiting], caller.signal);
    caller.abort();
    expect(await decision).toMatchObject({ handoff: { reason: 'failure' }, why: 'waiting failed with AbortError' });
  });
});

describe('a masked secret', () => {
  it('is warned about once, before the answer', async () => {
    const brains = [brain('b', () => reply('answer'))];
    const first = await decideTurn(turnInput({ secretMasked: true, language: 'ja' }), brains);
    expect(texts(first)).toEqual([botText('secretWarning', 'ja'), 'answer']);
    const again = await decideTurn(turnInput({ secretMasked: true, memory: { ...first.memory } }), brains);
    expect(texts(again)).toEqual(['answer']);
  });

  it('that nobody can answer goes to people at once', async () => {
    const decision = await decideTurn(turnInput({ secretMasked: true }), [passing]);
    expect(decision.handoff).toEqual({ reason: 'secret' });
    expect(texts(decision)).toEqual([botText('secretWarning', 'en'), botText('handedOver', 'en')]);
  });
});

describe('memory', () => {
  it('is kept per brain, and each sees only its own', async () => {
    const seen: unknown[] = [];
    const counting = brain('counting', ({ memory }) => {
      seen.push(memory);
      return reply('x', { count: Number(memory['count'] ?? 0) + 1 });
    });
    const start = { noAnswers: 0, warned: false, brains: { other: { a: 1 } } };
    const first = await decideTurn(turnInput({ memory: start }), [counting]);
    const second = await decideTurn(turnInput({ memory: { ...first.memory } }), [counting]);
    expect(seen).toEqual([{}, { count: 1 }]);
    expect(second.memory.brains).toEqual({ other: { a: 1 }, counting: { count: 2 } });
  });

  it('that is too large is forgotten rather than stored', async () => {
    const decision = await decideTurn(turnInput(), [brain('greedy', () => reply('x', { all: 'y'.repeat(5_000) }))]);
    expect(decision.memory.brains).toEqual({});
  });

  it('of any form is read, and reading is stable', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('noAnswers', 'warned', 'brains', 'x'), fc.jsonValue()), (stored) => {
        const memory = readMemory(stored);
        expect(memory.noAnswers).toBeGreaterThanOrEqual(0);
        expect(readMemory({ ...memory })).toEqual(memory);
      }),
    );
  });
});
