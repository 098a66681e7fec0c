import { expect, test } from '@jest/globals';
import { startConnector } from '../../../src/ingest/connector.ts';
import { eventually } from '../../kit/eventually.ts';
import { memoryChannel } from '../../kit/pipeline/memory-channel.ts';
import { quietLog } from '../../kit/quiet-log.ts';

test('what prepares an account is repeated until it is done, and only then it receives', async () => {
  let prepared = 0;
  let receiving = 0;
  const account = memoryChannel('mem', {
    receive: (_sink, signal) => {
      receiving += 1;
      return new Promise((done) => signal.addEventListener('abort', () => done(), { once: true }));
    },
  });
  const connector = startConnector({
    account,
    sink: () => Promise.resolve(),
    log: quietLog(),
    own: () => Promise.resolve(1),
    owner: () => Promise.resolve({ token: 1, mine: true }),
    onOwned: () => {
      prepared += 1;
      return prepared < 2 ? Promise.reject(new Error('the platform is away')) : Promise.resolve();
    },
  });
  await eventually(() => expect([prepared, receiving]).toEqual([2, 1]), 5_000);
  await connector.stop();
});

test('it lets go as soon as another instance receives for the account', async () => {
  let token = 1;
  let open = 0;
  const account = memoryChannel('mem', {
    receive: (_sink, signal) => {
      open += 1;
      return new Promise((done) =>
        signal.addEventListener(
          'abort',
          () => {
            open -= 1;
            done();
          },
          { once: true },
        ),
      );
    },
  });
  const connector = startConnector({
    account,
    sink: () => Promise.resolve(),
    log: quietLog(),
    own: () => Promise.resolve(token === 1 ? 1 : null),
    owner: () => Promise.resolve({ token, mine: token === 1 }),
    onOwned: () => Promise.resolve(),
  });
  await eventually(() => expect(open).toBe(1));
  token = 2;
  await eventually(() => expect(open).toBe(0), 5_000);
  await connector.stop();
});
