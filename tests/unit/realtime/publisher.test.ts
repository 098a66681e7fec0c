import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { decodeChanges, decodeTyping } from '../../../src/realtime/change-words.ts';
import { createChangePublisher } from '../../../src/realtime/publisher.ts';
import { eventually } from '../../kit/eventually.ts';
import { quietLog } from '../../kit/quiet-log.ts';

describe('the publisher', () => {
  test('says the first at once, then at most twenty times a second, each change once a window', async () => {
    const said: { atMs: number; payload: string }[] = [];
    const publisher = createChangePublisher(
      {
        publish: (payload) => {
          said.push({ atMs: performance.now(), payload });
          return Promise.resolve();
        },
      },
      quietLog(),
    );
    const startedMs = performance.now();
    publisher.changed({ conversationId: 'first' });
    await eventually(() => {
      expect(said).toHaveLength(1);
      return Promise.resolve();
    });
    while (performance.now() - startedMs < 400) {
      publisher.changed({ conversationId: 'a' });
      publisher.changed({ threadId: 'a' });
      await sleep(2);
    }
    await publisher.flush();
    expect(said.length).toBeGreaterThan(2);
    expect(said.length).toBeLessThanOrEqual(10);
    for (const { payload } of said.slice(1)) expect(decodeChanges(payload)).toHaveLength(2);
  });

  test('tells who writes, each once a window, though nothing changed', async () => {
    const said: string[] = [];
    const publisher = createChangePublisher(
      { publish: (payload) => Promise.resolve(void said.push(payload)) },
      quietLog(),
    );
    const place = { accountId: 'chat', threadKey: 'user:7' };
    for (let index = 0; index < 3; index += 1) publisher.typing(place);
    await publisher.flush();
    expect(said.flatMap(decodeTyping)).toEqual([place]);
    await publisher.flush();
    expect(said).toHaveLength(1);
  });

  test('a bus that fails is no trouble for whoever tells of a change', async () => {
    const log = quietLog();
    const publisher = createChangePublisher({ publish: () => Promise.reject(new Error('away')) }, log);
    for (let index = 0; index < 3; index += 1) {
      publisher.changed({ conversationId: String(index) });
      await publisher.flush();
    }
    expect(log.lines.map((line) => line.level)).toEqual(['debug', 'debug', 'debug']);
  });
});
