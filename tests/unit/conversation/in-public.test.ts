import { describe, expect, jest, test } from '@jest/globals';
import { createTurns } from '../../../src/conversation/turn.ts';
import { createUuidV7, systemClock } from '../../../src/core/ids-and-time.ts';
import { brandId } from '../../../src/core/model/ids.ts';
import type { Bot, BotDecision, BrainInput } from '../../../src/core/ports/brain.ts';
import type { NewMessage, Work } from '../../../src/core/ports/pipeline-store.ts';
import type { PublicAnswers } from '../../../src/core/rules/public-answers.ts';
import { memoryChannel } from '../../kit/pipeline/memory-channel.ts';
import { quietLog } from '../../kit/quiet-log.ts';
import { newMessage, workOf } from './work.ts';

const ANSWER: BotDecision = {
  replies: [{ content: { text: 'answer' }, class: 'repeatable' }],
  handoff: false,
  why: 'faq',
  memory: { n: 2 },
};

function stand(mode: PublicAnswers['mode'], given: { bot?: Partial<Bot>; answer?: BotDecision } = {}) {
  const decide = jest.fn((_input: BrainInput) => Promise.resolve(given.answer ?? ANSWER));
  const account = memoryChannel('mem', {
    publicAnswers: { mode, texts: [{ language: 'en', text: 'approved' }], perHour: 5, officialName: '@Us' },
  });
  const turns = createTurns({
    bot: { waits: false, deadlineMs: 10_000, echoOnly: false, decide, ...given.bot },
    limited: true,
    ids: createUuidV7(systemClock),
    log: quietLog(),
    texts: {
      secretWarning: () => 'warning',
      handedOver: () => 'people',
      sealed: (_language, channel) => `not in ${channel}`,
      invite: (_language, name) => `write to ${name ?? 'us'}`,
      goPrivate: () => 'go private',
      arrived: () => 'arrived',
      greeting: () => 'hello',
    },
    teamFor: () => brandId('team'),
    languageOf: () => 'en',
  });
  return { decide, account, turns, take: (work: Work) => turns.take(work, work.messages ?? [], account) };
}

const inPublic = (messages: readonly NewMessage[], change: Parameters<typeof workOf>[1] = {}): Work =>
  workOf(messages, { threadKind: 'group', ...change });
const one = [newMessage(1, 'help')];

describe('where everybody reads it', () => {
  test('what the bot would say is for a person: without its greeting, and nothing is counted as said', async () => {
    const { decision } = await stand('draft').take(inPublic(one));
    expect(decision).toMatchObject({
      outbound: [],
      handoffTeam: 'team',
      messageState: 'routed',
      suggestion: { text: 'answer', messageId: 'm1' },
    });
    expect(decision).not.toHaveProperty('greets');
    expect(decision).not.toHaveProperty('botSaid');
  });

  test('a brain that waits is asked, and what it says is for a person, too', async () => {
    const { take, turns, account } = stand('draft', { bot: { waits: true } });
    const asked = await take(inPublic(one));
    expect(asked.waiting).not.toBeNull();
    expect(asked.decision).toMatchObject({ outbound: [], handoffTeam: null, newTurn: { uptoSeq: 1 } });
    const turn = { id: brandId<never>('u1'), state: 'done' as const, uptoSeq: 1, ownerVersion: 3, output: ANSWER };
    const used = turns.useStored(inPublic(one, { turn }), one, account);
    expect(used).toMatchObject({
      outbound: [],
      handoffTeam: 'team',
      suggestion: { text: 'answer' },
      usedTurn: { state: 'used' },
    });
    const late = turns.useStored(inPublic(one, { turn: { ...turn, state: 'running', output: null } }), one, account);
    expect(late).toMatchObject({ outbound: [], suggestion: { text: 'write to @Us' }, usedTurn: { state: 'expired' } });
  });

  test('nobody could send it: people have it, no brain is asked, and nothing is proposed', async () => {
    for (const mode of ['off', 'draft', 'auto'] as const) {
      const { turns, decide } = stand(mode);
      const account = memoryChannel('mem', {
        publicAnswers: { mode, texts: null, perHour: 5, officialName: '@Us' },
        refusalFor: () => (mode === 'off' ? null : 'not_called'),
      });
      const { decision } = await turns.take(inPublic(one), one, account);
      expect(decision).toMatchObject({ outbound: [], handoffTeam: 'team', why: 'people answer in public' });
      expect(decision.suggestion).toBeUndefined();
      expect(decide).not.toHaveBeenCalled();
    }
  });

  test('"stop" alone is filed; beside a question it is the question that counts', async () => {
    const { take } = stand('draft');
    const stop = newMessage(1, '@Us stop');
    expect((await take(inPublic([stop]))).decision).toMatchObject({ messageState: 'filed', handoffTeam: null });
    const both = await take(inPublic([stop, newMessage(2, 'where is my money')]));
    expect(both.decision).toMatchObject({
      messageState: 'routed',
      handoffTeam: 'team',
      suggestion: { text: 'answer' },
    });
  });

  test('a secret makes it urgent; whoever pasted it is told where only they read it', async () => {
    const { decision } = await stand('auto').take(inPublic(one, { conversation: { secretPending: true } }));
    expect(decision).toMatchObject({ outbound: [], urgent: true, secretTold: false, handoffTeam: 'team' });
    const people = await stand('draft').take(
      inPublic(one, { conversation: { secretPending: true, ownerKind: 'queue' } }),
    );
    expect(people.decision).toMatchObject({
      outbound: [],
      secretTold: false,
      messageState: 'routed',
      handoffTeam: null,
    });
    expect(people.decision.suggestion).toBeUndefined();
  });

  test('auto asks no brain', async () => {
    const { take, decide } = stand('auto');
    const { decision } = await take(inPublic(one));
    expect(decision.outbound.map(({ text }) => text)).toEqual(['approved']);
    expect(decision).toMatchObject({
      automaticLimit: { perDay: 1, perHour: 5, team: 'team' },
      messageState: 'answered',
    });
    expect(decide).not.toHaveBeenCalled();
  });

  test('auto without texts of the operator says our own sentence', async () => {
    const { turns } = stand('auto');
    const account = memoryChannel('mem', {
      publicAnswers: { mode: 'auto', texts: null, perHour: 5, officialName: '@Us' },
    });
    const { decision } = await turns.take(inPublic(one), one, account);
    expect(decision.outbound.map(({ text }) => text)).toEqual(['write to @Us']);
  });

  test('off proposes nothing; in private and for a mere echo nothing of this holds', async () => {
    expect((await stand('off').take(inPublic(one))).decision.suggestion).toBeUndefined();
    expect((await stand('off').take(workOf(one))).decision.outbound.map(({ text }) => text)).toEqual([
      'hello',
      'answer',
    ]);
    const echo = await stand('off', { bot: { echoOnly: true } }).take(inPublic(one));
    expect(echo.decision.outbound.at(-1)?.text).toBe('answer');
  });
});

test('what nobody here can read is answered with where else to find us, and people have it', async () => {
  const sealed = [{ ...newMessage(1, '[unsupported: encrypted message]'), standIn: 'sealed' as const }];
  const { take, decide } = stand('draft');
  const { decision } = await take(workOf(sealed));
  expect(decision.outbound.map(({ text }) => text)).toEqual(['not in memory']);
  expect(decision).toMatchObject({ handoffTeam: 'team', messageState: 'routed' });
  expect(decide).not.toHaveBeenCalled();
  const { turns } = stand('draft');
  const closed = memoryChannel('mem', { refusalFor: () => 'unreachable_chat' });
  const mute = await turns.take(workOf(sealed), sealed, closed);
  expect(mute.decision).toMatchObject({ outbound: [], handoffTeam: 'team' });
  const mixed = await take(workOf([...sealed, newMessage(2, 'hello')]));
  expect(mixed.decision.outbound.at(-1)?.text).toBe('answer');
});
