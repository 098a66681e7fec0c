import { describe, expect, jest, test } from '@jest/globals';
import { createTurns, POISON_DEATHS } from '../../../src/conversation/turn.ts';
import { createUuidV7, systemClock } from '../../../src/core/ids-and-time.ts';
import { brandId } from '../../../src/core/model/ids.ts';
import type { Bot, BotDecision, BrainInput } from '../../../src/core/ports/brain.ts';
import type { ChannelAccount } from '../../../src/core/ports/channel.ts';
import type { Decision, Work } from '../../../src/core/ports/pipeline-store.ts';
import { memoryChannel } from '../../kit/pipeline/memory-channel.ts';
import { quietLog } from '../../kit/quiet-log.ts';
import { newMessage, workOf } from './work.ts';

const reply = (text: string): BotDecision['replies'][number] => ({ content: { text }, class: 'repeatable' });
const said = (...texts: string[]): BotDecision => ({
  replies: texts.map(reply),
  handoff: false,
  why: 'faq',
  memory: { n: 2 },
});

function stand(options: { answer?: BotDecision; bot?: Partial<Bot>; account?: Partial<ChannelAccount> } = {}) {
  const decide = jest.fn((_input: BrainInput) => Promise.resolve(options.answer ?? said('answer')));
  const log = quietLog();
  const account = memoryChannel('mem', options.account);
  const turns = createTurns({
    bot: { waits: false, deadlineMs: 10_000, echoOnly: false, decide, ...options.bot },
    limited: true,
    ids: createUuidV7(systemClock),
    log,
    texts: {
      secretWarning: (language) => `warning ${language}`,
      handedOver: (language) => `people ${language}`,
      sealed: () => 'write elsewhere',
      invite: (_language, name) => `write to ${name ?? 'us'}`,
      goPrivate: (language) => `go private ${language}`,
      arrived: (language) => `arrived ${language}`,
    },
    teamFor: (accountId, language) => brandId(`${accountId}-${language}`),
    languageOf: (texts, { remembered }) =>
      remembered === 'ru' || texts.some((one) => /[а-я]/u.test(one)) ? 'ru' : 'en',
  });
  const take = async (work: Work) => turns.take(work, work.messages ?? [], account);
  const useStored = (work: Work) => turns.useStored(work, work.messages ?? [], account);
  return { turns, decide, log, take, useStored };
}

const texts = (decision: Decision): string[] => decision.outbound.map(({ text }) => text);
const two = [newMessage(1, 'one'), newMessage(2, 'two')];

describe('the bot answers', () => {
  test('with all that is new, under the owner it saw', async () => {
    const { take, decide } = stand({ answer: said('a', 'b') });
    const { decision, waiting } = await take(workOf(two));
    expect(waiting).toBeNull();
    expect(decision).toMatchObject({
      threadId: 't1',
      token: 7,
      ownerVersion: 3,
      messageIds: ['m1', 'm2'],
      messageState: 'answered',
      why: 'faq',
      memory: { n: 2 },
      language: 'en',
      handoffTeam: null,
      usedTurn: null,
      newTurn: null,
    });
    expect(decide.mock.calls[0]?.[0]).toMatchObject({
      channel: 'memory',
      language: 'en',
      memory: { asked: 1 },
      messages: [
        { seq: 1, text: 'one' },
        { seq: 2, text: 'two' },
      ],
    });
  });

  test('as many answers as messages name each its own cause, else all name the last', async () => {
    const paired = await stand({ answer: said('a', 'b') }).take(workOf(two));
    expect(paired.decision.outbound.map(({ causeId }) => causeId)).toEqual(['m1', 'm2']);
    const unpaired = await stand({ answer: said('a', 'b', 'c') }).take(workOf(two));
    expect(unpaired.decision.outbound.map(({ causeId }) => causeId)).toEqual(['m2', 'm2', 'm2']);
  });

  test('and hands over: its words go first, the messages are people’s', async () => {
    const { decision } = await stand({ answer: { ...said('a person will look'), handoff: true } }).take(workOf(two));
    expect(decision).toMatchObject({ messageState: 'routed', handoffTeam: 'mem-en' });
    expect(texts(decision)).toEqual(['a person will look']);
  });

  test('every part and message has an id of its own', async () => {
    const account = { render: ({ text }: { text: string }) => text.split('|').map((part) => ({ text: part })) };
    const { decision } = await stand({ answer: said('a|b', 'c'), account }).take(workOf(two));
    const ids = decision.outbound.flatMap(({ id, parts }) => [id, ...parts.map((part) => part.id)]);
    expect(ids).toHaveLength(5);
    expect(new Set(ids).size).toBe(5);
  });
});

describe('people take over', () => {
  test('when the answer cannot be rendered: nothing of it is sent, and the log says so without its text', async () => {
    const render: ChannelAccount['render'] = ({ text }) => {
      if (text === 'broken') throw new Error('no such node');
      return [{ text }];
    };
    const { take, log } = stand({ answer: said('fine', 'broken'), account: { render } });
    const { decision } = await take(workOf(two));
    expect(decision).toMatchObject({
      messageState: 'routed',
      handoffTeam: 'mem-en',
      why: 'the bot answer could not be rendered',
    });
    expect(texts(decision)).toEqual(['people en']);
    expect(JSON.stringify(log.lines)).not.toContain('broken');
    expect(log.lines.map(({ level }) => level)).toEqual(['error']);
  });

  test('when workers died on it: parked, told, and no brain is asked', async () => {
    const { take, decide } = stand();
    const { decision } = await take(workOf([newMessage(1, 'poison')], { aloneDeaths: POISON_DEATHS }));
    expect(decision).toMatchObject({ messageState: 'parked', handoffTeam: 'mem-en', urgent: false, secretTold: false });
    expect(decision.why).toContain(String(POISON_DEATHS));
    expect(texts(decision)).toEqual(['people en']);
    expect(decide).not.toHaveBeenCalled();
    const once = await take(workOf([newMessage(1, 'poison')], { aloneDeaths: POISON_DEATHS - 1 }));
    expect(once.decision.messageState).toBe('answered');
  });

  test('when a secret was pasted: the warning first, in the customer’s language, urgent, no brain is asked', async () => {
    const { take, decide } = stand();
    const { decision } = await take(workOf([newMessage(1, 'мой ключ')], { conversation: { secretPending: true } }));
    expect(texts(decision)).toEqual(['warning ru', 'people ru']);
    expect(decision).toMatchObject({ handoffTeam: 'mem-ru', urgent: true, secretTold: true, language: 'ru' });
    expect(decision.outbound.every((one) => one.class === 'repeatable')).toBe(true);
    expect(decide).not.toHaveBeenCalled();
  });

  test.each(['queue', 'agent'] as const)(
    'who own it already (%s) get the messages, and nothing is said',
    async (ownerKind) => {
      const { take, decide } = stand();
      const { decision } = await take(workOf(two, { conversation: { ownerKind } }));
      expect(decision).toMatchObject({ messageState: 'routed', handoffTeam: null, secretTold: false, outbound: [] });
      expect(decide).not.toHaveBeenCalled();
    },
  );

  test('who own it already: a pasted secret is warned about once', async () => {
    const { take } = stand();
    const { decision } = await take(workOf(two, { conversation: { ownerKind: 'agent', secretPending: true } }));
    expect(texts(decision)).toEqual(['warning en']);
    expect(decision).toMatchObject({ secretTold: true, handoffTeam: null });
  });

  test('but echo alone says nothing of its own, not even of a secret', async () => {
    const { take } = stand({ answer: said('one', 'two'), bot: { echoOnly: true } });
    const { decision } = await take(workOf(two, { conversation: { secretPending: true } }));
    expect(texts(decision)).toEqual(['one', 'two']);
    expect(decision.language).toBeNull();
    const owned = await take(workOf(two, { conversation: { ownerKind: 'queue', secretPending: true } }));
    expect(texts(owned.decision)).toEqual([]);
  });
});

describe('a brain that waits', () => {
  const output = said('later');
  const turn = { id: brandId<NonNullable<Work['turn']>['id']>('u1'), uptoSeq: 2, ownerVersion: 3 };

  test('is asked by a stored turn that leaves the messages as they are', async () => {
    const { take, decide } = stand({ bot: { waits: true } });
    const { decision, waiting } = await take(workOf(two));
    expect(decision).toMatchObject({
      messageState: null,
      memory: null,
      outbound: [],
      newTurn: { uptoSeq: 2, deadlineMs: 10_000 },
    });
    expect(waiting?.input.messages).toHaveLength(2);
    expect(decide).not.toHaveBeenCalled();
  });

  test('whose answer came in time is used', () => {
    const decision = stand().useStored(workOf(two, { turn: { ...turn, state: 'done', output } }));
    expect(decision).toMatchObject({ messageState: 'answered', usedTurn: { id: 'u1', state: 'used' } });
    expect(decision && texts(decision)).toEqual(['later']);
  });

  test('whose answer was overtaken by a newer message is not used, and the messages stay new', () => {
    const overtaken = workOf([...two, newMessage(3, 'wait')], { turn: { ...turn, state: 'done', output } });
    expect(stand().useStored(overtaken)).toMatchObject({
      messageState: null,
      outbound: [],
      memory: null,
      usedTurn: { id: 'u1', state: 'superseded' },
    });
  });

  test('that did not answer in time hands over', () => {
    const decision = stand().useStored(workOf(two, { turn: { ...turn, state: 'running', output: null } }));
    expect(decision).toMatchObject({
      messageState: 'routed',
      handoffTeam: 'mem-en',
      usedTurn: { id: 'u1', state: 'expired' },
    });
    expect(decision && texts(decision)).toEqual(['people en']);
  });

  test('whose answer cannot be rendered hands over, and its turn counts as used', () => {
    const account: Partial<ChannelAccount> = {
      render: ({ text }) => {
        if (text === 'later') throw new Error('no');
        return [{ text }];
      },
    };
    const decision = stand({ account }).useStored(workOf(two, { turn: { ...turn, state: 'done', output } }));
    expect(decision).toMatchObject({ handoffTeam: 'mem-en', usedTurn: { id: 'u1', state: 'used' } });
  });

  test('without a stored turn there is nothing to use', () => {
    expect(stand().useStored(workOf(two))).toBeNull();
  });
});

describe('out of public places', () => {
  const buttons = { maxRows: 2, maxPerRow: 1, maxLabelLength: 80, maxDataBytes: 40 };
  const opening = (): Partial<ChannelAccount> => ({
    opensPrivately: true,
    capabilities: { ...memoryChannel().capabilities, buttons },
    render: (content) => [{ text: content.text, buttons: content.buttons }],
  });
  const buttonsOf = (decision: Decision): unknown[] => decision.outbound.map(({ parts }) => parts[0]?.part['buttons']);
  const way = [[{ label: 'go private en', data: 'go-private' }]];

  test('the last thing the bot says there leads into a private one, and nothing else does', async () => {
    const { take } = stand({ answer: said('a', 'b'), account: opening() });
    const there = await take(workOf(two, { threadKind: 'group' }));
    expect(buttonsOf(there.decision)).toEqual([undefined, way]);
    expect(there.decision.outbound.map(({ extras }) => extras)).toEqual([undefined, { buttons: way }]);
    expect(buttonsOf((await take(workOf(two))).decision)).toEqual([undefined, undefined]);
    const { opensPrivately: _open, ...channel } = opening();
    const closed = stand({ answer: said('a'), account: channel });
    expect(buttonsOf((await closed.take(workOf(two, { threadKind: 'group' }))).decision)).toEqual([undefined]);
    const echo = stand({ answer: said('a'), account: opening(), bot: { echoOnly: true } });
    expect(buttonsOf((await echo.take(workOf(two, { threadKind: 'group' }))).decision)).toEqual([undefined]);
  });

  test('it stands below the buttons an answer has, as far as there is room', async () => {
    const own = [[{ label: 'yes', data: 'y' }]];
    const withRows = (rows: typeof own): BotDecision => ({
      ...said(),
      replies: [{ content: { text: 'a', buttons: rows }, class: 'repeatable' }],
    });
    const one = await stand({ answer: withRows(own), account: opening() }).take(workOf(two, { threadKind: 'group' }));
    expect(buttonsOf(one.decision)).toEqual([[...own, ...way]]);
    const full = [...own, ...own];
    const all = await stand({ answer: withRows(full), account: opening() }).take(workOf(two, { threadKind: 'group' }));
    expect(buttonsOf(all.decision)).toEqual([full]);
  });

  test('whoever arrives is told where they are, without a brain; what they wrote besides is decided on next', async () => {
    const { take, decide } = stand({ account: opening() });
    const arrival = { ...newMessage(1, 'go private en'), arrives: true };
    const bots = await take(workOf([arrival, newMessage(2, 'help')]));
    expect(bots.decision).toMatchObject({ messageIds: ['m1'], messageState: 'answered', handoffTeam: null });
    expect(texts(bots.decision)).toEqual(['arrived en']);
    expect(decide).not.toHaveBeenCalled();
    const peoples = await take(workOf([arrival], { conversation: { ownerKind: 'agent' } }));
    expect(peoples.decision).toMatchObject({ messageIds: ['m1'], messageState: 'routed' });
    expect(texts(peoples.decision)).toEqual(['arrived en']);
    const secret = await take(workOf([arrival], { conversation: { ownerKind: 'queue', secretPending: true } }));
    expect(texts(secret.decision)).toEqual(['arrived en', 'warning en']);
  });
});
