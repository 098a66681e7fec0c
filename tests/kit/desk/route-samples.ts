import { randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { at, type DeskClient } from './client.ts';
import { makeLetter } from './letters.ts';
import { type DeskStand, PASSWORD } from './stand.ts';

/** A request to a route. */
export interface Call {
  path: string;
  body?: unknown;
  bytes?: Buffer;
}

/** How a route is called so that it works for whoever may; `scoped`: on a conversation of the team `support`. */
export interface Sample {
  scoped?: true;
  /** Status for whoever may call it. */
  ok: number;
  call(stand: DeskStand, client: DeskClient): Promise<Call> | Call;
}

async function teamsConversation(stand: DeskStand): Promise<string> {
  const id = await stand.write(randomUUID(), 'hello');
  await stand.gateway.database.pool.query(
    `UPDATE conversation SET owner_kind = 'queue', owner_team = 'support', owner_version = 2, version = version + 1 WHERE id = $1`,
    [id],
  );
  return id;
}

async function partForPeople(stand: DeskStand): Promise<string> {
  const id = await teamsConversation(stand);
  const lead = await stand.signedIn('lead');
  await lead.post(`conversations/${id}/replies`, { id: randomUUID(), text: 'hello' });
  const { rows } = await stand.gateway.database.pool.query<{ id: string }>(
    `UPDATE delivery SET state = 'needs_review' WHERE conversation_id = $1 RETURNING id`,
    [id],
  );
  return rows[0]?.id ?? '';
}

/** A message of the team's conversation: the customer's, or one of ours that is at the platform. */
async function messageOf(stand: DeskStand, kind: 'inbound' | 'outbound'): Promise<string> {
  const id = await teamsConversation(stand);
  if (kind === 'outbound') {
    const lead = await stand.signedIn('lead');
    await lead.post(`conversations/${id}/replies`, { id: randomUUID(), text: 'hello' });
    const external = `sent:${randomUUID()}`;
    // No step may be left out on the way to `sent`.
    await stand.gateway.database.pool.query(`UPDATE delivery SET state = 'sending' WHERE conversation_id = $1`, [id]);
    await stand.gateway.database.pool.query(
      `WITH sent AS (UPDATE delivery SET state = 'sent', finished_at = now(), external_id = $2 WHERE conversation_id = $1
        RETURNING account_id, message_id)
      INSERT INTO message_external (account_id, external_id, message_id) SELECT account_id, $2, message_id FROM sent`,
      [id, external],
    );
  }
  const { rows } = await stand.gateway.database.pool.query<{ id: string }>(
    'SELECT id FROM message WHERE conversation_id = $1 AND kind = $2',
    [id, kind],
  );
  return rows[0]?.id ?? '';
}

/** A customer's file in the team's conversation, stored or refused. */
async function fileOf(stand: DeskStand, state: 'stored' | 'refused'): Promise<string> {
  const message = await messageOf(stand, 'inbound');
  const lead = await stand.signedIn('lead');
  const own = await stand.write(randomUUID(), 'for its bytes');
  const kept = await lead.ask('POST', `conversations/${own}/attachments?id=${randomUUID()}&name=a.png`, {
    bytes: PICTURE,
  });
  const id = randomUUID();
  await stand.gateway.database.pool.query(
    `INSERT INTO attachment (id, message_id, thread_id, conversation_id, account_id, kind, state, blob_id, preview_blob_id,
      preview_width, preview_height)
    SELECT $1, m.id, m.thread_id, m.conversation_id, 'mem', 'photo', $3, CASE $3 WHEN 'stored' THEN b.blob_id END, b.preview_blob_id,
      b.preview_width, b.preview_height
    FROM message m, attachment b WHERE m.id = $2 AND b.id::text = $4`,
    [id, message, state, String(at(kept.body, 'id'))],
  );
  return id;
}

/** A letter of the team's conversation, with formatted text that names one picture elsewhere. */
async function letterOf(stand: DeskStand): Promise<string> {
  const conversation = await teamsConversation(stand);
  return makeLetter(stand, conversation, { html: '<p>Hello</p><img data-remote-src="https://example.com/a.png">' });
}

export const PICTURE = await sharp({ create: { width: 4, height: 4, channels: 3, background: 'red' } })
  .png()
  .toBuffer();
export const MEDIA = {
  maxBytes: { photo: 1_000_000, document: 1_000_000 },
  photo: null,
  captionLength: 100,
  maxFiles: 10,
};

const fixed =
  (path: string, body?: unknown): (() => Call) =>
  () =>
    body === undefined ? { path } : { path, body };

/** One for every route, by `METHOD url`. */
export const SAMPLES: Readonly<Record<string, Sample>> = {
  'GET /healthz': { ok: 200, call: fixed('/healthz') },
  'GET /readyz': { ok: 200, call: fixed('/readyz') },
  'GET /metrics': { ok: 200, call: fixed('/metrics') },
  // Known to the platform by its secret; here there is no such account.
  'GET /hooks/:account': { ok: 404, call: fixed('/hooks/nobody') },
  'POST /hooks/:account': { ok: 404, call: fixed('/hooks/nobody', {}) },
  'GET /chat/:account/*': { ok: 404, call: fixed('/chat/nobody/') },
  'POST /chat/:account/*': { ok: 404, call: fixed('/chat/nobody/messages', {}) },
  'OPTIONS /chat/:account/*': { ok: 404, call: fixed('/chat/nobody/messages') },
  'POST /chat/:account/files': { ok: 404, call: fixed('/chat/nobody/files', {}) },
  'GET /*': { ok: 404, call: fixed('/assets/nothing.js') },
  'GET /api/v1/welcome': { ok: 200, call: fixed('welcome') },
  'GET /api/v1/openapi.json': { ok: 200, call: fixed('openapi.json') },
  'POST /api/v1/session': {
    ok: 200,
    call: async (stand) => ({
      path: 'session',
      body: { email: (await stand.addAgent('agent')).email, password: PASSWORD },
    }),
  },
  'GET /api/v1/session': { ok: 200, call: fixed('session') },
  'DELETE /api/v1/session': { ok: 204, call: fixed('session') },
  'POST /api/v1/session/password': {
    ok: 204,
    call: fixed('session/password', { current: PASSWORD, next: PASSWORD }),
  },
  'GET /api/v1/sessions': { ok: 200, call: fixed('sessions') },
  'DELETE /api/v1/sessions/:id': {
    ok: 204,
    async call(stand, client) {
      const { rows } = await stand.gateway.database.pool.query<{ id: string }>(
        'SELECT id FROM agent_session WHERE agent_id::text = $1 AND revoked_at IS NULL',
        [client.agentId],
      );
      return { path: `sessions/${rows[0]?.id ?? randomUUID()}` };
    },
  },
  'GET /api/v1/views': { ok: 200, call: fixed('views') },
  'GET /api/v1/conversations': { ok: 200, call: fixed('conversations?view=all') },
  'GET /api/v1/conversations/:id': {
    scoped: true,
    ok: 200,
    call: async (stand) => ({ path: `conversations/${await teamsConversation(stand)}` }),
  },
  'GET /api/v1/conversations/:id/messages': {
    scoped: true,
    ok: 200,
    call: async (stand) => ({ path: `conversations/${await teamsConversation(stand)}/messages` }),
  },
  'POST /api/v1/conversations/:id/replies': {
    scoped: true,
    ok: 200,
    call: async (stand) => ({
      path: `conversations/${await teamsConversation(stand)}/replies`,
      body: { id: randomUUID(), text: 'hello' },
    }),
  },
  'POST /api/v1/conversations/:id/replies/look': {
    scoped: true,
    ok: 200,
    call: async (stand) => ({
      path: `conversations/${await teamsConversation(stand)}/replies/look`,
      body: { text: 'hello' },
    }),
  },
  'DELETE /api/v1/conversations/:id/suggestion': {
    scoped: true,
    ok: 200,
    call: async (stand) => ({ path: `conversations/${await teamsConversation(stand)}/suggestion` }),
  },
  'POST /api/v1/conversations/:id/notes': {
    scoped: true,
    ok: 200,
    call: async (stand) => ({
      path: `conversations/${await teamsConversation(stand)}/notes`,
      body: { id: randomUUID(), text: 'hello' },
    }),
  },
  'POST /api/v1/conversations/:id/owner': {
    scoped: true,
    ok: 200,
    call: async (stand) => ({
      path: `conversations/${await teamsConversation(stand)}/owner`,
      body: { to: { kind: 'bot' }, expectedOwnerVersion: 2 },
    }),
  },
  'POST /api/v1/conversations/:id/resolve': {
    scoped: true,
    ok: 200,
    call: async (stand) => ({
      path: `conversations/${await teamsConversation(stand)}/resolve`,
      body: { expectedOwnerVersion: 2 },
    }),
  },
  'POST /api/v1/conversations/:id/read': {
    scoped: true,
    ok: 200,
    call: async (stand) => ({ path: `conversations/${await teamsConversation(stand)}/read`, body: { uptoSeq: 1 } }),
  },
  'POST /api/v1/deliveries/:id/review': {
    scoped: true,
    ok: 200,
    call: async (stand) => ({ path: `deliveries/${await partForPeople(stand)}/review`, body: { verdict: 'dismiss' } }),
  },
  'POST /api/v1/conversations/:id/block': {
    scoped: true,
    ok: 200,
    call: async (stand) => ({
      path: `conversations/${await teamsConversation(stand)}/block`,
      body: { id: randomUUID(), term: 'hour', reason: 'spam' },
    }),
  },
  'DELETE /api/v1/conversations/:id/block': {
    scoped: true,
    ok: 200,
    call: async (stand) => ({ path: `conversations/${await teamsConversation(stand)}/block` }),
  },
  'GET /api/v1/conversations/:id/attachments': {
    scoped: true,
    ok: 200,
    call: async (stand) => ({ path: `conversations/${await teamsConversation(stand)}/attachments` }),
  },
  'POST /api/v1/conversations/:id/attachments': {
    scoped: true,
    ok: 201,
    call: async (stand) => ({
      path: `conversations/${await teamsConversation(stand)}/attachments?id=${randomUUID()}&name=a.png`,
      bytes: PICTURE,
    }),
  },
  'POST /api/v1/conversations/:id/typing': {
    scoped: true,
    ok: 204,
    call: async (stand) => ({ path: `conversations/${await teamsConversation(stand)}/typing` }),
  },
  'GET /api/v1/attachments/:id': {
    scoped: true,
    ok: 200,
    call: async (stand) => ({ path: `attachments/${await fileOf(stand, 'stored')}` }),
  },
  'GET /api/v1/attachments/:id/preview': {
    scoped: true,
    ok: 200,
    call: async (stand) => ({ path: `attachments/${await fileOf(stand, 'stored')}/preview` }),
  },
  'POST /api/v1/attachments/:id/fetch': {
    scoped: true,
    ok: 200,
    call: async (stand) => ({ path: `attachments/${await fileOf(stand, 'refused')}/fetch` }),
  },
  'DELETE /api/v1/attachments/:id': {
    ok: 204,
    async call(stand, client) {
      const id = randomUUID();
      // Nobody but the one who uploaded it; whoever may call this has one.
      if (client.agentId !== '') {
        await stand.gateway.database.pool.query(
          `INSERT INTO attachment (id, thread_id, conversation_id, account_id, kind, state, blob_id, uploaded_by)
          SELECT $1, thread_id, id, account_id, 'document', 'stored', 'b', $3 FROM conversation WHERE id = $2`,
          [id, await teamsConversation(stand), client.agentId],
        );
      }
      return { path: `attachments/${id}` };
    },
  },
  'PATCH /api/v1/messages/:id': {
    scoped: true,
    ok: 200,
    call: async (stand) => ({
      path: `messages/${await messageOf(stand, 'outbound')}`,
      body: { id: randomUUID(), text: 'other words' },
    }),
  },
  'DELETE /api/v1/messages/:id': {
    scoped: true,
    ok: 200,
    call: async (stand) => ({ path: `messages/${await messageOf(stand, 'outbound')}?op=${randomUUID()}` }),
  },
  'PUT /api/v1/messages/:id/reaction': {
    scoped: true,
    ok: 200,
    call: async (stand) => ({
      path: `messages/${await messageOf(stand, 'inbound')}/reaction`,
      body: { id: randomUUID(), emoji: '👍' },
    }),
  },
  'GET /api/v1/messages/:id/letter': {
    scoped: true,
    ok: 200,
    call: async (stand) => ({ path: `messages/${await letterOf(stand)}/letter` }),
  },
  'GET /api/v1/messages/:id/remote-images/:index': {
    scoped: true,
    ok: 200,
    call: async (stand) => ({ path: `messages/${await letterOf(stand)}/remote-images/0` }),
  },
  'POST /api/v1/conversations/:id/confirm': {
    scoped: true,
    ok: 200,
    call: async (stand) => ({ path: `conversations/${await teamsConversation(stand)}/confirm` }),
  },
  'POST /api/v1/conversations/:id/recover': {
    scoped: true,
    ok: 200,
    call: async (stand) => ({ path: `conversations/${await teamsConversation(stand)}/recover` }),
  },
  'GET /api/v1/channels': { ok: 200, call: fixed('channels') },
  'GET /api/v1/blocks': { ok: 200, call: fixed('blocks') },
  'GET /api/v1/events': { ok: 200, call: fixed('events') },
  'GET /api/v1/live': { ok: 426, call: fixed('live') },
  'GET /api/v1/agents': { ok: 200, call: fixed('agents') },
  'POST /api/v1/agents': {
    ok: 201,
    call: () => ({
      path: 'agents',
      body: { email: `${randomUUID()}@example.com`, name: 'New', role: 'agent', password: PASSWORD },
    }),
  },
  'PATCH /api/v1/agents/:id': {
    ok: 200,
    call: async (stand) => ({ path: `agents/${(await stand.addAgent('agent')).id}`, body: { name: 'Other' } }),
  },
  'DELETE /api/v1/agents/:id/sessions': {
    ok: 200,
    call: async (stand) => ({ path: `agents/${(await stand.addAgent('agent')).id}/sessions` }),
  },
  'GET /api/v1/accounts': { ok: 200, call: fixed('accounts') },
  'GET /api/v1/teams': { ok: 200, call: fixed('teams') },
  'POST /api/v1/teams': {
    ok: 201,
    call: () => ({ path: 'teams', body: { id: randomUUID().slice(0, 8), name: 'New' } }),
  },
  'GET /api/v1/admin/queue': { ok: 200, call: fixed('admin/queue') },
  'POST /api/v1/admin/queue/rebuild': { ok: 200, call: fixed('admin/queue/rebuild', {}) },
  'PATCH /api/v1/teams/:id': {
    ok: 200,
    async call(stand) {
      const id = randomUUID().slice(0, 8);
      await stand.gateway.database.db.insertInto('team').values({ id, name: 'Made here', from_file: false }).execute();
      return { path: `teams/${id}`, body: { name: 'Other' } };
    },
  },
};
