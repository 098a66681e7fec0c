import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { botText } from '../../../src/bot/texts.ts';
import { at, type DeskClient } from '../../kit/desk/client.ts';
import { type DeskStand, handingBot, startDeskStand } from '../../kit/desk/stand.ts';
import { eventually } from '../../kit/eventually.ts';
import { customerMessage } from '../../kit/pipeline/memory-channel.ts';

let stand: DeskStand;
let mei: DeskClient;
let ann: DeskClient;
beforeAll(async () => {
  stand = await startDeskStand({ bot: handingBot });
  mei = await stand.signedIn('lead', [], 'Mei');
  ann = await stand.signedIn('agent', ['kyc'], 'Ann');
}, 60_000);
afterAll(() => stand.stop());

const NOTICE = botText('blocked', 'en');
const show = async (id: string): Promise<unknown> => (await mei.get(`conversations/${id}`)).body;
const said = (chat: string): string[] =>
  stand.channel.arrived.filter((one) => one.threadKey === chat).map((one) => one.text);
const block = (id: string, change: object = {}) =>
  mei.post(`conversations/${id}/block`, { id: randomUUID(), term: 'good', reason: 'spam', ...change });
const inbound = async (id: string) =>
  stand.gateway.database.db
    .selectFrom('message')
    .select(['text', 'state', 'state_reason'])
    .where('conversation_id', '=', id)
    .where('kind', '=', 'inbound')
    .orderBy('seq')
    .execute();
const listed = async (client: DeskClient): Promise<unknown[]> => {
  const items = at((await client.get('blocks')).body, 'items');
  return Array.isArray(items) ? items.map((one) => at(one, 'conversationId')) : [];
};

let chats = 0;
async function answered(): Promise<{ id: string; chat: string }> {
  chats += 1;
  const chat = `b${chats}`;
  const id = await stand.write(chat, 'hello');
  await eventually(() => expect(said(chat)).toEqual(['hello']));
  return { id, chat };
}

test('what a blocked contact writes is kept, wakes nobody, and is answered by one notice', async () => {
  const { id, chat } = await answered();
  const before = await show(id);
  expect((await block(id)).status).toBe(200);
  expect(at(await show(id), 'block')).toEqual({ until: null });
  for (const text of ['one', 'two', 'three']) await stand.write(chat, text);
  await eventually(() => expect(said(chat)).toEqual(['hello', NOTICE]));
  await stand.write(chat, 'four');
  expect((await inbound(id)).slice(1)).toEqual(
    ['one', 'two', 'three', 'four'].map((text) => ({ text, state: 'filed', state_reason: 'blocked' })),
  );
  const after = await show(id);
  expect(at(after, 'unread')).toBe(at(before, 'unread'));
  expect(at(after, 'lastMessageAt')).toBe(at(before, 'lastMessageAt'));
  expect(at(after, 'preview')).toBe(at(before, 'preview'));
  await eventually(async () => {
    const { rows } = await sql<{ due_at: Date | null }>`SELECT due_at FROM thread WHERE external_key = ${chat}`.execute(
      stand.gateway.database.db,
    );
    expect(rows).toEqual([{ due_at: null }]);
  });
  expect(said(chat)).toEqual(['hello', NOTICE]);
});

test('undone, the contact is served again; both are in the audit and the thread', async () => {
  const { id, chat } = await answered();
  await block(id, { term: 'day', reason: 'threats' });
  const until = Date.parse(String(at(await show(id), 'block.until')));
  expect(until - Date.now()).toBeGreaterThan(86_000_000);
  expect(await listed(mei)).toContain(id);
  expect((await mei.ask('DELETE', `conversations/${id}/block`)).status).toBe(200);
  expect((await mei.ask('DELETE', `conversations/${id}/block`)).status).toBe(200);
  expect(at(await show(id), 'block')).toBeNull();
  expect(await listed(mei)).not.toContain(id);
  await stand.write(chat, 'again');
  await eventually(() => expect(said(chat)).toEqual(['hello', 'again']));
  const contact = String(at(await show(id), 'contact.id'));
  const { rows } = await stand.gateway.database.pool.query<{ action: string; actor_id: string; why: string | null }>(
    `SELECT action, actor_id, detail->>'why' AS why FROM audit WHERE subject_kind = 'contact' AND subject_id = $1 ORDER BY id`,
    [contact],
  );
  expect(rows).toEqual([
    { action: 'contact.blocked', actor_id: mei.agentId, why: 'threats' },
    { action: 'contact.unblocked', actor_id: mei.agentId, why: null },
  ]);
  const items = at((await mei.get(`conversations/${id}/messages`)).body, 'items');
  const changes = Array.isArray(items) ? items.map((one) => at(one, 'activity.change')) : [];
  expect(changes.filter((one) => one !== undefined)).toEqual(['blocked', 'unblocked']);
});

test('a block ends by itself, and a new one tells the contact once more', async () => {
  const { id, chat } = await answered();
  await block(id, { term: 'hour' });
  await stand.write(chat, 'x');
  await eventually(() => expect(said(chat)).toEqual(['hello', NOTICE]));
  for (const table of ['contact', 'thread']) {
    await stand.gateway.database.pool.query(
      `UPDATE ${table} SET blocked_until = now() - interval '1 second' WHERE id = (SELECT ${table}_id FROM conversation WHERE id = $1)`,
      [id],
    );
  }
  await stand.gateway.database.pool.query(
    `UPDATE contact_block SET until_at = now() - interval '1 second' WHERE conversation_id = $1`,
    [id],
  );
  expect(at(await show(id), 'block')).toBeNull();
  expect(await listed(mei)).not.toContain(id);
  await stand.write(chat, 'back');
  await eventually(() => expect(said(chat)).toEqual(['hello', NOTICE, 'back']));
  await block(id);
  await stand.write(chat, 'y');
  await eventually(() => expect(said(chat)).toEqual(['hello', NOTICE, 'back', NOTICE]));
});

test('nothing is reopened, and a place of a blocked contact that is new has nobody', async () => {
  const { id, chat } = await answered();
  await block(id);
  const ownerVersion = at(await show(id), 'ownerVersion');
  await mei.post(`conversations/${id}/resolve`, { expectedOwnerVersion: ownerVersion });
  await stand.write(chat, 'after');
  expect(at(await show(id), 'status')).toBe('resolved');
  await eventually(() => expect(said(chat)).toEqual(['hello', NOTICE]));

  const elsewhere = customerMessage(`${chat}-2`, 'hello from here');
  await stand.gateway.receive([{ ...elsewhere, author: { ...elsewhere.author, externalId: `user-${chat}` } }]);
  const { rows } = await stand.gateway.database.pool.query<{ status: string; owner_kind: string; state: string }>(
    `SELECT c.status, c.owner_kind, m.state FROM message m JOIN conversation c ON c.id = m.conversation_id WHERE m.text = $1`,
    ['hello from here'],
  );
  expect(rows).toEqual([{ status: 'resolved', owner_kind: 'none', state: 'filed' }]);
});

test('the same block sent twice is made once; who may not see the conversation may not block', async () => {
  const { id } = await answered();
  await stand.gateway.database.pool.query(
    `UPDATE conversation SET owner_kind = 'queue', owner_team = 'support' WHERE id = $1`,
    [id],
  );
  const same = { id: randomUUID() };
  await block(id, same);
  expect((await block(id, same)).status).toBe(200);
  const { rows } = await stand.gateway.database.pool.query('SELECT FROM contact_block WHERE conversation_id = $1', [
    id,
  ]);
  expect(rows).toHaveLength(1);
  const refused = await ann.post(`conversations/${id}/block`, { id: randomUUID(), term: 'hour', reason: 'x' });
  expect(refused.status).toBe(404);
  expect((await ann.ask('DELETE', `conversations/${id}/block`)).status).toBe(404);
  expect(await listed(ann)).not.toContain(id);
  const { id: other } = await answered();
  expect((await block(other, same)).status).toBe(409);
  expect((await block(other, { reason: ' ' })).status).toBe(400);
});
