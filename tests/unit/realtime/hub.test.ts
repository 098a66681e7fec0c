import { afterEach, describe, expect, test } from '@jest/globals';
import type { Viewer } from '../../../src/core/model/agent.ts';
import { brandId } from '../../../src/core/model/ids.ts';
import type { ChangeLookup, Standing } from '../../../src/core/ports/changes.ts';
import { createHub, type Hub, type Listener } from '../../../src/realtime/hub.ts';
import { at } from '../../kit/desk/client.ts';
import { eventually } from '../../kit/eventually.ts';
import { quietLog } from '../../kit/quiet-log.ts';

let hub: Hub | undefined;
afterEach(() => hub?.stop());

const viewer: Viewer = { id: brandId('mei'), role: 'agent', teamIds: [brandId('support')] };

function standing(id: string, version: number): Standing {
  return { id, version, ownerKind: 'queue', ownerTeam: brandId('support'), ownerAgent: null, resolvedOwnerKind: null };
}

function pageOf(sessionId: string): Listener & { told: unknown[]; signedOut: boolean } {
  const page = {
    sessionId,
    viewer,
    told: [] as unknown[],
    signedOut: false,
    send: (frame: Buffer) => void page.told.push(JSON.parse(frame.toString('utf8'))),
    signOut: () => {
      page.signedOut = true;
    },
  };
  return page;
}

/** A store whose answers a test holds back or lets fail. */
function lookupOf(over: Partial<ChangeLookup> = {}): ChangeLookup {
  return {
    standings: (changes) =>
      Promise.resolve(changes.flatMap((one) => ('conversationId' in one ? [standing(one.conversationId, 7)] : []))),
    logged: () => Promise.resolve({ items: [], next: '1-0' }),
    living: (ids) => Promise.resolve(new Map(ids.map((id) => [id, viewer]))),
    ...over,
  };
}

describe('looking after sessions', () => {
  test('a page that connects while the store is asked stays', async () => {
    let asked: readonly string[] = [];
    let answer: () => void = () => undefined;
    const made = createHub(
      lookupOf({
        living(ids) {
          asked = ids;
          return new Promise((resolve) => {
            answer = () => resolve(new Map(ids.map((id) => [id, viewer])));
          });
        },
      }),
      quietLog(),
    );
    hub = made;
    const early = pageOf('early');
    made.add(early);
    await eventually(() => {
      expect(asked).toEqual(['early']);
      return Promise.resolve();
    });
    const late = pageOf('late');
    made.add(late);
    answer();
    await eventually(() => {
      expect(asked).toEqual(['early', 'late']);
      return Promise.resolve();
    });
    expect([early.signedOut, late.signedOut]).toEqual([false, false]);
  });
});

describe('a customer who writes', () => {
  test('is told to the pages that may see the conversation, and to no others', async () => {
    const made = createHub(
      lookupOf({
        standings: (changes) =>
          Promise.resolve(changes.flatMap((one) => ('threadKey' in one ? [standing(`of ${one.threadKey}`, 7)] : []))),
      }),
      quietLog(),
    );
    hub = made;
    const [page, stranger] = [pageOf('one'), pageOf('two')];
    stranger.viewer = { id: brandId('zoe'), role: 'agent', teamIds: [brandId('elsewhere')] };
    made.add(page);
    made.add(stranger);
    made.typing([{ accountId: 'chat', threadKey: 'user:7' }]);
    await eventually(() => {
      expect(page.told).toContainEqual({ type: 'typing', conversation: 'of user:7' });
      return Promise.resolve();
    });
    expect(stranger.told).toEqual([]);
    // It counts for nothing else: the same standing told as a change is news.
    made.changed([{ accountId: 'chat', threadKey: 'user:7' }]);
    await eventually(() => {
      expect(page.told.map((one) => at(one, 'type'))).toContain('changed');
      return Promise.resolve();
    });
  });

  test('is forgotten where the store cannot say whose conversation it is', async () => {
    const log = quietLog();
    const made = createHub(lookupOf({ standings: () => Promise.reject(new Error('away')) }), log);
    hub = made;
    const page = pageOf('one');
    made.add(page);
    made.typing([{ accountId: 'chat', threadKey: 'user:7' }]);
    await eventually(() => {
      expect(log.lines.map(({ level }) => level)).toEqual(['debug']);
      return Promise.resolve();
    });
    expect(page.told).toEqual([]);
  });
});

describe('what could not be looked up', () => {
  test('is fetched by the pages when the store is back', async () => {
    let away = true;
    let read = 0;
    const made = createHub(
      lookupOf({
        standings: (changes) =>
          away
            ? Promise.reject(new Error('away'))
            : Promise.resolve(
                changes.flatMap((one) => ('conversationId' in one ? [standing(one.conversationId, 7)] : [])),
              ),
        // The log names it once, while its standing cannot be read.
        logged() {
          read += 1;
          return Promise.resolve({ items: read === 2 ? [{ conversationId: 'c', version: 7 }] : [], next: `${read}-0` });
        },
      }),
      quietLog(),
    );
    hub = made;
    const page = pageOf('one');
    made.add(page);
    await eventually(() => {
      expect(read).toBe(2);
      return Promise.resolve();
    });
    away = false;
    await eventually(() => {
      expect(page.told.map((one) => at(one, 'type'))).toContain('refetch');
      return Promise.resolve();
    });
  }, 20_000);
});
