import type { DiscordWorld } from './discord-world.ts';
import { type Deeds, type Gesture, headOf, isAcknowledged, type Said } from './said.ts';

interface MessageRow {
  external_id: string;
  address: string;
  thread_id: string;
  text: string;
  deleted: boolean;
  files: string;
  files_stored: string;
}

/** What came from the customers, in figures. */
export interface Incoming {
  found: string[];
  messages: number;
  gestures: number;
  /** Messages that a gap kept from us for so long that later ones went ahead. */
  late: number;
  /** Presses and forms that nobody answered and that are not there: Discord brings each once. */
  lostGestures: number;
  /** Edits and deletions that came while a process died, and are not there for the same reason. */
  lostChanges: number;
}

async function storedMessages(world: DiscordWorld): Promise<MessageRow[]> {
  return world.query<MessageRow>(`
    SELECT x.external_id, t.address, m.thread_id, m.text, m.deleted_at IS NOT NULL AS deleted,
      (SELECT count(*) FROM attachment a WHERE a.message_id = m.id) AS files,
      (SELECT count(*) FROM attachment a WHERE a.message_id = m.id AND a.state = 'stored') AS files_stored
    FROM message m JOIN message_external x ON x.message_id = m.id JOIN thread t ON t.id = m.thread_id
    WHERE m.kind = 'inbound' ORDER BY m.thread_id, m.seq`);
}

/** What must be stored and is not yet: each message that counts, and each gesture that was answered. */
export async function missing(world: DiscordWorld, { said, gestures }: Deeds): Promise<string[]> {
  const rows = await world.query<{ external_id: string }>(
    `SELECT x.external_id FROM message_external x JOIN message m ON m.id = x.message_id WHERE m.kind = 'inbound'`,
  );
  const there = new Set(rows.map(({ external_id }) => external_id));
  const wanted = [
    ...[...said].filter(([, { removed }]) => removed === 'no').map(([id]) => id),
    ...gestures.filter(isAcknowledged).map(({ interaction }) => `interaction:${interaction.id}`),
  ];
  return wanted.filter((id) => !there.has(id));
}

/** I1, I2, I3: everything that counts is stored once, in order, with its last words and its files, and nothing else is. */
export async function judgeIncoming(world: DiscordWorld, deeds: Deeds): Promise<Incoming> {
  const found: string[] = [];
  const rows = await storedMessages(world);
  const byId = new Map<string, MessageRow>();
  for (const row of rows) {
    if (byId.has(row.external_id)) found.push(`I2: ${row.external_id} is stored more than once`);
    byId.set(row.external_id, row);
  }
  const gestures = new Map(deeds.gestures.map((one) => [`interaction:${one.interaction.id}`, one]));
  for (const { external_id: id, text } of rows) {
    if (deeds.chatter.has(id)) found.push(`I2: chatter is stored as ${id}`);
    else if (!deeds.said.has(id) && !gestures.has(id)) found.push(`I2: nobody wrote ${id} "${text}"`);
  }
  let lostChanges = 0;
  for (const [id, said] of deeds.said) lostChanges += judgeSaid(world, id, said, byId.get(id), found);
  let lostGestures = 0;
  for (const [id, gesture] of gestures) lostGestures += judgeGesture(id, gesture, byId.get(id), found);
  const late = inOrder(rows, found);
  await waiting(world, deeds, found);
  return { found, messages: deeds.said.size, gestures: gestures.size, late, lostGestures, lostChanges };
}

/** Answers how many changes of the message were lost that may be. */
function judgeSaid(world: DiscordWorld, id: string, said: Said, row: MessageRow | undefined, found: string[]): number {
  const { head, channelId, authorId, removed, edited, files } = said;
  if (row === undefined) {
    // Taken back before anybody saw it: it is in no list either.
    if (removed === 'no') found.push(`I1: ${id} "${head}" is not stored`);
    return 0;
  }
  const isDirect = world.simulator.customer(authorId).dm === channelId;
  const address = isDirect ? channelId : `${channelId}/u${authorId}`;
  if (row.address !== address) found.push(`I3: "${head}" is in ${row.address} instead of ${address}`);
  if (headOf(row.text) !== head) found.push(`I3: ${id} says "${row.text}" instead of "${head}"`);
  if (Number(row.files) !== files || row.files_stored !== row.files) {
    found.push(`I5: "${head}" has ${row.files} files, ${row.files_stored} of them stored, instead of ${files}`);
  }
  if (removed === 'surely' && !row.deleted) found.push(`I3: "${head}" was taken back and still stands`);
  if (removed === 'no' && row.deleted) found.push(`I3: "${head}" counts as taken back and nobody did`);
  const isNew = row.text.endsWith(' edited');
  if (edited === 'surely' && !isNew) found.push(`I3: "${head}" says "${row.text}" after its edit`);
  if (edited === 'no' && isNew) found.push(`I3: "${head}" says "${row.text}" and nobody edited it`);
  return Number(removed === 'perhaps' && !row.deleted) + Number(edited === 'perhaps' && !isNew);
}

/** Answers 1 for one that was lost and may be. */
function judgeGesture(id: string, gesture: Gesture, row: MessageRow | undefined, found: string[]): number {
  if (row === undefined) {
    if (isAcknowledged(gesture)) found.push(`I1: the ${gesture.kind} ${id} was acknowledged and is not stored`);
    return Number(!isAcknowledged(gesture));
  }
  if (headOf(row.text) !== gesture.head) found.push(`I3: ${id} says "${row.text}" instead of "${gesture.head}"`);
  return 0;
}

/**
 * I3: messages of a thread are stored in the order in which they were written. What a gap kept from us may come behind what was written
 * after it: nobody waits longer than two seconds for a list. So there are at most two orders in each other, that of what was brought and
 * that of what was read, and never a third. Answers how many came late.
 */
function inOrder(rows: readonly MessageRow[], found: string[]): number {
  const newest = new Map<string, bigint>();
  const newestLate = new Map<string, bigint>();
  let late = 0;
  for (const { thread_id: thread, external_id: id, text } of rows) {
    const [channelId, messageId] = id.split(':');
    // Presses and forms do not wait for what is being read: they must be answered within three seconds.
    if (channelId === 'interaction' || messageId === undefined) continue;
    const at = BigInt(messageId);
    if (at > (newest.get(thread) ?? 0n)) newest.set(thread, at);
    else {
      late += 1;
      if (at < (newestLate.get(thread) ?? 0n))
        found.push(`I3: "${text}" is stored after what was late as well and later written`);
      newestLate.set(thread, at);
    }
  }
  return late;
}

/** A change waits only for a message that was taken back before anybody saw it. */
async function waiting(world: DiscordWorld, deeds: Deeds, found: string[]): Promise<void> {
  const rows = await world.query<{ id: string; kind: string }>(
    `SELECT target_external_id AS id, kind FROM inbound_event WHERE state = 'waiting'`,
  );
  for (const { id, kind } of rows) {
    if (deeds.said.get(id)?.removed === undefined || deeds.said.get(id)?.removed === 'no')
      found.push(`I3: the ${kind} of ${id} waits for ever`);
  }
}
