/** Fills Parley's tables with conversations and messages as years of use would, by SQL alone. */

/** One SQL statement's rows at most, so that no transaction grows without bounds. */
const STEP = 20_000;

/** A time-ordered UUID from a number, with a random-looking end (a thread's shard is taken from it). */
function uuid(kind, number) {
  return `(lpad(to_hex((${number})::bigint), 12, '0') || '7${kind}8000' || substr(md5('${kind}' || (${number})::text), 1, 12))::uuid`;
}

/**
 * @param {import('pg').Client} client
 * @param {{conversations: number, perConversation: number}} size
 * @param {(share: number) => void} onProgress
 */
export async function fill(client, { conversations, perConversation }, onProgress = () => undefined) {
  await client.query(`INSERT INTO account (id, channel) VALUES ('tg', 'telegram') ON CONFLICT DO NOTHING`);
  for (let from = 0; from < conversations; from += STEP) {
    const to = Math.min(from + STEP, conversations) - 1;
    const range = `generate_series(${from}::bigint, ${to}::bigint) AS c`;
    await client.query('BEGIN');
    await client.query('SET LOCAL synchronous_commit = off');
    for (const statement of statementsFor(range, conversations, perConversation)) await client.query(statement);
    await client.query('COMMIT');
    onProgress((to + 1) / conversations);
  }
  await client.query('VACUUM ANALYZE');
  // What filling left to write must not be written while others are timed.
  await client.query('CHECKPOINT');
}

function statementsFor(range, conversations, perConversation) {
  const chat = `(500000000 + c)::text`;
  const days = '700';
  const at = `(now() - interval '${days} days' * (1 - (c::double precision / ${conversations})))`;
  // Of a hundred conversations two are with the bot, three with people, the rest resolved long ago.
  const open = '(c % 100 < 5)';
  const messages = `${range}, generate_series(1, ${perConversation}) AS m`;
  const messageId = uuid('ace', `c * ${perConversation} + m`);
  const inbound = '(m % 2 = 1)';
  const text = `repeat('Hello, I sent a deposit two hours ago and it does not show. ', 2) || c || ' ' || m`;
  return [
    `INSERT INTO contact (id, display_name) SELECT ${uuid('aaa', 'c')}, 'Customer ' || c FROM ${range}`,
    `INSERT INTO identity (id, channel, external_id, contact_id, display_name, handle, language_hint)
      SELECT ${uuid('bbb', 'c')}, 'telegram', ${chat}, ${uuid('aaa', 'c')}, 'Customer ' || c, 'c' || c, 'en' FROM ${range}`,
    `INSERT INTO thread (id, account_id, external_key, address, chat_key, kind, identity_id, contact_id, shard, last_seq, last_out)
      SELECT ${uuid('ccc', 'c')}, 'tg', ${chat}, ${chat}, ${chat}, 'private', ${uuid('bbb', 'c')}, ${uuid('aaa', 'c')},
        get_byte(uuid_send(${uuid('ccc', 'c')}), 15), ${perConversation}, ${Math.floor(perConversation / 2)} FROM ${range}`,
    `INSERT INTO conversation (id, thread_id, account_id, contact_id, status, owner_kind, owner_team, last_message_at, resolved_at,
        resolved_owner_kind, preview)
      SELECT ${uuid('ddd', 'c')}, ${uuid('ccc', 'c')}, 'tg', ${uuid('aaa', 'c')}, CASE WHEN ${open} THEN 'open' ELSE 'resolved' END,
        CASE WHEN NOT ${open} THEN 'none' WHEN c % 100 < 2 THEN 'bot' ELSE 'queue' END, 'support', ${at},
        CASE WHEN NOT ${open} THEN ${at} END, CASE WHEN NOT ${open} THEN 'bot' END, 'Hello, I sent a deposit' FROM ${range}`,
    `INSERT INTO message (id, thread_id, conversation_id, seq, kind, author_kind, text, class, state, event_key, created_at)
      SELECT ${messageId}, ${uuid('ccc', 'c')}, ${uuid('ddd', 'c')}, m, CASE WHEN ${inbound} THEN 'inbound' ELSE 'outbound' END,
        CASE WHEN ${inbound} THEN 'contact' ELSE 'bot' END, ${text}, CASE WHEN NOT ${inbound} THEN 'repeatable' END,
        CASE WHEN ${inbound} THEN 'answered' END, CASE WHEN ${inbound} THEN c || ':' || m END, ${at} FROM ${messages}`,
    `INSERT INTO message_external (account_id, external_id, message_id)
      SELECT 'tg', ${chat} || ':' || m, ${messageId} FROM ${messages}`,
    `INSERT INTO inbound_event (account_id, event_key, kind, state, received_at)
      SELECT 'tg', c || ':' || m, 'message', 'stored', ${at} FROM ${messages} WHERE ${inbound}`,
    `INSERT INTO delivery (id, message_id, thread_id, conversation_id, account_id, out_seq, ordinal, class, part, state, finished_at)
      SELECT ${uuid('eee', `c * ${perConversation} + m`)}, ${messageId}, ${uuid('ccc', 'c')}, ${uuid('ddd', 'c')}, 'tg', m / 2, 0,
        'repeatable', '{}', 'sent', ${at} FROM ${messages} WHERE NOT ${inbound}`,
  ];
}
