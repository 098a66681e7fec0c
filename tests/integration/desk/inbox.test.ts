import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { SendOutcome } from '../../../src/core/model/outbound.ts';
import { at, type DeskClient } from '../../kit/desk/client.ts';
import { type DeskStand, handingBot, startDeskStand } from '../../kit/desk/stand.ts';
import { eventually } from '../../kit/eventually.ts';

let stand: DeskStand;
let mei: DeskClient;
let tom: DeskClient;
let ann: DeskClient;
beforeAll(async () => {
  stand = await startDeskStand({ bot: handingBot });
  mei = await stand.signedIn('lead', [], 'Mei');
  tom = await stand.signedIn('agent', ['support'], 'Tom');
  ann = await stand.signedIn('agent', ['kyc'], 'Ann');
}, 60_000);
afterAll(() => stand.stop());

let chats = 0;
async function newConversation(text = 'hello'): Promise<string> {
  chats += 1;
  return stand.write(`chat${chats}`, text);
}

async function conversation(client: DeskClient, id: string): Promise<unknown> {
  return (await client.get(`conversations/${id}`)).body;
}

async function handedOver(): Promise<string> {
  const id = await newConversation('a person, please');
  await eventually(async () => expect(at(await conversation(mei, id), 'owner.kind')).toBe('queue'));
  return id;
}

function idsOf(body: unknown): unknown[] {
  const items = at(body, 'items');
  return Array.isArray(items) ? items.map((item) => at(item, 'id')) : [];
}

function messagesOf(body: unknown): unknown[] {
  const items = at(body, 'items');
  return Array.isArray(items) ? items : [];
}

async function own(client: DeskClient, id: string, to: object, expected?: unknown) {
  const expectedOwnerVersion = expected ?? at(await conversation(mei, id), 'ownerVersion');
  return client.post(`conversations/${id}/owner`, { to, expectedOwnerVersion });
}

describe('what an agent sees', () => {
  test('the bot’s are everybody’s, a team’s are the team’s and the leads’', async () => {
    const withBot = await newConversation();
    const queued = await handedOver();
    for (const client of [mei, tom, ann]) {
      expect(idsOf((await client.get('conversations?view=bot&limit=100')).body)).toContain(withBot);
      expect((await client.get(`conversations/${withBot}`)).status).toBe(200);
    }
    for (const client of [mei, tom]) {
      expect(idsOf((await client.get('conversations?view=unassigned')).body)).toContain(queued);
      expect(idsOf((await client.get('conversations?view=all&limit=100')).body)).toContain(queued);
    }
    for (const view of ['unassigned', 'all', 'mine', 'bot', 'resolved', 'filed']) {
      expect(idsOf((await ann.get(`conversations?view=${view}&limit=100`)).body)).not.toContain(queued);
      expect(idsOf((await ann.get(`conversations?view=${view}&limit=100&team=support`)).body)).toEqual([]);
    }
    for (const path of [`conversations/${queued}`, `conversations/${queued}/messages`]) {
      const answer = await ann.get(path);
      expect(answer.status).toBe(404);
      const nowhere = await ann.get(path.replace(queued, randomUUID()));
      expect({ ...Object(at(answer.body, 'error')), requestId: '' }).toEqual({
        ...Object(at(nowhere.body, 'error')),
        requestId: '',
      });
    }
  });

  test('what a lead gives to somebody of another team is theirs, until it is not', async () => {
    const id = await handedOver();
    expect((await own(mei, id, { kind: 'agent', agentId: ann.agentId })).status).toBe(200);
    expect((await ann.get(`conversations/${id}`)).status).toBe(200);
    expect(idsOf((await ann.get('conversations?view=mine')).body)).toContain(id);
    const back = await own(ann, id, { kind: 'queue', teamId: 'support' });
    expect(back.status).toBe(200);
    expect(at(back.body, 'conversation')).toBeNull();
    expect((await ann.get(`conversations/${id}`)).status).toBe(404);
  });

  test('nothing of a disabled agent’s rights is left, in the middle of a session', async () => {
    const gone = await stand.signedIn('agent', ['support']);
    const id = await handedOver();
    await stand.gateway.database.pool.query('UPDATE agent SET disabled_at = now() WHERE id = $1', [gone.agentId]);
    expect((await gone.get(`conversations/${id}`)).status).toBe(401);
  });
});

describe('lists', () => {
  test('come in pages that neither repeat nor skip, in order of the last word', async () => {
    const made: string[] = [];
    for (let index = 0; index < 7; index += 1) made.push(await newConversation(`page ${index}`));
    // Two within one microsecond, and one a microsecond later: closer than a Date can tell.
    await stand.gateway.database.pool.query(
      `UPDATE conversation SET last_message_at = timestamptz '2030-01-01' + CASE WHEN id = $1 THEN interval '1 microsecond' ELSE interval '0' END
       WHERE id = ANY ($2)`,
      [made[0], made],
    );
    const seen: unknown[] = [];
    let path = 'conversations?view=bot&limit=2';
    for (let page = 0; page < 4; page += 1) {
      const { body } = await mei.get(path);
      seen.push(...idsOf(body));
      path = `conversations?view=bot&limit=2&after=${String(at(body, 'next'))}`;
    }
    expect(seen.slice(0, 7)).toEqual([made[0], ...made.slice(1).sort().reverse()]);
    expect((await mei.get('conversations?after=nonsense')).status).toBe(400);
  });

  test('counts agree with the lists', async () => {
    const id = await handedOver();
    await own(tom, id, { kind: 'agent', agentId: tom.agentId });
    await newConversation();
    for (const client of [mei, tom, ann]) {
      const views = at((await client.get('views')).body, 'views');
      for (const entry of Array.isArray(views) ? views : []) {
        const view = String(at(entry, 'view'));
        const { body } = await client.get(`conversations?view=${view}&limit=100`);
        expect([view, at(entry, 'count'), at(entry, 'more')]).toEqual([view, idsOf(body).length, false]);
      }
    }
  });

  test('a row says who has it, how many are unread, and whether a person must look', async () => {
    const id = await handedOver();
    await own(tom, id, { kind: 'agent', agentId: tom.agentId });
    const row = await conversation(tom, id);
    expect(row).toMatchObject({
      status: 'open',
      owner: { kind: 'agent', teamId: 'support', agent: { id: tom.agentId, name: 'Tom' } },
      contact: { name: expect.stringContaining('Customer') },
      channel: 'memory',
      unread: 1,
      attention: false,
      preview: 'a person, please',
    });
  });
});

describe('a thread', () => {
  test('holds everything in order, earlier conversations included, in pages', async () => {
    const id = await newConversation('one');
    const chat = `chat${chats}`;
    await eventually(async () => {
      const { body } = await mei.get(`conversations/${id}/messages`);
      expect(messagesOf(body).map((one) => at(one, 'text'))).toEqual(['one', 'one']);
      expect(at(messagesOf(body)[1], 'deliveries.0.state')).toBe('sent');
    });
    await mei.post(`conversations/${id}/notes`, { id: randomUUID(), text: 'a note' });
    await mei.post(`conversations/${id}/resolve`, {
      expectedOwnerVersion: at(await conversation(mei, id), 'ownerVersion'),
    });
    await stand.gateway.database.pool.query(
      `UPDATE conversation SET resolved_at = now() - interval '4 days' WHERE id = $1`,
      [id],
    );
    const next = await stand.write(chat, 'two');
    expect(next).not.toBe(id);
    expect(at(await conversation(mei, next), 'previousId')).toBe(id);
    await eventually(async () => {
      const { body } = await mei.get(`conversations/${next}/messages`);
      expect(messagesOf(body).map((one) => at(one, 'kind'))).toEqual([
        'inbound',
        'outbound',
        'note',
        'activity',
        'inbound',
        'outbound',
      ]);
    });
    const earlier = await mei.get(`conversations/${id}/messages`);
    expect(messagesOf(earlier.body)).toHaveLength(4);
    const last = await mei.get(`conversations/${next}/messages?limit=2`);
    expect(messagesOf(last.body).map((one) => at(one, 'text'))).toEqual(['two', 'two']);
    expect(at(last.body, 'more')).toBe(true);
    const before = await mei.get(
      `conversations/${next}/messages?limit=4&before=${String(at(messagesOf(last.body)[0], 'seq'))}`,
    );
    expect(messagesOf(before.body)).toHaveLength(4);
    expect(at(before.body, 'more')).toBe(false);
  });
});

describe('what agents do', () => {
  test('a reply takes it from the bot, goes out, and is stored once however often it is sent', async () => {
    const id = await newConversation();
    const reply = { id: randomUUID(), text: 'Hello, this is Tom.' };
    const [one, two] = await Promise.all([
      tom.post(`conversations/${id}/replies`, reply),
      tom.post(`conversations/${id}/replies`, reply),
    ]);
    expect([one?.status, two?.status]).toEqual([200, 200]);
    expect(at(one?.body, 'conversation.owner')).toMatchObject({ kind: 'agent', agent: { name: 'Tom' } });
    await eventually(() => {
      expect(stand.channel.arrived.filter((part) => part.text === reply.text)).toHaveLength(1);
      return Promise.resolve();
    });
    const other = await newConversation();
    const taken = await tom.post(`conversations/${other}/replies`, reply);
    expect([taken.status, at(taken.body, 'error.code')]).toEqual([409, 'id_taken']);
  });

  test('of two that take it one wins, the other is told who has it', async () => {
    const id = await newConversation();
    const version = at(await conversation(mei, id), 'ownerVersion');
    const [one, two] = await Promise.all([
      own(tom, id, { kind: 'agent', agentId: tom.agentId }, version),
      own(ann, id, { kind: 'agent', agentId: ann.agentId }, version),
    ]);
    expect([one?.status, two?.status]).toEqual(expect.arrayContaining([200, 409]));
    const [winner, loser] = one?.status === 200 ? ['Tom', two] : ['Ann', one];
    expect(at(loser?.body, 'error')).toMatchObject({
      code: 'owner_changed',
      message: `Somebody was faster. ${winner} has this conversation now.`,
      owner: { kind: 'agent', agentName: winner },
    });
  });

  test('taking what one has already is no trouble', async () => {
    const id = await newConversation();
    const version = at(await conversation(tom, id), 'ownerVersion');
    expect((await own(tom, id, { kind: 'agent', agentId: tom.agentId }, version)).status).toBe(200);
    expect((await own(tom, id, { kind: 'agent', agentId: tom.agentId }, version)).status).toBe(200);
  });

  test('whom it can be given to', async () => {
    const id = await handedOver();
    const disabled = await stand.addAgent('agent', ['support']);
    await stand.gateway.database.pool.query('UPDATE agent SET disabled_at = now() WHERE id = $1', [disabled.id]);
    const colleague = await stand.addAgent('agent', ['support']);
    const cases = [
      [tom, { kind: 'agent', agentId: disabled.id }, 422, 'agent_disabled'],
      [tom, { kind: 'agent', agentId: randomUUID() }, 422, 'no_agent'],
      [tom, { kind: 'queue', teamId: 'nowhere' }, 422, 'no_team'],
      [tom, { kind: 'agent', agentId: ann.agentId }, 403, 'not_of_team'],
      [ann, { kind: 'agent', agentId: ann.agentId }, 404, 'not_found'],
      [tom, { kind: 'agent', agentId: colleague.id }, 200, undefined],
      [mei, { kind: 'agent', agentId: ann.agentId }, 200, undefined],
      [ann, { kind: 'bot' }, 200, undefined],
    ] as const;
    for (const [client, to, status, code] of cases) {
      const answer = await own(client, id, to);
      expect([answer.status, at(answer.body, 'error.code')]).toEqual([status, code]);
      if (status === 422) expect(typeof at(answer.body, 'error.mend')).toBe('string');
    }
  });

  test('resolving leaves no owner; resolving again says so', async () => {
    const id = await newConversation();
    const version = at(await conversation(tom, id), 'ownerVersion');
    const done = await tom.post(`conversations/${id}/resolve`, { expectedOwnerVersion: version });
    expect(at(done.body, 'conversation')).toMatchObject({ status: 'resolved', owner: { kind: 'none' } });
    const again = await tom.post(`conversations/${id}/resolve`, { expectedOwnerVersion: version });
    expect([again.status, at(again.body, 'error.code')]).toEqual([409, 'resolved']);
  });

  test('reading counts down what is unread, and never up', async () => {
    const id = await newConversation('a person');
    const chat = `chat${chats}`;
    await stand.write(chat, 'b');
    await stand.write(chat, 'c');
    const { body } = await tom.get(`conversations/${id}/messages`);
    const inbound = messagesOf(body).filter((one) => at(one, 'kind') === 'inbound');
    const seqs = inbound.map((one) => Number(at(one, 'seq')));
    const read = async (uptoSeq: number | undefined) =>
      at((await tom.post(`conversations/${id}/read`, { uptoSeq })).body, 'conversation.unread');
    expect(await read(seqs[1])).toBe(1);
    expect(await read(seqs[0])).toBe(1);
    expect(await read(seqs[2])).toBe(0);
    expect(await read(seqs[0])).toBe(0);
  });

  test('a part that may have arrived: it shows, is sent again once, or dismissed', async () => {
    const id = await newConversation();
    await eventually(async () => {
      const { body } = await tom.get(`conversations/${id}/messages`);
      expect(at(messagesOf(body)[1], 'deliveries.0.state')).toBe('sent');
    });
    stand.channel.script.push(() => ({ kind: 'unknown', reason: 'cut' }));
    await tom.post(`conversations/${id}/replies`, { id: randomUUID(), text: 'did you get this?' });
    const reviewed = await eventually(async () => {
      const { body } = await tom.get(`conversations/${id}/messages`);
      const found = messagesOf(body).find((one) => at(one, 'text') === 'did you get this?');
      expect(at(found, 'deliveries.0.state')).toBe('needs_review');
      return String(at(found, 'deliveries.0.id'));
    });
    expect(at(await conversation(tom, id), 'attention')).toBe(true);
    expect((await tom.post(`deliveries/${reviewed}/review`, { verdict: 'resend' })).status).toBe(200);
    const twice = await tom.post(`deliveries/${reviewed}/review`, { verdict: 'resend' });
    expect(twice.status).toBe(409);
    await eventually(async () => {
      expect(stand.channel.arrived.filter((part) => part.text === 'did you get this?')).toHaveLength(1);
      expect(at(await conversation(tom, id), 'attention')).toBe(false);
    });
    expect((await tom.post(`deliveries/${randomUUID()}/review`, { verdict: 'dismiss' })).status).toBe(404);
  });

  /** A reply whose sending comes to this; its part. */
  async function replyThat(outcome: SendOutcome, state: string): Promise<{ id: string; part: string }> {
    const id = await newConversation();
    await eventually(async () => {
      const { body } = await tom.get(`conversations/${id}/messages`);
      expect(at(messagesOf(body)[1], 'deliveries.0.state')).toBe('sent');
    });
    stand.channel.script.push(() => outcome);
    await tom.post(`conversations/${id}/replies`, { id: randomUUID(), text: 'words' });
    const part = await eventually(async () => {
      const found = await partOf(id);
      expect(at(found, 'state')).toBe(state);
      return String(at(found, 'id'));
    });
    return { id, part };
  }

  /** The part of what {@link replyThat} said. */
  async function partOf(id: string): Promise<unknown> {
    const { body } = await tom.get(`conversations/${id}/messages`);
    return at(
      messagesOf(body).find((one) => at(one, 'text') === 'words'),
      'deliveries.0',
    );
  }

  test('a dismissed part says so, and not by its error’s words', async () => {
    const { id, part } = await replyThat({ kind: 'unknown', reason: 'cut' }, 'needs_review');
    expect(at(await partOf(id), 'dismissed')).toBe(false);
    expect((await tom.post(`deliveries/${part}/review`, { verdict: 'dismiss' })).status).toBe(200);
    expect(await partOf(id)).toMatchObject({ state: 'cancelled', dismissed: true });
  });

  test('a part that failed asks for a look until somebody dismisses it; it stays failed', async () => {
    const { id, part } = await replyThat({ kind: 'invalid', reason: 'chat not found' }, 'failed');
    const before = await conversation(tom, id);
    expect(at(before, 'attention')).toBe(true);
    expect(at(await partOf(id), 'dismissed')).toBe(false);
    expect((await ann.post(`deliveries/${part}/review`, { verdict: 'dismiss' })).status).toBe(200);
    // Twice is no trouble: what is wanted stands.
    const again = await tom.post(`deliveries/${part}/review`, { verdict: 'dismiss' });
    expect(at(again.body, 'conversation.attention')).toBe(false);
    expect(Number(at(again.body, 'conversation.version'))).toBeGreaterThan(Number(at(before, 'version')));
    expect(await partOf(id)).toMatchObject({ state: 'failed', dismissed: true, resent: false });
    const { rows } = await stand.gateway.database.pool.query(
      `SELECT actor_id, action, detail FROM audit WHERE subject_kind = 'delivery' AND subject_id = $1`,
      [part],
    );
    expect(rows).toEqual([
      { actor_id: ann.agentId, action: 'delivery.dismiss', detail: { conversation: id, state: 'failed' } },
    ]);
  });

  test('a failed part that was sent again is settled by that', async () => {
    const { id, part } = await replyThat({ kind: 'invalid', reason: 'chat not found' }, 'failed');
    expect((await tom.post(`deliveries/${part}/review`, { verdict: 'resend' })).status).toBe(200);
    expect(await partOf(id)).toMatchObject({ state: 'failed', dismissed: false, resent: true });
    const late = await tom.post(`deliveries/${part}/review`, { verdict: 'dismiss' });
    expect([late.status, at(late.body, 'error.code')]).toEqual([409, 'resent']);
  });

  test('what is no text is refused with the field’s name', async () => {
    const id = await newConversation();
    for (const text of ['', '   ', 'a\0b', '\ud800', 'x'.repeat(20_001)]) {
      const answer = await tom.post(`conversations/${id}/replies`, { id: randomUUID(), text });
      expect(answer.status).toBe(400);
      expect(at(answer.body, 'error.fields.0.path')).toBe('text');
    }
  });
});
