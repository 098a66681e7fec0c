import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createTurns } from '../../../src/conversation/turn.ts';
import { createWorker, type Worker } from '../../../src/conversation/worker.ts';
import { StoreUnavailable } from '../../../src/core/errors.ts';
import { createUuidV7, systemClock } from '../../../src/core/ids-and-time.ts';
import { brandId } from '../../../src/core/model/ids.ts';
import type { Bot } from '../../../src/core/ports/brain.ts';
import type { PipelineStore } from '../../../src/core/ports/pipeline-store.ts';
import { eventually } from '../../kit/eventually.ts';
import { type StoreBackend, storeBackends } from '../../kit/pipeline/backends.ts';
import { directQueue, echoBot, type Gateway, startGateway } from '../../kit/pipeline/harness.ts';
import { customerMessage, type MemoryChannel, memoryChannel } from '../../kit/pipeline/memory-channel.ts';

/** A bot whose answers must never be sent twice on a guess. */
const singleBot: Bot = {
  ...echoBot,
  decide: (input) =>
    Promise.resolve({
      replies: input.messages.map(({ text }) => ({ content: { text }, class: 'single' as const })),
      handoff: false,
      why: 'test',
      memory: {},
    }),
};

/** The database does what it is asked and the answer never arrives, or it fails in a way nobody foresaw. */
describe('answers of the database that are lost', () => {
  let backend: StoreBackend;
  let gateway: Gateway | undefined;
  let worker: Worker | undefined;
  beforeAll(async () => {
    const plain = storeBackends.find((one) => one.name === 'plain server');
    if (plain === undefined) throw new Error('there is no plain server');
    backend = await plain.start();
  }, 60_000);
  afterEach(async () => {
    await worker?.stop(2_000);
    await gateway?.stop();
  });
  afterAll(() => backend.close());

  async function start(
    account: MemoryChannel,
    change: (store: PipelineStore) => Partial<PipelineStore>,
  ): Promise<Gateway> {
    const made = await startGateway({ url: await backend.createDatabase(), account, withoutWorker: true });
    gateway = made;
    const store: PipelineStore = { ...made.store, ...change(made.store) };
    const turns = createTurns({
      bot: singleBot,
      limited: false,
      ids: createUuidV7(systemClock),
      log: made.log,
      texts: {
        secretWarning: () => 'secret',
        handedOver: () => 'people',
        sealed: () => 'write elsewhere',
        invite: (_language, name) => `write to ${name ?? 'us'}`,
        goPrivate: () => 'go',
        arrived: () => 'here',
      },
      teamFor: () => brandId('support'),
      languageOf: () => 'en',
    });
    worker = createWorker({
      store,
      queue: directQueue(),
      log: made.log,
      shards: 2,
      reap: () => made.instance.reap(),
      drain: {
        store,
        turns,
        clock: systemClock,
        log: made.log,
        account: () => account,
        startWaiting: () => undefined,
        onAttempt: () => undefined,
      },
    });
    await worker.start();
    return made;
  }

  /** Runs the call, then loses its answer, the first `times` times it returned something. */
  function losing<Args extends unknown[], Result>(
    times: number,
    call: (...args: Args) => Promise<Result>,
    counts: (result: Result) => boolean = () => true,
  ): (...args: Args) => Promise<Result> {
    let left = times;
    return async (...args) => {
      const result = await call(...args);
      if (left === 0 || !counts(result)) return result;
      left -= 1;
      throw new StoreUnavailable('connection reset', undefined);
    };
  }

  async function states({ database }: Gateway): Promise<string[]> {
    const rows = await database.db.selectFrom('delivery').select('state').orderBy('out_seq').execute();
    return rows.map(({ state }) => state);
  }

  test('of a claim: its threads are worked on all the same', async () => {
    const account = memoryChannel();
    const made = await start(account, (store) => ({ claim: losing(1, store.claim, (works) => works.length > 0) }));
    await made.receive([customerMessage('1', 'hello')]);
    await eventually(() => expect(account.arrived.map(({ text }) => text)).toEqual(['hello']), 13_000);
  });

  test('of a decision: it is neither written nor sent twice', async () => {
    const account = memoryChannel();
    const made = await start(account, (store) => ({ decide: losing(1, store.decide) }));
    await made.receive([customerMessage('1', 'a')]);
    await made.receive([customerMessage('1', 'b')]);
    await eventually(async () => expect(await states(made)).toEqual(['sent', 'sent']));
    expect(account.arrived.map(({ text }) => text)).toEqual(['a', 'b']);
  });

  test('of an outcome: it is said again until it is heard, and nothing is sent twice', async () => {
    const account = memoryChannel();
    const made = await start(account, (store) => ({ settle: losing(3, store.settle) }));
    await made.receive([customerMessage('1', 'a'), customerMessage('1', 'b')]);
    await eventually(async () => expect(await states(made)).toEqual(['sent', 'sent']));
    expect(account.arrived.map(({ text }) => text)).toEqual(['a', 'b']);
  });

  test('an outcome that cannot be stored at all: what must not be repeated is not sent a second time', async () => {
    const account = memoryChannel();
    let failures = 1;
    const made = await start(account, (store) => ({
      settle: (settlement) => {
        if (failures === 0 || settlement.nextState !== 'sent') return store.settle(settlement);
        failures -= 1;
        // What is left when a serialisation failure outlasts its repeats, or the server has an error of its own.
        return Promise.reject(Object.assign(new Error('could not serialize access'), { code: '40001' }));
      },
    }));
    await made.receive([customerMessage('1', 'only once')]);
    await eventually(async () => {
      const now = await states(made);
      expect(now).toHaveLength(1);
      expect(['sent', 'needs_review']).toContain(now[0]);
    });
    expect(account.arrived.map(({ text }) => text)).toEqual(['only once']);
  });
});
