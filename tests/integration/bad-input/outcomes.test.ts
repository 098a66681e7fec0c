import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { SendOutcome } from '../../../src/core/model/outbound.ts';
import type { Bot } from '../../../src/core/ports/brain.ts';
import { eventually } from '../../kit/eventually.ts';
import { type StoreBackend, storeBackends } from '../../kit/pipeline/backends.ts';
import { echoBot, type Gateway, startGateway } from '../../kit/pipeline/harness.ts';
import { customerMessage, memoryChannel } from '../../kit/pipeline/memory-channel.ts';

/** Everything a platform may answer but a refused token, which would pause the whole account. */
const OUTCOMES: readonly SendOutcome[] = [
  { kind: 'sent', externalId: null },
  { kind: 'rate_limited', retryAfterMs: 20 },
  { kind: 'transient', reason: 'busy', retryAfterMs: 10 },
  { kind: 'forbidden', reason: 'blocked' },
  { kind: 'invalid', reason: 'bad' },
  { kind: 'moved', threadKey: 'elsewhere' },
  { kind: 'unknown', reason: 'cut' },
];
const CLASSES = ['repeatable', 'single'] as const;

/** Each message says of which class its answer is. */
const bot: Bot = {
  ...echoBot,
  decide: (input) =>
    Promise.resolve({
      replies: input.messages.map(({ text }) => ({
        content: { text },
        class: text.startsWith('single') ? ('single' as const) : ('repeatable' as const),
      })),
      handoff: false,
      why: 'test',
      memory: {},
    }),
};

interface Case {
  text: string;
  answers: readonly SendOutcome[];
  /** Calls that arrived or may have. */
  copies: number;
}

/** Whatever a platform answers, twice over: one definite state, and never more copies than the class allows. */
describe('every pair of outcomes', () => {
  let backend: StoreBackend;
  let gateway: Gateway;
  const cases = new Map<string, Case>();
  for (const of of CLASSES) {
    for (const first of OUTCOMES) {
      for (const second of OUTCOMES) {
        const text = `${of}-${first.kind}-${second.kind}`;
        cases.set(text, { text, answers: [first, second], copies: 0 });
      }
    }
  }

  beforeAll(async () => {
    const plain = storeBackends.find((one) => one.name === 'plain server');
    if (plain === undefined) throw new Error('there is no plain server');
    backend = await plain.start();
    const calls = new Map<string, number>();
    const account = memoryChannel('mem', {
      send: ({ part }) => {
        const text = String(part['text']);
        const call = calls.get(text) ?? 0;
        calls.set(text, call + 1);
        const found = cases.get(text);
        const outcome = found?.answers[call] ?? { kind: 'sent', externalId: null };
        if (found !== undefined && (outcome.kind === 'sent' || outcome.kind === 'unknown')) found.copies += 1;
        return Promise.resolve(outcome);
      },
    });
    gateway = await startGateway({ url: await backend.createDatabase(), account, bot });
    await gateway.receive([...cases.keys()].map((text) => customerMessage(`chat-${text}`, text)));
  }, 60_000);
  afterAll(async () => {
    await gateway.stop();
    await backend.close();
  });

  test('ends in a definite state, with no drain that ended badly', async () => {
    await eventually(async () => {
      const open = await gateway.database.db
        .selectFrom('delivery')
        .innerJoin('message', 'message.id', 'delivery.message_id')
        .select(['message.text', 'delivery.state', 'delivery.attempt'])
        .where('delivery.state', 'not in', ['sent', 'failed', 'needs_review'])
        .execute();
      expect(open).toEqual([]);
      const all = await gateway.database.db.selectFrom('delivery').select('id').execute();
      expect(all).toHaveLength(cases.size);
    }, 20_000);
    expect(gateway.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('sends a single part at most once, a repeatable one at most twice', () => {
    const wrong = [...cases.values()].filter(({ text, copies }) => copies > (text.startsWith('single') ? 1 : 2));
    expect(wrong.map(({ text, copies }) => `${text}: ${copies}`)).toEqual([]);
  });

  test('failed means that nothing arrived, sent that something did', async () => {
    const rows = await gateway.database.db
      .selectFrom('delivery')
      .innerJoin('message', 'message.id', 'delivery.message_id')
      .select(['message.text', 'delivery.state'])
      .execute();
    const wrong = rows.filter(({ text, state }) => {
      const copies = cases.get(text)?.copies ?? 0;
      return (state === 'failed' && copies > 0) || (state === 'sent' && copies === 0);
    });
    expect(wrong).toEqual([]);
  });
});
