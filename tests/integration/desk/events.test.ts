import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { applyRetention } from '../../../src/store/maintenance/retention.ts';
import { at, type DeskClient } from '../../kit/desk/client.ts';
import { type DeskStand, startDeskStand } from '../../kit/desk/stand.ts';
import { eventually } from '../../kit/eventually.ts';

let stand: DeskStand;
let mei: DeskClient;
beforeAll(async () => {
  stand = await startDeskStand({ withoutWorker: true });
  mei = await stand.signedIn('lead');
}, 60_000);
afterAll(() => stand.stop());

async function read(client: DeskClient, after: string | null, limit = 500): Promise<{ ids: unknown[]; next: string }> {
  const { status, body } = await client.get(`events?limit=${limit}${after === null ? '' : `&after=${after}`}`);
  expect(status).toBe(200);
  const items = at(body, 'items');
  return {
    ids: (Array.isArray(items) ? items : []).map((one): unknown => at(one, 'conversationId')),
    next: String(at(body, 'next')),
  };
}

describe('catching up', () => {
  test('begins now, and then names everything that changes', async () => {
    const earlier = await stand.write('before', 'hello');
    const begin = await read(mei, null);
    expect(begin.ids).toEqual([]);
    const id = await stand.write('after', 'hello');
    const after = await eventually(async () => {
      const page = await read(mei, begin.next);
      expect(page.ids).toContain(id);
      return page;
    });
    expect(after.ids).not.toContain(earlier);
  });

  test('a transaction that commits late is not skipped', async () => {
    const late = await stand.write('late', 'hello');
    const { next } = await read(mei, null);
    const session = await stand.gateway.database.dedicated();
    await session.query('BEGIN');
    await session.query('UPDATE conversation SET version = version + 1 WHERE id = $1', [late]);

    // Others begin and commit after it; the cursor moves along as a client would.
    let cursor = next;
    const seen: unknown[] = [];
    for (let index = 0; index < 3; index += 1) {
      await stand.write(`early${index}`, 'hello');
      const page = await read(mei, cursor);
      seen.push(...page.ids);
      cursor = page.next;
    }
    expect(seen).not.toContain(late);

    await session.query('COMMIT');
    await session.end();
    const rest = await eventually(async () => {
      const page = await read(mei, cursor);
      expect(page.ids).toContain(late);
      return page;
    });
    for (let index = 0; index < 3; index += 1) {
      const id = await stand.write(`early${index}`, 'again');
      expect([...seen, ...rest.ids]).toContain(id);
    }
  });

  test('small pages hand out what one large page does', async () => {
    const { next } = await read(mei, null);
    const { rows } = await stand.gateway.database.pool.query<{ id: string }>(
      'UPDATE conversation SET version = version + 1 RETURNING id',
    );
    expect(rows.length).toBeGreaterThan(4);
    const whole = await eventually(async () => {
      const page = await read(mei, next);
      expect(new Set(page.ids).size).toBeGreaterThanOrEqual(rows.length);
      return page;
    });
    const pieces: unknown[] = [];
    let cursor = next;
    for (let index = 0; index < 100; index += 1) {
      const page = await read(mei, cursor, 2);
      pieces.push(...page.ids);
      if (page.next === cursor || page.ids.length === 0) break;
      cursor = page.next;
    }
    expect(new Set(pieces)).toEqual(new Set(whole.ids));
  });

  test('names nothing that the agent may not see', async () => {
    const ann = await stand.signedIn('agent', ['kyc']);
    const { next } = await read(ann, null);
    const id = await stand.write('hidden', 'hello');
    await stand.gateway.database.pool.query(
      `UPDATE conversation SET owner_kind = 'queue', owner_team = 'support', version = version + 1 WHERE id = $1`,
      [id],
    );
    await eventually(async () => expect((await read(mei, next)).ids).toContain(id));
    expect((await read(ann, next)).ids).not.toContain(id);
  });

  test('a cursor older than what is kept says so, and so does one of another store', async () => {
    const { next } = await read(mei, null);
    await stand.write('old', 'hello');
    await eventually(async () => expect((await read(mei, next)).ids.length).toBeGreaterThan(0));
    await stand.gateway.database.pool.query(`UPDATE conversation_change SET at = now() - interval '8 days'`);
    const times = { rawMs: 1e12, attachmentsMs: 1e12, conversationsMs: 1e12, auditMs: 1e12 };
    const done = await applyRetention(stand.gateway.database, times, () => Promise.resolve());
    expect(done?.changes).toBeGreaterThan(0);
    for (const after of [next, '99999999999-0']) {
      const answer = await mei.get(`events?after=${after}`);
      expect([answer.status, at(answer.body, 'error.code')]).toEqual([410, 'events_expired']);
    }
    expect((await mei.get('events?after=nonsense')).status).toBe(400);
    const fresh = await read(mei, null);
    const id = await stand.write('fresh', 'hello');
    await eventually(async () => expect((await read(mei, fresh.next)).ids).toContain(id));
  });
});
