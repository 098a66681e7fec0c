import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { at } from '../../kit/desk/client.ts';
import { type DeskStand, PASSWORD, startDeskStand } from '../../kit/desk/stand.ts';

let stand: DeskStand;
beforeAll(async () => {
  stand = await startDeskStand({ publicUrl: 'https://desk.example.com' });
}, 60_000);
afterAll(() => stand.stop());

describe('signing in', () => {
  test('gives a cookie scripts cannot read, and a session that names the agent', async () => {
    const { email, id } = await stand.addAgent('agent', ['payments'], 'Tom');
    const client = stand.client();
    const answer = await client.signIn(`  ${email.toUpperCase()} `, PASSWORD);
    expect(answer.status).toBe(200);
    expect(String(answer.headers['set-cookie'])).toMatch(
      /^parley_session=[\w-]{43}; .*HttpOnly; Secure; SameSite=Lax$/,
    );
    expect(at(answer.body, 'agent')).toEqual({ id, name: 'Tom', email, role: 'agent', teamIds: ['payments'] });
    const again = await client.get('session');
    expect(again.body).toEqual(answer.body);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(JSON.stringify(answer.body)).not.toContain('argon2');
  });

  test('the store holds no token', async () => {
    const client = await stand.signedIn('agent');
    const token = client.cookie.split('=')[1] ?? '';
    const { rows } = await stand.gateway.database.pool.query('SELECT agent_session::text AS row FROM agent_session');
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  test('unknown, wrong and disabled get the same answer', async () => {
    const known = await stand.addAgent('agent');
    const disabled = await stand.addAgent('agent');
    await stand.gateway.database.pool.query('UPDATE agent SET disabled_at = now() WHERE id = $1', [disabled.id]);
    const told = [];
    for (const [email, password] of [
      ['nobody@example.com', PASSWORD],
      [known.email, 'wrong'],
      [disabled.email, PASSWORD],
    ] as const) {
      const answer = await stand.client().signIn(email, password);
      expect(answer.status).toBe(401);
      expect(answer.headers['set-cookie']).toBeUndefined();
      told.push({ ...Object(at(answer.body, 'error')), requestId: '' });
    }
    expect(new Set(told.map((one) => JSON.stringify(one))).size).toBe(1);
  });

  test('an account is limited in one network whether it exists or not, also for the right password, and at once', async () => {
    const known = await stand.addAgent('agent');
    for (const email of [known.email, 'ghost@example.com']) {
      const answers = await Promise.all(
        Array.from({ length: 9 }, () => stand.client().signIn(email, 'wrong', { address: '198.51.100.9' })),
      );
      expect(answers.filter((one) => one.status === 401)).toHaveLength(5);
      expect(answers.filter((one) => one.status === 429)).toHaveLength(4);
      const right = await stand.client().signIn(email, PASSWORD, { address: '198.51.100.9' });
      expect(right.status).toBe(429);
      expect(Number(right.headers['retry-after'])).toBeGreaterThan(800);
      expect(at(right.body, 'error.code')).toBe('too_many_attempts');
    }
    // A stranger keeps nobody out who is elsewhere.
    const elsewhere = await stand.client().signIn(known.email, PASSWORD, { address: '198.51.100.10' });
    expect(elsewhere.status).toBe(200);
  });

  test('an account is limited over all networks together', async () => {
    const { email } = await stand.addAgent('agent');
    const statuses: number[] = [];
    for (let index = 0; index < 55; index += 1) {
      const address = `192.0.2.${Math.floor(index / 5) + 1}`;
      statuses.push((await stand.client().signIn(email, 'wrong', { address })).status);
    }
    expect(statuses.filter((status) => status === 401)).toHaveLength(50);
    expect((await stand.client().signIn(email, PASSWORD, { address: '192.0.2.99' })).status).toBe(429);
  }, 60_000);

  test('an address is limited, an IPv6 one by its network; one valid account does not reset it', async () => {
    const { email } = await stand.addAgent('agent');
    const guess = async (index: number) =>
      (
        await stand
          .client()
          .signIn(`nobody${index}@example.com`, 'wrong', { address: `2001:db8:1:2::${index.toString(16)}` })
      ).status;
    const statuses: number[] = [];
    for (let index = 0; index < 32; index += 1) {
      if (index === 20) {
        const own = await stand.client().signIn(email, PASSWORD, { address: '2001:db8:1:2::ffff' });
        expect(own.status).toBe(200);
      }
      statuses.push(await guess(index));
    }
    expect(statuses.filter((status) => status === 401)).toHaveLength(30);
    const other = await stand.client().signIn(email, PASSWORD, { address: '2001:db8:1:3::1' });
    expect(other.status).toBe(200);
  }, 60_000);

  test('a success forgives the mistakes before it in its network', async () => {
    const { email } = await stand.addAgent('agent');
    const signIn = async (password: string) =>
      (await stand.client().signIn(email, password, { address: '198.51.100.77' })).status;
    for (let round = 0; round < 3; round += 1) {
      for (let index = 0; index < 4; index += 1) expect(await signIn('wrong')).toBe(401);
      expect(await signIn(PASSWORD)).toBe(200);
    }
  }, 60_000);

  test('right passwords do not use the limit up', async () => {
    const { email } = await stand.addAgent('agent');
    for (let index = 0; index < 8; index += 1) expect((await stand.client().signIn(email, PASSWORD)).status).toBe(200);
  });
});

describe('a session', () => {
  test('ends by signing out; the token is worth nothing afterwards', async () => {
    const client = await stand.signedIn('agent');
    expect((await client.ask('DELETE', 'session')).status).toBe(204);
    expect((await client.get('session')).status).toBe(401);
  });

  test('is ended from another browser of the same agent, and by nobody else', async () => {
    const one = await stand.signedIn('agent');
    const other = stand.client();
    const email = String(at((await one.get('session')).body, 'agent.email'));
    await other.signIn(email, PASSWORD);
    const list = at((await other.get('sessions')).body, 'sessions');
    const entries = Array.isArray(list) ? list : [];
    expect(entries).toHaveLength(2);
    const first: unknown = entries.find((entry) => at(entry, 'current') === false);
    const stranger = await stand.signedIn('agent');
    const id = String(at(first, 'id'));
    expect((await stranger.ask('DELETE', `sessions/${id}`)).status).toBe(404);
    expect((await one.get('session')).status).toBe(200);
    expect((await other.ask('DELETE', `sessions/${id}`)).status).toBe(204);
    expect((await one.get('session')).status).toBe(401);
  });

  test('ends when it was idle for 12 hours, and after 14 days', async () => {
    const client = await stand.signedIn('agent');
    const { pool } = stand.gateway.database;
    await pool.query(`UPDATE agent_session SET last_seen_at = now() - interval '2 minutes', expires_at = now() + interval '1 minute'
      WHERE agent_id = '${client.agentId}'`);
    const seen = await client.get('session');
    expect(Date.parse(String(at(seen.body, 'expiresAt'))) - Date.now()).toBeGreaterThan(11.9 * 3_600_000);
    await pool.query(`UPDATE agent_session SET created_at = now() - interval '14 days' + interval '1 hour',
      last_seen_at = now() - interval '2 minutes' WHERE agent_id = '${client.agentId}'`);
    const late = await client.get('session');
    expect(Date.parse(String(at(late.body, 'expiresAt'))) - Date.now()).toBeLessThan(3_600_001);
    await pool.query(`UPDATE agent_session SET expires_at = now() WHERE agent_id = '${client.agentId}'`);
    expect((await client.get('session')).status).toBe(401);
  });

  test('another password ends the other sessions and keeps this one', async () => {
    const one = await stand.signedIn('agent');
    const other = stand.client();
    const email = String(at((await one.get('session')).body, 'agent.email'));
    await other.signIn(email, PASSWORD);
    const wrong = await one.post('session/password', { current: 'wrong', next: 'a longer password' });
    expect(wrong.status).toBe(403);
    expect((await one.post('session/password', { current: PASSWORD, next: 'short' })).status).toBe(400);
    const right = await one.post('session/password', { current: PASSWORD, next: 'a longer password' });
    expect(right.status).toBe(204);
    expect((await one.get('session')).status).toBe(200);
    expect((await other.get('session')).status).toBe(401);
    expect((await stand.client().signIn(email, PASSWORD)).status).toBe(401);
    expect((await stand.client().signIn(email, 'a longer password')).status).toBe(200);
  });
});

describe('changes from elsewhere', () => {
  test('need the token of the session', async () => {
    const client = await stand.signedIn('agent');
    for (const headers of [{}, { 'x-csrf-token': 'x'.repeat(43) }]) {
      const answer = await client.ask('DELETE', 'session', { withoutCsrf: true, headers });
      expect(answer.status).toBe(403);
      expect(at(answer.body, 'error.code')).toBe('csrf');
    }
  });

  test('a stranger’s page is refused, ours is not', async () => {
    const { email } = await stand.addAgent('agent');
    for (const [origin, status] of [
      ['https://evil.example', 403],
      ['null', 403],
      ['https://desk.example.com', 200],
      ['http://desk.test', 200],
    ] as const) {
      const answer = await stand.client().signIn(email, PASSWORD, { headers: { origin } });
      expect(answer.status).toBe(status);
    }
  });

  test('a form is refused: JSON alone', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const answer = await stand.client().ask('POST', 'session', {
        body: { email: 'a@example.com', password: 'x' },
        headers: { 'content-type': type },
      });
      expect(answer.status).toBe(415);
      expect(at(answer.body, 'error.code')).toBe('content_type');
    }
  });
});

describe('every answer', () => {
  test('has a request id, security headers and, when it refuses, one envelope', async () => {
    const answers = [
      await stand.client().get('session'),
      await stand.client().get('nowhere'),
      await stand.client().get('/nowhere', { headers: { accept: 'application/json' } }),
      await stand.client().ask('POST', 'session', { headers: { 'content-type': 'application/json' } }),
      await stand.client().post('session', { email: 1, extra: true }),
    ];
    expect(answers.map((one) => one.status)).toEqual([401, 404, 404, 400, 400]);
    for (const { body, headers } of answers) {
      expect(at(body, 'error.requestId')).toBe(headers['x-request-id']);
      expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['strict-transport-security']).toBeDefined();
      expect(typeof at(body, 'error.code')).toBe('string');
    }
    expect(at(answers[4]?.body, 'error.fields')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ path: 'email' }),
        expect.objectContaining({ path: 'password' }),
      ]),
    );
  });
});
