import { DEFINITE_STATES, storeViolations } from './store-invariants.ts';
import type { Traffic } from './traffic.ts';
import type { World } from './world.ts';

interface MessageRow {
  id: string;
  account_id: string;
  thread_id: string;
  external_id: string;
  text: string;
  state: string;
  seq: string;
  owner_kind: string;
}

interface DeliveryRow {
  id: string;
  thread_id: string;
  chat: string;
  out_seq: string;
  state: string;
  class: string;
  text: string;
  author_kind: string;
  attempt: number;
  ambiguous: number;
}

/** Every violation of the invariants of design.md, as sentences; empty when all hold. */
export async function violations(world: World, traffic: Traffic): Promise<string[]> {
  const found: string[] = [];
  // The tests' server gathers no statistics by itself, and without any the joins below go row by row.
  await world.query('ANALYZE');
  const messages = await world.query<MessageRow>(`
    SELECT m.id, x.account_id, m.thread_id, x.external_id, m.text, m.state, m.seq, c.owner_kind
    FROM message m JOIN message_external x ON x.message_id = m.id JOIN conversation c ON c.id = m.conversation_id
    WHERE m.kind = 'inbound' AND NOT starts_with(x.external_id, 'album:')
    ORDER BY m.thread_id, m.seq, split_part(x.external_id, ':', 2)::bigint`);
  const deliveries = await world.query<DeliveryRow>(`
    SELECT d.id, d.thread_id, t.address AS chat, d.out_seq, d.state, d.class, d.part->>'text' AS text, m.author_kind, d.attempt,
      d.ambiguous
    FROM delivery d JOIN message m ON m.id = d.message_id JOIN thread t ON t.id = d.thread_id
    WHERE d.action = 'send' ORDER BY d.thread_id, d.out_seq`);
  inbound(world, traffic, messages, found);
  outbound(world, traffic, deliveries, found);
  await amended(world, traffic, found);
  found.push(...(await storeViolations(world.query)));
  await kept(world, traffic, found);
  await reacted(world, traffic, found);
  return found;
}

/** I3: what customers left under our messages is what stands there, even where it came before we knew their ids. */
async function reacted(world: World, traffic: Traffic, found: string[]): Promise<void> {
  const rows = await world.query<{ ids: string[]; emoji: string[] }>(`
    SELECT array_agg(x.external_id) AS ids, r.emoji FROM message_reaction r JOIN message_external x ON x.message_id = r.message_id
    WHERE r.author_id <> 'us' GROUP BY r.message_id, r.author_id, r.emoji`);
  const stored = new Map(
    rows.flatMap(({ ids, emoji }) => ids.map((id) => [id, { ids, emoji: emoji.join(' ') }] as const)),
  );
  for (const [id, emoji] of traffic.reactions) {
    const there = stored.get(id);
    // The files of an album are one message to us: of several reactions the last one stands.
    const given = there?.ids.map((one) => traffic.reactions.get(one)?.join(' ')) ?? [emoji.join(' ')];
    if (there === undefined || !given.includes(there.emoji))
      found.push(`I3: under ${id} stands ${there?.emoji ?? 'nothing'} instead of ${emoji.join(' ')}`);
  }
  for (const { ids } of stored.values()) {
    if (!ids.some((id) => traffic.reactions.has(id))) found.push(`I2: nobody reacted to ${ids.join(' ')}`);
  }
}

/** Every file that was sent belongs to its message once and was fetched whole, whatever died meanwhile. */
async function kept(world: World, traffic: Traffic, found: string[]): Promise<void> {
  const rows = await world.query<{
    external_id: string;
    state: string;
    reason: string | null;
    size: string;
    told: string;
  }>(`
    SELECT a.external_id, a.state, a.reason, a.size_bytes AS size, e.n AS told FROM attachment a
    JOIN message m ON m.id = a.message_id AND m.kind = 'inbound'
    CROSS JOIN LATERAL (SELECT count(*) AS n FROM message_external x WHERE x.message_id = a.message_id
      AND x.external_id = a.external_id) e`);
  const seen = new Set<string>();
  for (const row of rows) {
    if (seen.has(row.external_id)) found.push(`I2: the file of ${row.external_id} is there more than once`);
    seen.add(row.external_id);
    if (!traffic.files.has(row.external_id)) found.push(`I2: the file of ${row.external_id} was never sent`);
    if (row.told !== '1') found.push(`I2: the file of ${row.external_id} hangs on another message`);
    if (row.state !== 'stored') found.push(`I5: the file of ${row.external_id} is ${row.state} (${row.reason ?? '?'})`);
  }
  for (const id of traffic.files) if (!seen.has(id)) found.push(`I1: the file of ${id} is not there`);
}

/** I1, I2, I3: acked events are stored, once, in the order of arrival, with their last edit. */
function inbound(world: World, traffic: Traffic, messages: readonly MessageRow[], found: string[]): void {
  const byExternal = new Map(messages.map((row) => [row.external_id, row]));
  if (byExternal.size !== messages.length) found.push('I2: an external id is stored more than once');
  for (const update of world.simulator.log.updates) {
    if (update.ackedBy !== 'webhook' && update.ackedBy !== 'offset') {
      found.push(`I1: update ${update.updateId} was never acked`);
      continue;
    }
    // What a reaction came to is looked at by its message.
    if (update.kind === 'message_reaction') continue;
    if (!byExternal.has(traffic.presses.get(update.updateId) ?? `${update.chatId}:${update.messageId}`)) {
      found.push(`I1: update ${update.updateId} (${update.kind} ${update.text}) was acked and is not stored`);
    }
  }
  for (const row of messages) {
    const written = traffic.written.get(row.external_id);
    if (written === undefined) found.push(`I2: ${row.external_id} was never written`);
    else if (written.text !== row.text)
      found.push(`I3: ${row.external_id} holds "${row.text}" instead of "${written.text}"`);
  }
  // A message stands where its first file does: later files of an album join it, however late they come.
  const firsts = new Map<string, { number: number; row: MessageRow }>();
  for (const row of messages) {
    // Presses have numbers of their own.
    if (row.external_id.startsWith('callback:')) continue;
    const number = Number(row.external_id.split(':')[1]);
    const first = firsts.get(row.id);
    if (first === undefined || number < first.number) firsts.set(row.id, { number, row });
  }
  const last = new Map<string, number>();
  for (const { number, row } of firsts.values()) {
    if (number < (last.get(row.thread_id) ?? 0)) found.push(`I3: ${row.external_id} is stored after a later message`);
    last.set(row.thread_id, number);
  }
}

/** I5, I7, I8, I9, I11 against what the platform saw. */
function outbound(world: World, traffic: Traffic, deliveries: readonly DeliveryRow[], found: string[]): void {
  const arrived = new Map<string, number>();
  for (const message of world.simulator.log.messages) {
    // Of an album the first file has the words; the others are counted below.
    if (message.mediaGroupId !== null && message.text === '') continue;
    const key = `${message.chatId}\n${message.text}`;
    arrived.set(key, (arrived.get(key) ?? 0) + 1);
  }
  albums(world, traffic, found);
  const order = new Map<string, number>();
  for (const row of deliveries) {
    const copies = arrived.get(`${row.chat}\n${row.text}`) ?? 0;
    const unique = row.author_kind === 'agent' || row.text.startsWith('echo ');
    order.set(`${row.chat}\n${row.text}`, Number(row.out_seq));
    if (!DEFINITE_STATES.has(row.state)) found.push(`I5: "${row.text}" ended as ${row.state}`);
    if (!unique) continue;
    if (row.class === 'single' && copies > 1) found.push(`I7: single "${row.text}" arrived ${copies} times`);
    if (row.class === 'repeatable' && copies > 2) found.push(`I7: repeatable "${row.text}" arrived ${copies} times`);
    if (row.state === 'sent' && copies === 0) found.push(`I9: "${row.text}" counts as sent and never arrived`);
    if ((row.state === 'failed' || row.state === 'superseded') && copies > 0) {
      found.push(`I9: "${row.text}" counts as ${row.state} and arrived ${copies} times`);
    }
    if (copies > 1 && row.ambiguous === 0)
      found.push(`I7: "${row.text}" arrived ${copies} times and nobody was ever unsure`);
    if (row.author_kind === 'agent' && !['sent', 'needs_review', 'failed'].includes(row.state)) {
      found.push(`I11: the agent's "${row.text}" ended as ${row.state}`);
    }
  }
  const known = new Set(deliveries.map((row) => `${row.chat}\n${row.text}`));
  for (const key of arrived.keys()) {
    if (!known.has(key)) found.push(`I2: the platform got "${key}" which is in no outbox`);
  }
  const texts = new Set(deliveries.filter((row) => row.author_kind === 'agent').map((row) => row.text));
  for (const text of traffic.accepted) {
    if (!texts.has(text)) found.push(`I11: the agent's "${text}" was accepted and is not in the outbox`);
  }
  const last = new Map<number, number>();
  for (const message of world.simulator.log.messages) {
    if (!message.text.startsWith('echo ') && !message.text.startsWith('agent says')) continue;
    const place = order.get(`${message.chatId}\n${message.text}`) ?? 0;
    if (place < (last.get(message.chatId) ?? 0)) found.push(`I8: "${message.text}" arrived after a later part`);
    last.set(message.chatId, Math.max(place, last.get(message.chatId) ?? 0));
  }
}

/** I5, I8, I9, I11: what stands at the platform is what the last edit the store calls sent put there; what was taken back is gone. */
async function amended(world: World, traffic: Traffic, found: string[]): Promise<void> {
  const rows = await world.query<{
    id: string;
    action: string;
    state: string;
    text: string | null;
    target: string;
    now: string;
    first: boolean;
    deleted: boolean;
  }>(`
    SELECT d.id, d.action, d.state, d.part->>'text' AS text, d.target_external_id AS target, m.text AS now,
      m.deleted_at IS NOT NULL AS deleted, d.target_external_id = (SELECT s.external_id FROM delivery s
        WHERE s.message_id = m.id AND s.action = 'send' ORDER BY s.ordinal LIMIT 1) AS first
    FROM delivery d JOIN message m ON m.id = d.message_id
    WHERE d.action IN ('edit', 'delete') ORDER BY d.thread_id, d.out_seq`);
  const there = new Map(
    world.simulator.log.messages.map((message) => [`${message.chatId}:${message.messageId}`, message]),
  );
  const wanted = new Map<string, { text: string | null; deleted: boolean; now: string | null }>();
  for (const { id, action, state, text, target, now, first, deleted } of rows) {
    if (state !== 'sent') found.push(`I5: the ${action} ${id} of ${target} ended as ${state}`);
    const was = wanted.get(target) ?? { text: null, deleted: false, now: null };
    if (was.deleted) found.push(`I8: ${target} was changed after it was taken back`);
    const done = state === 'sent';
    wanted.set(target, {
      text: done && action === 'edit' ? text : was.text,
      deleted: was.deleted || (done && action === 'delete'),
      now: first && !deleted ? now : null,
    });
    if (action === 'delete' && !deleted) found.push(`I9: ${target} is taken back and its message is not deleted`);
  }
  for (const [target, { text, deleted, now }] of wanted) {
    const message = there.get(target);
    if (message === undefined) {
      found.push(`I9: ${target} was changed and never arrived`);
      continue;
    }
    if (message.deleted !== deleted) {
      found.push(
        `I9: ${target} ${message.deleted ? 'is gone' : 'still stands'} and nobody ${deleted ? 'deleted' : 'kept'} it`,
      );
    }
    if (text !== null && message.currentText !== text) {
      found.push(`I8: ${target} says "${message.currentText}" instead of "${text}", its last edit`);
    }
    if (now !== null && message.currentText !== now) {
      found.push(`I8: ${target} says "${message.currentText}" and the store "${now}"`);
    }
  }
  const known = new Set(rows.map(({ id }) => id));
  for (const [id, { action, accepted }] of traffic.amends) {
    if (accepted && !known.has(id))
      found.push(`I11: the agent's ${action} ${id} was accepted and is not in the outbox`);
  }
  for (const message of there.values()) {
    const target = `${message.chatId}:${message.messageId}`;
    if ((message.edits > 0 || message.deleted) && !wanted.has(target)) {
      found.push(`I2: ${target} was changed at the platform and nobody asked for it`);
    }
  }
}

/** An agent's files arrive all together, or not at all. */
function albums(world: World, traffic: Traffic, found: string[]): void {
  const groups = new Map<string, { text: string; files: number }>();
  for (const { mediaGroupId, messageId, media, text } of world.simulator.log.messages) {
    if (media === null) continue;
    const name = mediaGroupId ?? `alone ${messageId} ${text}`;
    const group = groups.get(name) ?? { text: '', files: 0 };
    groups.set(name, { text: group.text + text, files: group.files + 1 });
  }
  for (const { text, files } of groups.values()) {
    const wanted = traffic.albums.get(text);
    if (wanted !== files) found.push(`I9: "${text}" came with ${files} files instead of ${wanted ?? 'none'}`);
  }
  for (const { text, media } of world.simulator.log.messages) {
    if ((traffic.albums.get(text) ?? 0) > 0 && media === null) found.push(`I9: "${text}" came without its files`);
  }
}
