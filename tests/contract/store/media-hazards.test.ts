import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { InboundEdit, InboundMessage } from '../../../src/core/model/inbound.ts';
import type { ChannelAccount } from '../../../src/core/ports/channel.ts';
import { applyRetention } from '../../../src/store/maintenance/retention.ts';
import { eventually } from '../../kit/eventually.ts';
import { storeBackends } from '../../kit/pipeline/backends.ts';
import type { Gateway, GatewayOptions } from '../../kit/pipeline/harness.ts';
import { customerMessage, type MemoryChannel, memoryChannel } from '../../kit/pipeline/memory-channel.ts';
import { useGateways } from './gateways.ts';
import { ofAlbum, photo } from './photo-messages.ts';

let edits = 0;
function editOf(message: InboundMessage, text: string, atMs: number): InboundEdit {
  const { thread, author, attachments, externalId } = message;
  edits += 1;
  return {
    type: 'edit',
    eventKey: `edit-${edits}`,
    occurredAtMs: atMs,
    thread,
    author,
    targetExternalId: externalId,
    text,
    ...(attachments === undefined ? {} : { attachments }),
  };
}

describe('files and amends where things go wrong', () => {
  const gateways = useGateways(() => {
    const plain = storeBackends.find((one) => one.name === 'plain server');
    if (plain === undefined) throw new Error('there is no plain server');
    return plain.start();
  });

  async function gateway(
    options: Partial<GatewayOptions> & { channel?: Partial<ChannelAccount>; id?: string } = {},
  ): Promise<Gateway & { account: MemoryChannel; url: string }> {
    const { channel, id = 'mem', ...rest } = options;
    const account = memoryChannel(id, channel);
    const started = await gateways.start({ ...rest, account });
    return { ...started, account, url: started.database.url };
  }

  const inbound = (on: Gateway) =>
    on.database.db.selectFrom('message').selectAll().where('kind', '=', 'inbound').orderBy('seq').execute();
  const attachments = (on: Gateway) =>
    on.database.db.selectFrom('attachment').selectAll().orderBy('message_id').orderBy('ordinal').execute();
  const claimed = async (on: Gateway, working: readonly string[] = []): Promise<number> =>
    (await on.database.pool.query('SELECT id FROM claim_files_v1($1, 10, $2)', [on.instance.id(), working])).rowCount ??
    0;
  const ask = async <Row extends object>(on: Gateway, text: string, values: unknown[] = []): Promise<Row[]> =>
    (await on.database.pool.query<Row>(text, values)).rows;

  async function agentOn(on: Gateway): Promise<string> {
    const id = randomUUID();
    await ask(
      on,
      `INSERT INTO agent (id, email, name, role, password_hash) VALUES ($1::uuid, $1::text || '@example.com', 'Ann', 'admin', '')`,
      [id],
    );
    return id;
  }

  test('a lease of an instance nobody knows any more keeps no file from being fetched', async () => {
    const on = await gateway();
    await on.receive([customerMessage('1', '[photo]', { attachments: [photo()], extras: { standIn: 'file' } })]);
    await ask(on, 'UPDATE attachment SET lease_owner = $1', [randomUUID()]);
    expect(await claimed(on)).toBe(1);
    expect(
      await claimed(
        on,
        (await attachments(on)).map(({ id }) => id),
      ),
    ).toBe(0);
  });

  test('what is nobody’s fault is no attempt at a file', async () => {
    const on = await gateway();
    await on.receive([customerMessage('1', '[photo]', { attachments: [photo()], extras: { standIn: 'file' } })]);
    for (const { attempt, ...outcome } of [
      { reason: 'auth', uncounted: true, attempt: 0 },
      { reason: 'lost', attempt: 1 },
    ]) {
      expect(await claimed(on)).toBe(1);
      const [file] = await attachments(on);
      await ask(on, 'SELECT settle_file_v1($1, $2, $3)', [
        on.instance.id(),
        file?.id,
        JSON.stringify({ state: 'waiting', retryMs: 0, ...outcome }),
      ]);
      expect(await attachments(on)).toMatchObject([{ attempt, state: 'waiting' }]);
    }
  });

  test('edits of two files of an album that come in the other order are both in force', async () => {
    const on = await gateway();
    const first = ofAlbum('1', 'a', 'one');
    const second = ofAlbum('1', 'a', 'two');
    await on.receive([first, second]);
    const now = Date.now();
    await on.receive([editOf(second, 'two, later', now + 5_000)]);
    await on.receive([editOf(first, 'one, earlier', now + 1_000)]);
    expect(await inbound(on)).toMatchObject([{ text: 'one, earlier\ntwo, later' }]);
    // of one and the same file the older one stays history
    await on.receive([editOf(second, 'two, stale', now + 4_000)]);
    expect(await inbound(on)).toMatchObject([{ text: 'one, earlier\ntwo, later' }]);
  });

  test('the same ids at two accounts: a repeated file of an album of one is not taken for the other’s new one', async () => {
    const on = await gateway({ id: 'one' });
    await gateway({ id: 'two', url: on.url, withoutWorker: true });
    const item = (account: string, event: InboundMessage, key: string) => ({
      accountId: account,
      channel: 'memory',
      eventKey: key,
      raw: null,
      rawBlob: null,
      content: { outcome: 'event' as const, event, thanks: false, findings: [] },
      ids: {
        thread: randomUUID(),
        identity: randomUUID(),
        contact: randomUUID(),
        conversation: randomUUID(),
        message: randomUUID(),
        attachments: [randomUUID()],
      },
    });
    const lead = ofAlbum('1', 'a');
    const joined = ofAlbum('1', 'a');
    const store = on.store as unknown as { ingest(one: object): Promise<{ status: string }> };
    for (const account of ['one', 'two']) await store.ingest(item(account, lead, 'lead'));
    await store.ingest(item('one', joined, 'joined'));
    // one batch: the file again at `one`, where it is known, and at `two`, where it is new
    await Promise.all([
      store.ingest(item('one', lead, 'known-1')),
      store.ingest(item('one', joined, 'known-2')),
      store.ingest(item('two', joined, 'new')),
    ]);
    const counts = await ask<{ account_id: string; files: number }>(
      on,
      'SELECT account_id, count(*)::integer AS files FROM attachment GROUP BY 1 ORDER BY 1',
    );
    expect(counts).toEqual([
      { account_id: 'one', files: 2 },
      { account_id: 'two', files: 2 },
    ]);
  });

  test('words that join an album after its sender was blocked wake nobody, and its file is not fetched', async () => {
    const on = await gateway();
    await on.receive([ofAlbum('1', 'a')]);
    await eventually(() => expect(on.account.arrived).toHaveLength(1));
    await eventually(async () => expect(await inbound(on)).toMatchObject([{ state: 'answered' }]));
    await ask(on, `UPDATE thread SET blocked_until = now() + interval '1 hour'`);
    await on.receive([ofAlbum('1', 'a', 'and another thing')]);
    expect(await inbound(on)).toMatchObject([{ state: 'answered', text: 'and another thing' }]);
    expect((await attachments(on)).map(({ state, reason }) => [state, reason])).toEqual([
      ['waiting', null],
      ['refused', 'blocked'],
    ]);
    expect(on.account.arrived).toHaveLength(1);
  });

  test('an edit puts no words into a message that was emptied', async () => {
    const on = await gateway();
    const message = customerMessage('1', 'words');
    await on.receive([message]);
    await ask(on, `UPDATE message SET text = '', erased_at = now() WHERE kind = 'inbound'`);
    await on.receive([editOf(message, 'words again', Date.now() + 1_000)]);
    expect(await inbound(on)).toMatchObject([{ text: '' }]);
    const left = await ask(on, `SELECT 1 FROM inbound_event WHERE change IS NOT NULL`);
    expect(left).toEqual([]);
    expect(await ask(on, 'SELECT 1 FROM message_edit')).toEqual([]);
  });

  test('when a conversation is emptied, the words below its files and their names go too', async () => {
    const on = await gateway();
    await on.receive([ofAlbum('1', 'a', 'my seedless words'), ofAlbum('1', 'a')]);
    await ask(on, `UPDATE attachment SET state = 'gone' WHERE ordinal = 1`);
    await ask(
      on,
      `UPDATE conversation SET status = 'resolved', owner_kind = 'none', resolved_owner_kind = 'bot', resolved_at = now() - interval '2 days'`,
    );
    const long = 1e12;
    const day = 86_400_000;
    const times = { rawMs: long, attachmentsMs: long, conversationsMs: day, auditMs: long };
    await applyRetention(on.database, times, () => Promise.resolve());
    expect(await inbound(on)).toMatchObject([{ text: '' }]);
    const left = await ask(
      on,
      'SELECT 1 FROM attachment WHERE caption IS NOT NULL OR file_name IS NOT NULL OR unique_ref IS NOT NULL',
    );
    expect(left).toEqual([]);
  });

  test('what failed to be edited, deleted or reacted to is tried again as what it was, never sent as a message', async () => {
    const on = await gateway({ channel: { capabilities: { ...memoryChannel().capabilities, reactions: 'one' } } });
    const agent = await agentOn(on);
    const message = customerMessage('1', 'hello');
    await on.receive([message]);
    await eventually(() => expect(on.account.arrived).toHaveLength(1));
    const [theirs] = await inbound(on);
    on.account.script.push(() => ({ kind: 'invalid', reason: 'REACTION_INVALID' }));
    const op = randomUUID();
    const amend = (id: string, emoji: string) =>
      ask(on, `SELECT * FROM desk_amend_v1($1, $2, 'react', '', NULL, $3, $4)`, [
        agent,
        theirs?.id,
        [emoji],
        JSON.stringify([{ id, part: { text: emoji }, target: message.externalId }]),
      ]);
    await amend(op, '👍');
    await eventually(async () =>
      expect(await ask(on, 'SELECT state FROM delivery WHERE id = $1', [op])).toEqual([{ state: 'failed' }]),
    );
    const actions: string[] = [];
    on.account.script.push((request) => {
      actions.push(`${request.action} ${request.targetExternalId ?? ''}`);
      return undefined;
    });
    const again = randomUUID();
    const review = (delivery: string, next: string) =>
      ask<{ outcome: string }>(on, `SELECT outcome FROM desk_review_v1($1, $2, 'resend', $3, $4)`, [
        agent,
        delivery,
        randomUUID(),
        next,
      ]);
    expect(await review(op, again)).toEqual([{ outcome: 'ok' }]);
    expect(await review(op, randomUUID())).toEqual([{ outcome: 'resent' }]);
    await eventually(() => expect(actions).toEqual([`react ${message.externalId}`]));
    const written = await ask(on, `SELECT 1 FROM message WHERE author_kind = 'agent'`);
    expect(written).toEqual([]);
    // an older one is not put over a newer one
    on.account.script.push(() => ({ kind: 'invalid', reason: 'REACTION_INVALID' }));
    const stale = randomUUID();
    await amend(stale, '👎');
    await eventually(async () =>
      expect(await ask(on, 'SELECT state FROM delivery WHERE id = $1', [stale])).toEqual([{ state: 'failed' }]),
    );
    await amend(randomUUID(), '❤');
    expect(await review(stale, randomUUID())).toEqual([{ outcome: 'overtaken' }]);
  });

  test('a message of which a part failed can be taken back as far as it stands in the chat', async () => {
    const on = await gateway({ channel: { render: ({ text }) => text.split('|').map((part) => ({ text: part })) } });
    const agent = await agentOn(on);
    await on.receive([customerMessage('1', 'hello')]);
    await eventually(() => expect(on.account.arrived).toHaveLength(1));
    const [{ id: conversation } = { id: '' }] = await ask<{ id: string }>(on, 'SELECT id FROM conversation');
    const id = randomUUID();
    on.account.script.push(
      () => undefined,
      () => ({ kind: 'invalid', reason: 'no' }),
    );
    const parts = ['one', 'two'].map((text, ordinal) => ({ id: randomUUID(), ordinal, part: { text }, replyTo: null }));
    const draft = { id, text: 'one|two', body: null, class: 'single', parts };
    await ask(on, `SELECT * FROM person_write_v1($1, $2, 'outbound', $3)`, [
      conversation,
      agent,
      JSON.stringify(draft),
    ]);
    const states = () =>
      ask<{ action: string; state: string }>(
        on,
        'SELECT action, state FROM delivery WHERE message_id = $1 ORDER BY out_seq',
        [id],
      );
    await ask(on, 'UPDATE thread SET due_at = now()');
    await eventually(async () => expect((await states()).map(({ state }) => state)).toEqual(['sent', 'failed']));
    const [{ external_id: target } = { external_id: '' }] = await ask<{ external_id: string }>(
      on,
      'SELECT external_id FROM message_external WHERE message_id = $1',
      [id],
    );
    const rows = JSON.stringify([{ id: randomUUID(), part: {}, target }]);
    const amend = (action: string) =>
      ask<{ outcome: string }>(on, 'SELECT outcome FROM desk_amend_v1($1, $2, $3, $4, NULL, $5, $6)', [
        agent,
        id,
        action,
        'x',
        [],
        rows,
      ]);
    expect(await amend('edit')).toEqual([{ outcome: 'not_sent' }]);
    expect(await amend('delete')).toEqual([{ outcome: 'ok' }]);
    await eventually(async () => expect((await states()).at(-1)).toEqual({ action: 'delete', state: 'sent' }));
  });

  test('another file in the place of a silent one of an album leaves the words and their look to the others', async () => {
    const on = await gateway();
    const words = { ...ofAlbum('1', 'a', 'bold words'), body: { v: 1 as const, tree: [] } };
    const silent = ofAlbum('1', 'a');
    await on.receive([words, silent]);
    const edit = { ...editOf(silent, '[photo]', Date.now() + 1_000), attachments: [photo()] };
    await on.receive([{ ...edit, extras: { standIn: 'file' as const } }]);
    const [message] = await inbound(on);
    expect(message).toMatchObject({ text: 'bold words', extras: {} });
    const more = editOf(silent, 'more', Date.now() + 2_000);
    await on.receive([{ ...more, attachments: edit.attachments, body: { v: 1 as const, tree: [] } }]);
    // a look that covers half of the text would hide the other half
    expect(await inbound(on)).toMatchObject([{ text: 'bold words\nmore', body: null }]);
  });

  test('of an edit of group chatter that was never ours only its key is kept, and nobody becomes a contact', async () => {
    const on = await gateway();
    const chatter = customerMessage('-100', 'between us', { thread: { key: '-100', kind: 'group' } });
    await on.receive([{ ...editOf(chatter, 'between us, edited', Date.now()), joinsOnly: true as const }]);
    expect(await ask(on, 'SELECT state, reason, raw, change FROM inbound_event')).toEqual([
      { state: 'filed', reason: 'group message not addressed to the bot', raw: null, change: null },
    ]);
    expect(await ask(on, 'SELECT 1 FROM contact UNION ALL SELECT 1 FROM thread')).toEqual([]);
    // one whose message is ours is an edit like any other
    await on.receive([chatter, { ...editOf(chatter, 'edited', Date.now() + 1_000), joinsOnly: true as const }]);
    expect(await inbound(on)).toMatchObject([{ text: 'edited' }]);
  });

  test('thanks with a file are more than thanks', async () => {
    const on = await gateway();
    await on.receive([customerMessage('1', 'hello')]);
    await eventually(async () => expect(await inbound(on)).toMatchObject([{ state: 'answered' }]));
    await ask(
      on,
      `UPDATE conversation SET status = 'resolved', owner_kind = 'none', resolved_owner_kind = 'bot', resolved_at = now()`,
    );
    await on.receive([customerMessage('1', 'thanks')]);
    expect((await inbound(on)).at(-1)).toMatchObject({ state: 'filed' });
    await on.receive([customerMessage('1', 'thanks', { attachments: [photo()] })]);
    expect(await ask(on, 'SELECT status FROM conversation')).toEqual([{ status: 'open' }]);
  });

  test('a part with files that is sent again takes them along into its new message', async () => {
    const on = await gateway();
    const agent = await agentOn(on);
    await on.receive([customerMessage('1', 'hello')]);
    await eventually(() => expect(on.account.arrived).toHaveLength(1));
    const [{ id: conversation, thread_id: thread } = { id: '', thread_id: '' }] = await ask<{
      id: string;
      thread_id: string;
    }>(on, 'SELECT id, thread_id FROM conversation');
    const files = ['a', 'b'].map((letter) => ({ id: randomUUID(), blobId: letter.repeat(64) }));
    for (const { id, blobId } of files) {
      await ask(
        on,
        `INSERT INTO attachment (id, thread_id, conversation_id, account_id, kind, size_bytes, state, blob_id, uploaded_by)
        VALUES ($1, $2, $3, 'mem', 'document', 5, 'stored', $4, $5)`,
        [id, thread, conversation, blobId, agent],
      );
    }
    const parts = files.map(({ blobId }, ordinal) => {
      const part = { text: 'files', media: [{ blobId }] };
      return { id: randomUUID(), ordinal, part, replyTo: null };
    });
    const id = randomUUID();
    const attachmentIds = files.map((file) => file.id);
    on.account.script.push(
      () => undefined,
      () => ({ kind: 'invalid', reason: 'no' }),
    );
    const draft = { id, text: 'files', body: null, class: 'single', parts, attachmentIds };
    await ask(on, `SELECT * FROM person_write_v1($1, $2, 'outbound', $3)`, [
      conversation,
      agent,
      JSON.stringify(draft),
    ]);
    const failed = parts[1]?.id ?? '';
    await eventually(async () =>
      expect(await ask(on, 'SELECT state FROM delivery WHERE id = $1', [failed])).toEqual([{ state: 'failed' }]),
    );
    const again = randomUUID();
    await ask(on, `SELECT outcome FROM desk_review_v1($1, $2, 'resend', $3, $4)`, [agent, failed, again, randomUUID()]);
    const taken = await ask(on, 'SELECT blob_id, ordinal, uploaded_by FROM attachment WHERE message_id = $1', [again]);
    expect(taken).toEqual([{ blob_id: 'b'.repeat(64), ordinal: 0, uploaded_by: agent }]);
  });
});
