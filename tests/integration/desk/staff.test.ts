import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createAccessStore } from '../../../src/store/access-store.ts';
import { returnFromDisabled } from '../../../src/store/maintenance/disabled-agents.ts';
import { at, type DeskClient } from '../../kit/desk/client.ts';
import { type DeskStand, PASSWORD, startDeskStand } from '../../kit/desk/stand.ts';

let stand: DeskStand;
let admin: DeskClient;
beforeAll(async () => {
  stand = await startDeskStand({ withoutWorker: true });
  admin = await stand.signedIn('admin');
}, 60_000);
afterAll(() => stand.stop());

async function change(id: string, body: object) {
  return admin.ask('PATCH', `agents/${id}`, { body });
}

describe('agents', () => {
  test('are added, sign in, and are found by leads', async () => {
    const email = `${randomUUID()}@example.com`;
    const made = await admin.post('agents', {
      email: email.toUpperCase(),
      name: 'Ida',
      role: 'agent',
      password: PASSWORD,
      teamIds: ['kyc', 'payments', 'kyc'],
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ email, role: 'agent', teamIds: ['kyc', 'payments'], disabledAt: null });
    expect((await stand.client().signIn(email, PASSWORD)).status).toBe(200);
    const again = await admin.post('agents', { email, name: 'Ida', role: 'agent', password: PASSWORD });
    expect([again.status, at(again.body, 'error.code')]).toEqual([409, 'email_taken']);
    const lead = await stand.signedIn('lead');
    expect(JSON.stringify((await lead.get('agents')).body)).toContain(email);
    expect(JSON.stringify((await lead.get('agents')).body)).not.toContain('argon2');
  });

  test('a team that does not exist is refused, and nothing of the change stays', async () => {
    const { id } = await stand.addAgent('agent', ['kyc'], 'Before');
    const answer = await change(id, { name: 'After', teamIds: ['kyc', 'nowhere'] });
    expect([answer.status, at(answer.body, 'error.code')]).toEqual([422, 'no_team']);
    const list = at((await admin.get('agents')).body, 'agents');
    expect((Array.isArray(list) ? list : []).find((one) => at(one, 'id') === id)).toMatchObject({
      name: 'Before',
      teamIds: ['kyc'],
    });
  });

  test('what a disabled agent had goes back to its team, once, and is audited', async () => {
    const client = await stand.signedIn('agent');
    const left = await stand.write(`left-${randomUUID()}`, 'hello');
    const taken = await client.post(`conversations/${left}/owner`, {
      to: { kind: 'agent', agentId: client.agentId },
      expectedOwnerVersion: at((await client.get(`conversations/${left}`)).body, 'ownerVersion'),
    });
    expect(taken.status).toBe(200);
    expect((await change(client.agentId, { disabled: true })).status).toBe(200);
    expect([
      await returnFromDisabled(stand.gateway.database),
      await returnFromDisabled(stand.gateway.database),
    ]).toEqual([1, 0]);
    const { body } = await admin.get(`conversations/${left}`);
    expect(body).toMatchObject({ owner: { kind: 'queue', agent: null, teamId: expect.any(String) } });
    const audited = await stand.gateway.database.db
      .selectFrom('audit')
      .select(['actor_kind', 'detail'])
      .where('subject_id', '=', left)
      .where('action', '=', 'owner.changed')
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow();
    expect(audited).toMatchObject({ actor_kind: 'system', detail: { why: 'its agent was disabled', to: 'queue' } });
  });

  test('disabled they are out at once, enabled again they sign in anew', async () => {
    const client = await stand.signedIn('agent');
    const email = String(at((await client.get('session')).body, 'agent.email'));
    expect((await change(client.agentId, { disabled: true })).status).toBe(200);
    expect((await client.get('session')).status).toBe(401);
    expect((await stand.client().signIn(email, PASSWORD)).status).toBe(401);
    await change(client.agentId, { disabled: false });
    expect((await client.get('session')).status).toBe(401);
    expect((await stand.client().signIn(email, PASSWORD)).status).toBe(200);
  });

  test('a new password ends their sessions', async () => {
    const client = await stand.signedIn('agent');
    await change(client.agentId, { password: 'a very new password' });
    expect((await client.get('session')).status).toBe(401);
  });

  test('a sign-in while somebody is disabled never outlives it', async () => {
    for (let round = 0; round < 6; round += 1) {
      const { id, email } = await stand.addAgent('agent');
      const client = stand.client();
      await Promise.all([client.signIn(email, PASSWORD), change(id, { disabled: true })]);
      expect((await client.get('session')).status).toBe(401);
    }
  });

  test('the last administrator stays one, also when two go at once', async () => {
    const { pool } = stand.gateway.database;
    await pool.query(`UPDATE agent SET role = 'lead' WHERE role = 'admin' AND id <> $1`, [admin.agentId]);
    const other = await stand.signedIn('admin');
    const answers = await Promise.all([
      change(other.agentId, { role: 'lead' }),
      other.ask('PATCH', `agents/${admin.agentId}`, { body: { disabled: true } }),
    ]);
    const { rows } = await pool.query(`SELECT id FROM agent WHERE role = 'admin' AND disabled_at IS NULL`);
    expect(rows).toHaveLength(1);
    expect(answers.map((one) => one?.status)).toContain(200);
    await pool.query(`UPDATE agent SET role = 'admin', disabled_at = NULL WHERE id = $1`, [admin.agentId]);
    admin = await stand.signedIn('admin');
    await pool.query(`UPDATE agent SET role = 'lead' WHERE role = 'admin' AND id <> $1`, [admin.agentId]);
    const refused = await change(admin.agentId, { role: 'agent' });
    expect([refused.status, at(refused.body, 'error.code')]).toEqual([409, 'last_admin']);
  });

  test('every change has an audit row that names who made it', async () => {
    const { id } = await stand.addAgent('agent');
    await change(id, { role: 'lead' });
    const { rows } = await stand.gateway.database.pool.query(
      `SELECT action, actor_id, detail->>'role' AS role FROM audit WHERE subject_id = $1`,
      [id],
    );
    expect(rows).toEqual([{ action: 'agent.changed', actor_id: admin.agentId, role: 'lead' }]);
  });
});

describe('teams', () => {
  test('are made and changed, but not those of the configuration', async () => {
    const made = await admin.post('teams', { id: 'vip', name: 'VIP' });
    expect(made.body).toEqual({ id: 'vip', name: 'VIP', languages: [], fromFile: false });
    const changed = await admin.ask('PATCH', 'teams/vip', { body: { languages: ['ja'] } });
    expect(changed.body).toMatchObject({ name: 'VIP', languages: ['ja'] });
    const renamed = await admin.ask('PATCH', 'teams/vip', { body: { name: 'Gold' } });
    expect(renamed.body).toMatchObject({ name: 'Gold', languages: ['ja'] });
    expect((await admin.post('teams', { id: 'vip', name: 'Other' })).status).toBe(409);
    const fixed = await admin.ask('PATCH', 'teams/kyc', { body: { name: 'Other' } });
    expect([fixed.status, at(fixed.body, 'error.code')]).toEqual([409, 'from_file']);
    expect((await admin.post('teams', { id: 'Bad Id', name: 'x' })).status).toBe(400);
  });

  test('one made here and then named in the configuration stops the start, and says so', async () => {
    await admin.post('teams', { id: 'twice', name: 'Twice' });
    const store = createAccessStore(stand.gateway.database);
    await expect(store.syncTeams([{ id: 'twice', name: 'Twice', languages: [] }])).rejects.toMatchObject({
      code: 'team_twice',
      message: expect.stringContaining('twice'),
    });
    await store.syncTeams([{ id: 'kyc', name: 'Identity checks', languages: ['zh'] }]);
    expect(JSON.stringify((await admin.get('teams')).body)).toContain('Identity checks');
  });
});
