/**
 * Bugs of the kind this gateway must never have, each as a change of one line or two, and the test that must catch it.
 * `npm run test:mutants` plants them one by one in a copy of the tree and expects a failing test. A mutant whose text is
 * no longer there is an error: it must be kept in step with the code.
 */
const STORE = 'tests/contract/store/pipeline.test.ts';
const SUSPECTS = 'tests/contract/store/suspects.test.ts';
const HAZARDS = 'tests/contract/store/hazards.test.ts';
const MEDIA = 'tests/contract/store/media.test.ts';
const LETTERS = 'tests/contract/store/letters.test.ts';
const PLAIN = 'plain server';

export const plantedBugs = [
  {
    name: 'ack before commit',
    file: 'src/ingest/intake.ts',
    find: 'const outcomes = await Promise.allSettled(items.map((item) => store.ingest(item)));',
    replace:
      'void Promise.allSettled(items.map((item) => store.ingest(item))); const outcomes: PromiseSettledResult<IngestResult>[] = [];',
    test: HAZARDS,
    only: `${PLAIN} a payload is acknowledged only after its commit`,
  },
  {
    name: 'offset moves although nothing was stored',
    file: 'channels/telegram/transport/poller.ts',
    find: 'await sink(payloads);',
    replace: 'void sink(payloads).catch(() => undefined);',
    test: 'tests/contract/channels/telegram.test.ts',
    only: 'nothing is confirmed to the platform before it is stored',
  },
  {
    name: 'no fence',
    file: 'src/store/migrations/0003-drain.ts',
    find: 'WHERE l.lease_owner = p_instance AND l.lease_token = p_tokens[array_position(p_threads, l.id)];',
    replace: 'WHERE true;',
    test: STORE,
    only: `${PLAIN} rule b`,
  },
  {
    name: 'fence by a plain join, before the lock',
    file: 'src/store/migrations/0003-drain.ts',
    find: `  WITH locked AS MATERIALIZED (
    SELECT t.id, t.lease_owner, t.lease_token FROM thread t WHERE t.id = ANY (p_threads) ORDER BY t.id FOR NO KEY UPDATE
  )
  SELECT array_agg(l.id) INTO held FROM locked l
  WHERE l.lease_owner = p_instance AND l.lease_token = p_tokens[array_position(p_threads, l.id)];`,
    replace: `  SELECT array_agg(t.id) INTO held FROM thread t
  JOIN unnest(p_threads, p_tokens) AS u(id, token) ON u.id = t.id
  WHERE t.lease_owner = p_instance AND t.lease_token = u.token;
  PERFORM FROM thread t WHERE t.id = ANY (p_threads) ORDER BY t.id FOR NO KEY UPDATE;`,
    test: STORE,
    only: `${PLAIN} rule b`,
  },
  {
    // DO NOTHING alone would be harmless here: the next statement has a snapshot of its own and sees the other writer's row.
    name: 'a new thread is inserted without minding a second writer',
    file: 'src/store/migrations/0002-ingest.ts',
    find: 'ON CONFLICT (account_id, external_key) DO UPDATE SET title = EXCLUDED.title;',
    replace: ';',
    test: STORE,
    only: `${PLAIN} rule c`,
  },
  {
    name: 'DO NOTHING and select: what the other writer stored is not seen',
    file: 'src/store/migrations/0002-ingest.ts',
    find: 'ON CONFLICT (channel, external_id) DO UPDATE SET display_name = EXCLUDED.display_name\n        RETURNING id, contact_id, display_name',
    replace: 'ON CONFLICT (channel, external_id) DO NOTHING\n        RETURNING id, contact_id, display_name',
    also: {
      find: 'FROM unnest(touched) i JOIN identity x ON x.channel = i.channel AND x.external_id = i.author_id\n      WHERE NOT EXISTS',
      replace: 'FROM unnest(touched) i JOIN identity x ON x.id = i.identity_id\n      WHERE NOT EXISTS',
    },
    test: STORE,
    only: `${PLAIN} rule c`,
  },
  {
    name: 'unsorted batch',
    file: 'src/store/migrations/0002-ingest.ts',
    find: 'WHERE t.id = ANY (thread_ids) ORDER BY t.id FOR NO KEY UPDATE;',
    replace: 'WHERE t.id = ANY (thread_ids) ORDER BY t.id DESC FOR NO KEY UPDATE;',
    test: STORE,
    only: `${PLAIN} rule a: a batch locks`,
  },
  {
    name: 'a refused item takes its batch along',
    file: 'src/store/hot/group-commit.ts',
    find: "return batch.length === 1 ? isolate(batch, state ?? '', error) : halve(batch);",
    replace: "return isolate(batch, state ?? '', error);",
    test: STORE,
    only: `${PLAIN} rule e`,
  },
  {
    name: 'plain dedupe: a wake during a run is lost',
    file: 'src/queue/backend.ts',
    find: 'deduplication: { id: mailboxOf(shard), keepLastIfActive: true },',
    replace: 'deduplication: { id: mailboxOf(shard) },',
    test: 'tests/contract/queue/redis.test.ts',
    only: 'a wake while its shard is being handled is not lost',
  },
  {
    // With attempts 3 alone nothing happens, because no error of a handler reaches BullMQ; both walls must fall.
    name: 'attempts 3: BullMQ repeats a failed wake',
    file: 'src/queue/handling.ts',
    find: "log.error({ shard, error: String(error) }, 'handling a wake failed');",
    replace: "log.error({ shard, error: String(error) }, 'handling a wake failed'); throw error;",
    second: { file: 'src/queue/backend.ts', find: 'attempts: 1,', replace: 'attempts: 3,' },
    test: 'tests/contract/queue/redis.test.ts',
    only: 'a handler that throws does not stop the queue',
  },
  {
    name: 'delayed wake',
    file: 'src/queue/backend.ts',
    find: 'attempts: 1,',
    replace: 'attempts: 1,\n    delay: 3000,',
    test: 'tests/contract/queue/redis.test.ts',
    only: 'a wake is for now',
  },
  {
    name: 'sweeper that only wakes',
    file: 'src/conversation/worker.ts',
    find: 'await claim(null, OVERDUE_MS);',
    replace: 'for (let shard = 0; shard < options.shards; shard += 1) queue.wake(shard);',
    test: HAZARDS,
    only: `${PLAIN} work is done within seconds although every wake is lost`,
  },
  {
    name: 'wall clock of the process in the heartbeat',
    file: 'src/store/instances.ts',
    find: "'UPDATE instance SET heartbeat_at = now() WHERE id = $1 AND ended_at IS NULL RETURNING id',\n      [current.id],",
    replace:
      "'UPDATE instance SET heartbeat_at = to_timestamp($2::float8 / 1000) WHERE id = $1 AND ended_at IS NULL RETURNING id',\n      [current.id, Date.now()],",
    test: HAZARDS,
    only: `${PLAIN} a process whose clock is wrong`,
  },
  {
    name: 'what a dead process was sending stays as it is',
    file: 'src/store/migrations/0004-steps.ts',
    find: "WHERE t.id = ANY (freed) AND d.thread_id = t.id AND d.out_seq >= t.open_from AND d.state = 'sending';",
    replace:
      "WHERE t.id = ANY (freed) AND d.thread_id = t.id AND d.out_seq >= t.open_from AND d.state = 'sending' AND false;",
    test: STORE,
    only: `${PLAIN} an instance that died`,
  },
  {
    name: 'suspects are drained beside others',
    file: 'src/store/migrations/0003-drain.ts',
    find: 't.lease_owner IS NULL AND t.suspicion = p_suspicion',
    replace: 't.lease_owner IS NULL',
    test: SUSPECTS,
    only: `${PLAIN} suspects are drained some at once`,
  },
  {
    name: 'bot output lands after a takeover',
    file: 'src/store/migrations/0004-steps.ts',
    find: "WHERE i.thread_id = ANY (held) AND c.owner_version = i.owner_version AND c.status <> 'resolved';",
    replace: "WHERE i.thread_id = ANY (held) AND c.status <> 'resolved';",
    test: HAZARDS,
    only: `${PLAIN} a takeover while the bot thinks`,
  },
  {
    name: 'two agents both win',
    file: 'src/store/migrations/0003-drain.ts',
    find: 'IF was.id IS NULL OR was.owner_version <> p_expected OR',
    replace: 'IF was.id IS NULL OR',
    test: HAZARDS,
    only: `${PLAIN} only one of two agents`,
  },
  {
    name: 'an unknown single part is sent again',
    file: 'src/delivery/outcome.ts',
    find: "head.class === 'repeatable' && head.ambiguous < 2",
    replace: 'head.ambiguous < 2',
    test: STORE,
    only: `${PLAIN} an unknown outcome`,
  },
  {
    name: 'a release forgets the part that waits for its retry',
    file: 'src/store/migrations/0003-drain.ts',
    find: 'ELSE greatest(x.head_due, x.held_until) END,',
    replace: 'ELSE NULL END,',
    test: STORE,
    only: `${PLAIN} 429 waits`,
  },
  {
    name: 'a failed part does not stop the later parts of its message',
    file: 'src/store/migrations/0004-steps.ts',
    find: 'd.message_id = f.message_id AND d.ordinal > f.ordinal',
    replace: 'd.message_id = f.message_id AND d.ordinal > f.ordinal AND false',
    test: STORE,
    only: `${PLAIN} a part that fails`,
  },
  {
    name: 'a late edit overwrites a newer one',
    file: 'src/store/migrations/0002-ingest.ts',
    find: 'ELSE m.edited_at END) > changed_at',
    replace: 'ELSE NULL END) > changed_at',
    test: HAZARDS,
    only: `${PLAIN} edits, deletes and reactions`,
  },
  {
    name: 'the webhook secret is not compared',
    file: 'channels/telegram/transport/webhook.ts',
    find: 'timingSafeEqual(',
    replace: '((..._ignored: unknown[]) => true)(',
    test: 'tests/contract/channels/telegram.test.ts',
    only: 'only requests with the secret are accepted',
  },
  {
    name: 'no window between commit and call',
    file: 'src/delivery/attempt.ts',
    find: 'if (clock.monotonicMs() > work.callBeforeMs)',
    replace: 'if (clock.monotonicMs() < 0)',
    test: 'tests/unit/delivery/call-window.test.ts',
    only: '',
  },
  {
    name: 'a broken connection ends the process',
    file: 'src/store/database.ts',
    find: "made.on('connect', (client) => client.on('error', () => undefined));",
    replace: '',
    test: 'tests/contract/store/broken-connection.test.ts',
    only: '',
  },
  {
    name: 'a claim that does not wait for the disk',
    file: 'src/store/migrations/0003-drain.ts',
    find: "  RETURN QUERY SELECT * FROM tail_v1(claimed, '{}');",
    replace:
      "  PERFORM set_config('synchronous_commit', 'off', true);\n  RETURN QUERY SELECT * FROM tail_v1(claimed, '{}');",
    test: 'tests/contract/store/token.test.ts',
    only: '',
  },
  {
    name: 'each file of an album leads itself',
    file: 'src/store/migrations/0008-media.ts',
    find: "jsonb_build_object('lead', coalesce(f.message_id, x.message_id))",
    replace: "jsonb_build_object('lead', i.message_id)",
    test: MEDIA,
    only: 'plain server an album in one batch',
  },
  {
    name: 'a second writer of an album does not wait for the first',
    file: 'src/store/migrations/0008-media.ts',
    find: `    ON CONFLICT (account_id, external_id) DO UPDATE SET message_id = x.message_id
    RETURNING x.account_id, x.external_id, x.message_id`,
    replace: `    ON CONFLICT (account_id, external_id) DO NOTHING
    RETURNING x.account_id, x.external_id, x.message_id`,
    test: MEDIA,
    only: 'plain server two processes that get the halves',
  },
  {
    name: 'words that join an album late are not answered',
    file: 'src/store/migrations/0008-media.ts',
    find: "IF ((m.state = 'answered' AND c.owner_kind = 'bot')",
    replace: 'IF ((false)',
    test: MEDIA,
    only: 'plain server words that come with a later file',
  },
  {
    name: 'the file of a dead process is never fetched',
    file: 'src/store/migrations/0008-media.ts',
    find: 'ELSE NOT EXISTS (SELECT FROM instance i WHERE i.id = a.lease_owner AND i.ended_at IS NULL) END',
    replace: 'ELSE a.lease_owner IS NULL END',
    test: 'tests/integration/files/fetcher.test.ts',
    only: 'another process goes on',
  },
  {
    name: 'a file goes on at the wrong place after a crash',
    file: 'src/files/partial-blob.ts',
    find: 'const pieces = wholePieces(size);',
    replace: 'const pieces = Math.max(0, wholePieces(size) - 1);',
    test: 'tests/unit/files/partial-blob.test.ts',
    only: 'after a crash it goes on',
  },
  {
    name: 'pieces of a file may be cut off unseen',
    file: 'src/files/sealed-stream.ts',
    find: 'nonce[11] = last ? 1 : 0;',
    replace: 'nonce[11] = last ? 0 : 0;',
    test: 'tests/unit/files/partial-blob.test.ts',
    only: 'nothing of it stands on the disk',
  },
  {
    name: 'a caption that is too long is sent as one',
    file: 'channels/telegram/render.ts',
    find: 'if (only.text.length > telegramCapabilities.media.captionLength) return null;',
    replace: '',
    test: 'tests/unit/channels/telegram/outgoing-files.test.ts',
    only: 'a text that does not fit below a file',
  },
  {
    name: 'a moved group keeps its old threads',
    file: 'src/store/migrations/0008-media.ts',
    find: 'UPDATE thread t SET address = p_to || substr(r.address, length(p_from) + 1), chat_key = p_to,',
    replace: 'UPDATE thread t SET address = r.address, chat_key = p_to,',
    test: MEDIA,
    only: 'plain server a group that moved',
  },
  {
    name: 'anybody who names a letter joins its thread',
    file: 'src/store/thread-finder.ts',
    find: 'JOIN thread_participant p ON p.thread_id = t.id AND p.external_id = ${participant.externalId}',
    replace: 'JOIN thread_participant p ON p.thread_id = t.id',
    test: LETTERS,
    only: 'plain server a reference joins only',
  },
  {
    name: 'a claimed sender joins a proven thread',
    file: 'src/store/thread-finder.ts',
    find: 'AND (${participant.proven} OR NOT p.proven)',
    replace: '',
    test: LETTERS,
    only: 'plain server a reference joins only',
  },
  {
    name: 'a bookmark moves back',
    file: 'src/store/migrations/0009-letters.ts',
    find: 'WHERE b.epoch <> EXCLUDED.epoch OR b.position < EXCLUDED.position',
    replace: '',
    test: LETTERS,
    only: 'plain server a bookmark moves',
  },
  {
    name: 'what is filed opens a conversation',
    file: 'src/store/migrations/0002-ingest.ts',
    find: 'WHEN l.blocked OR g.counted = 0 OR',
    replace: 'WHEN l.blocked OR',
    test: LETTERS,
    only: 'plain server what nobody has to answer',
  },
  {
    name: 'a receipt that came early is lost',
    file: 'src/store/migrations/0009-letters.ts',
    find: "UPDATE inbound_event SET state = 'waiting' WHERE account_id = e.account_id AND event_key = e.event_key AND state <> 'waiting';",
    replace: 'NULL;',
    test: LETTERS,
    only: 'plain server a receipt',
  },
  {
    name: 'the formatted copy of a secret is kept',
    file: 'src/ingest/intake.ts',
    find: 'const kept = account.withoutCopies?.(guarded.payload) ?? guarded.payload;',
    replace: 'const kept = guarded.payload;',
    test: 'tests/integration/email/flow.test.ts',
    only: 'a secret in a letter',
  },
  {
    name: 'every attempt at a mail has an id of its own',
    file: 'channels/email/ids.ts',
    find: 'return `p.${hex}.',
    replace: "return `p.${Date.now().toString(16).padStart(32, '0')}.",
    test: 'tests/unit/channels/email/ids.test.ts',
    only: 'a Message-ID of ours',
  },
];
