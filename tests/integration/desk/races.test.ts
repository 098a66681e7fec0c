import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createUuidV7, systemClock } from '../../../src/core/ids-and-time.ts';
import { type AgentId, brandId } from '../../../src/core/model/ids.ts';
import type { ActOutcome } from '../../../src/core/ports/inbox-store.ts';
import type { NextOwner } from '../../../src/core/ports/people-store.ts';
import { createDeskStore } from '../../../src/store/desk-store.ts';
import { at, type DeskClient } from '../../kit/desk/client.ts';
import { type Deed, deedsOf, runTogether } from '../../kit/desk/interleaving.ts';
import { type DeskStand, handingBot, startDeskStand } from '../../kit/desk/stand.ts';
import { eventually } from '../../kit/eventually.ts';

const SEEDS = Number(process.env['PARLEY_RACE_SEEDS'] ?? 1_000);
const AT_ONCE = 12;

let stand: DeskStand;
const agents: { id: AgentId; name: string; client: DeskClient }[] = [];
beforeAll(async () => {
  stand = await startDeskStand({
    bot: {
      ...handingBot,
      // It thinks for a moment, so that people get in between.
      decide: async (input, signal) => {
        await sleep(Math.random() * 6);
        return handingBot.decide(input, signal);
      },
    },
  });
  for (const name of ['Ann', 'Ben']) {
    const client = await stand.signedIn('lead', ['support'], name);
    agents.push({ id: brandId(client.agentId), name, client });
  }
}, 60_000);
afterAll(() => stand.stop());

/** What one act came to, whichever way it was done. */
interface Came {
  by: string;
  expected: number;
  /** Version it made, when it won. */
  won: number | null;
  /** What the loser was told. */
  told: { kind: string; agentName: string | null; ownerVersion: number } | null;
}

/** Everything that happened to one conversation. */
interface History {
  seed: number;
  conversationId: string;
  came: Came[];
  replies: { id: string; stored: boolean }[];
}

async function standing(id: string): Promise<{ kind: string; version: number }> {
  const row = await stand.gateway.database.db
    .selectFrom('conversation')
    .select(['owner_kind as kind', 'owner_version as version'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return row;
}

/** Plays one interleaving; `act` and `reply` are the two ways to do it: the store, or HTTP. */
async function play(
  seed: number,
  act: (who: 0 | 1, id: string, expected: number, next: NextOwner) => Promise<Came>,
  reply: (who: 0 | 1, id: string, messageId: string) => Promise<boolean>,
): Promise<History> {
  const chat = `race-${seed}-${randomUUID().slice(0, 4)}`;
  const id = await stand.write(chat, seed % 3 === 0 ? 'a person please' : 'hello');
  const history: History = { seed, conversationId: id, came: [], replies: [] };
  const first = await standing(id);
  await runTogether(deedsOf(seed), async (deed: Deed) => {
    if (deed.who === 'customer') {
      await stand.write(chat, deed.what === 'write' ? 'and another thing' : 'a person please');
      return;
    }
    if (deed.what === 'reply') {
      const messageId = randomUUID();
      history.replies.push({ id: messageId, stored: await reply(deed.who, id, messageId) });
      return;
    }
    const { version } = deed.looks ? await standing(id) : first;
    const self = agents[deed.who];
    if (self === undefined) return;
    const next: NextOwner =
      deed.what === 'take'
        ? { kind: 'agent', agent: self.id }
        : deed.what === 'back'
          ? { kind: 'bot' }
          : { kind: 'none' };
    history.came.push(await act(deed.who, id, version, next));
  });
  return history;
}

/**
 * One winner of each version, and every loser told how it stands. The same agent may hear twice that it won: taking what one
 * has already by a reply is no trouble.
 */
function expectOneWinner({ seed, came }: History): void {
  const winners = new Map<number, Set<string>>();
  for (const { won, by } of came) if (won !== null) winners.set(won, (winners.get(won) ?? new Set()).add(by));
  for (const [version, by] of winners) expect([seed, version, by.size]).toEqual([seed, version, 1]);
  for (const one of came) {
    if (one.won !== null) expect(one.won).toBe(one.expected + 1);
    if (one.told === null) continue;
    expect(one.told.ownerVersion >= one.expected).toBe(true);
    if (one.told.kind === 'agent') expect(agents.map(({ name }) => name)).toContain(one.told.agentName);
  }
}

/** In the database: one owner, each version made once, no reply lost, nothing left open. */
async function expectSound(histories: readonly History[]): Promise<void> {
  const { pool } = stand.gateway.database;
  const ids = histories.map((one) => one.conversationId);
  await eventually(async () => {
    const { rows } = await pool.query(
      `SELECT (SELECT count(*) FROM delivery WHERE conversation_id = ANY ($1) AND state IN ('pending', 'sending', 'retry', 'unknown'))
        + (SELECT count(*) FROM message m JOIN conversation c ON c.id = m.conversation_id
           WHERE c.id = ANY ($1) AND m.state = 'new') AS open`,
      [ids],
    );
    expect(rows[0]).toEqual({ open: 0 });
  }, 15_000);
  const { rows: wrong } = await pool.query(
    `SELECT c.id, c.owner_kind, c.owner_version, v.changes, v.versions FROM conversation c
     CROSS JOIN LATERAL (
       SELECT count(*) AS changes, count(DISTINCT a.detail->>'version') FILTER (WHERE a.action = 'owner.changed') AS versions,
         count(*) FILTER (WHERE a.action = 'owner.changed') AS moved
       FROM audit a WHERE a.subject_id = c.id::text AND a.action IN ('owner.changed', 'conversation.reopened')
     ) v
     WHERE c.id = ANY ($1) AND (v.changes <> c.owner_version - 1 OR v.versions <> v.moved
       OR (c.owner_kind = 'none') <> (c.status = 'resolved') OR (c.owner_kind = 'agent' AND c.owner_agent IS NULL))`,
    [ids],
  );
  expect(wrong).toEqual([]);
  const stored = histories.flatMap((one) => one.replies.filter((reply) => reply.stored).map((reply) => reply.id));
  const { rows: kept } = await pool.query<{ id: string; state: string }>(
    'SELECT m.id, d.state FROM message m JOIN delivery d ON d.message_id = m.id WHERE m.id = ANY ($1)',
    [stored],
  );
  expect(kept.filter((one) => one.state !== 'sent')).toEqual([]);
  expect(new Set(kept.map((one) => one.id)).size).toBe(stored.length);
}

async function playAll(seeds: readonly number[], one: (seed: number) => Promise<History>): Promise<History[]> {
  const waiting = [...seeds];
  const histories: History[] = [];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) histories.push(await one(seed));
    }),
  );
  return histories;
}

describe('bot, two agents and the customer at once', () => {
  test(`${SEEDS} interleavings on the store`, async () => {
    const desk = createDeskStore(stand.gateway.database, createUuidV7(systemClock));
    const agentOf = (who: 0 | 1): AgentId => agents[who]?.id ?? brandId('');
    const toCame = (who: 0 | 1, expected: number, outcome: ActOutcome): Came => ({
      by: agents[who]?.name ?? '',
      expected,
      won: outcome.outcome === 'ok' && outcome.ownerVersion > expected ? outcome.ownerVersion : null,
      told: 'owner' in outcome ? outcome.owner : null,
    });
    const histories = await playAll(
      Array.from({ length: SEEDS }, (_, index) => index + 1),
      (seed) =>
        play(
          seed,
          async (who, id, expected, next) => {
            const outcome = await desk.own(brandId(id), agentOf(who), expected, next, 'race');
            expect(['ok', 'changed', 'resolved']).toContain(outcome.outcome);
            const came = toCame(who, expected, outcome);
            // Already mine, whatever was expected: nothing moved, so it is no win.
            return came.won !== null && came.won !== expected + 1 ? { ...came, won: null } : came;
          },
          async (who, id, messageId) => {
            const draft = {
              id: brandId<never>(messageId),
              text: 'from a person',
              body: null,
              class: 'single' as const,
              causeId: null,
              parts: [{ id: brandId<never>(randomUUID()), part: { text: 'from a person' }, replyTo: null }],
            };
            const outcome = await desk.reply(brandId(id), agentOf(who), draft);
            expect(outcome.outcome).toBe('ok');
            return outcome.outcome === 'ok';
          },
        ),
    );
    for (const history of histories) expectOneWinner(history);
    await expectSound(histories);
    const lost = histories.flatMap((one) => one.came).filter((one) => one.told !== null);
    // Without losers nothing was raced for.
    expect(lost.length).toBeGreaterThan(SEEDS / 4);
  }, 120_000);

  test('some of them over HTTP', async () => {
    const seeds = Array.from({ length: 60 }, (_, index) => 100_000 + index);
    const histories = await playAll(seeds, (seed) =>
      play(
        seed,
        async (who, id, expected, next) => {
          const path = `conversations/${id}/${next.kind === 'none' ? 'resolve' : 'owner'}`;
          const to = next.kind === 'agent' ? { kind: 'agent', agentId: next.agent } : { kind: 'bot' };
          const body = { expectedOwnerVersion: expected, ...(next.kind === 'none' ? {} : { to }) };
          const answer = await agents[who]?.client.post(path, body);
          const { name: by = '' } = agents[who] ?? {};
          if (answer?.status === 200) return { by, expected, won: null, told: null };
          expect(answer?.status).toBe(409);
          expect(String(at(answer?.body, 'error.message'))).toMatch(/now\.$|resolved already\.$/);
          const owner = at(answer?.body, 'error.owner');
          const agentName = at(owner, 'agentName');
          return {
            by,
            expected,
            won: null,
            told: {
              kind: String(at(owner, 'kind')),
              agentName: typeof agentName === 'string' ? agentName : null,
              ownerVersion: Number(at(owner, 'ownerVersion')),
            },
          };
        },
        async (who, id, messageId) => {
          const answer = await agents[who]?.client.post(`conversations/${id}/replies`, { id: messageId, text: 'hi' });
          expect(answer?.status).toBe(200);
          return true;
        },
      ),
    );
    for (const history of histories) expectOneWinner(history);
    await expectSound(histories);
  }, 60_000);
});
