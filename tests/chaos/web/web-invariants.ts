import type { Amends } from '../amends.ts';
import type { Replies } from '../replies.ts';
import { DEFINITE_STATES } from '../store-invariants.ts';
import type { Guest, Visitors } from './visitors.ts';
import type { WebWorld } from './web-world.ts';
import type { ShownEntry, Window } from './window.ts';

interface InboundRow {
  external_id: string;
  thread_id: string;
  text: string;
  files: string;
}

interface DeliveryRow {
  id: string;
  address: string;
  action: string;
  state: string;
  text: string;
  author_kind: string;
  external_id: string | null;
  target: string | null;
  message_id: string;
}

/** What was found, and how much there was of it. */
export interface WebVerdict {
  found: string[];
  taken: number;
  parts: number;
  review: number;
  changes: number;
}

type Message = Extract<ShownEntry, { kind: 'message' }>;

/** I1, I2, I3, I6, I8, I9, I11 in the store and on the visitors' pages. */
export async function judgeWeb(
  world: WebWorld,
  { guests, repeats }: Visitors,
  replies: Replies,
  amends: Amends,
): Promise<WebVerdict> {
  const found: string[] = [];
  const inbound = await world.query<InboundRow>(`
    SELECT x.external_id, m.thread_id, m.text, (SELECT count(*) FROM attachment a WHERE a.message_id = m.id AND a.state = 'stored') AS files
    FROM message m JOIN message_external x ON x.message_id = m.id WHERE m.kind = 'inbound' ORDER BY m.thread_id, m.seq`);
  const parts = await world.query<DeliveryRow>(`
    SELECT d.id, t.address, d.action, d.state, d.part->>'text' AS text, m.author_kind, d.external_id, d.target_external_id AS target,
      d.message_id
    FROM delivery d JOIN message m ON m.id = d.message_id JOIN thread t ON t.id = d.thread_id ORDER BY d.thread_id, d.out_seq`);
  for (const guest of guests) {
    stored(guest, inbound, found);
    inOrderOnce(guest, found);
    ownWords(guest, found);
    oursThere(guest, placeOf(guest, inbound), parts, found);
  }
  const sent = new Set(guests.flatMap((guest) => guest.sent.map(({ clientId }) => clientId)));
  for (const { external_id: id, text } of inbound) {
    if (!sent.has(clientIdOf(id))) found.push(`I2: nobody wrote ${id} "${text}"`);
  }
  for (const { clientId, status } of repeats) {
    if (status !== 200 && status !== 503) found.push(`I2: ${clientId} sent once more was answered with ${status}`);
  }
  for (const { action, text, state, author_kind: author } of parts) {
    // Every part can be written again under its key. Only the bot's wait for a person, where one took over before it was known.
    const isWaiting = state === 'needs_review' && (author !== 'bot' || action !== 'send');
    if (!DEFINITE_STATES.has(state) || state === 'failed' || isWaiting) {
      found.push(`I5: the ${action} of "${text}" ended as ${state}`);
    }
  }
  agents(parts, replies, amends, found);
  return {
    found,
    taken: sent.size,
    parts: parts.filter(({ action }) => action === 'send').length,
    review: parts.filter(({ state }) => state === 'needs_review').length,
    changes: parts.filter(({ action }) => action !== 'send').length,
  };
}

function clientIdOf(externalId: string): string {
  return externalId.slice(externalId.lastIndexOf('/') + 1);
}

/** The visitor's place, as their own words name it. */
function placeOf({ sent }: Guest, inbound: readonly InboundRow[]): string {
  const one = inbound.find(({ external_id: id }) => sent.some(({ clientId }) => clientId === clientIdOf(id)));
  return one?.external_id.slice(0, one.external_id.lastIndexOf('/v/')) ?? '';
}

/** I1, I2, I3: what was answered with 2xx is stored, everything once, in the order in which it was sent. */
function stored({ visitor, sent }: Guest, inbound: readonly InboundRow[], found: string[]): void {
  const places = new Map<string, { at: number; row: InboundRow }[]>();
  for (const [at, row] of inbound.entries()) {
    const id = clientIdOf(row.external_id);
    places.set(id, [...(places.get(id) ?? []), { at, row }]);
  }
  let last = -1;
  for (const { clientId, text, files } of sent) {
    const there = places.get(clientId) ?? [];
    if (!visitor.isTaken(clientId)) found.push(`I1: ${clientId} "${text}" was refused for good`);
    if (there.length !== 1) found.push(`I1/I2: ${clientId} "${text}" is stored ${there.length} times`);
    const [first] = there;
    if (first === undefined) continue;
    if (text !== null && first.row.text !== text)
      found.push(`I3: ${clientId} says "${first.row.text}" instead of "${text}"`);
    if (Number(first.row.files) !== files) found.push(`I5: "${text}" has ${first.row.files} files instead of ${files}`);
    if (first.at < last) found.push(`I3: "${text}" is stored before what was sent earlier`);
    last = first.at;
  }
}

/** I6, I8: nothing comes twice over all the streams of a page, and what comes later stands later. */
function inOrderOnce({ window, sent }: Guest, found: string[]): void {
  let last = 0;
  for (const { seq } of window.came) {
    if (seq <= last) found.push(`I8: entry ${seq} came after ${last} to the page of ${sent[0]?.clientId}`);
    last = seq;
  }
}

/** The visitor's own words stand on their page once each, in the order in which they were sent. */
function ownWords({ window, sent }: Guest, found: string[]): void {
  const mine = window.came.filter((entry): entry is Message => entry.kind === 'message' && entry.mine);
  const ids = mine.map(({ clientId }) => clientId);
  const wanted = sent.map(({ clientId }) => clientId);
  if (ids.join() !== wanted.join()) {
    const missing = wanted.filter((id) => !ids.includes(id));
    const double = ids.filter((id, index) => ids.indexOf(id) !== index);
    found.push(
      `I6: of ${wanted.length} own words ${ids.length} stand on the page; missing ${missing.join(' ') || 'none'}, twice ${double.join(' ') || 'none'}, ` +
        `from ${ids.findIndex((id, index) => id !== wanted[index])} on in another order`,
    );
  }
  for (const { clientId, text, files } of sent) {
    const entry = mine.find((one) => one.clientId === clientId);
    if (entry === undefined) continue;
    if (text !== null && entry.text !== text) found.push(`I3: the page says "${entry.text}" instead of "${text}"`);
    if (entry.files.length !== files)
      found.push(`I5: the page shows ${entry.files.length} files of "${text}" instead of ${files}`);
  }
}

/** I6, I8, I9: our parts stand on the page once each, in the order of the outbox, with their last words, and nothing else does. */
function oursThere({ window }: Guest, place: string, parts: readonly DeliveryRow[], found: string[]): void {
  const ours = parts.filter((row) => row.address === place);
  const seqOf = (id: string | null): number => Number(id?.slice(place.length + 1));
  const sends = ours.filter(
    ({ action, state }) => action === 'send' && state !== 'superseded' && state !== 'cancelled',
  );
  const unsure = new Set(sends.filter(({ state }) => state === 'needs_review').map(({ text }) => text));
  const came = window.came.filter((entry): entry is Message => entry.kind === 'message' && !entry.mine);
  const known = sends.filter(({ state }) => state !== 'needs_review');
  const wanted = known.map(({ external_id: id }) => seqOf(id));
  // What waits for a person may stand there or not; twice is looked for below.
  const seen = came.filter(({ seq, text }) => wanted.includes(seq) || !unsure.has(text)).map(({ seq }) => seq);
  if (wanted.join() !== seen.join()) {
    const missing = known.filter(({ external_id: id }) => !seen.includes(seqOf(id))).map(({ text }) => text);
    const extra = came.filter(({ seq }) => !wanted.includes(seq)).map(({ text }) => text);
    found.push(
      `I6: ${place}: ${known.length} parts, ${seen.length} on the page; missing ${missing.join(' | ') || 'none'}; more ${extra.join(' | ') || 'none'}`,
    );
  }
  const texts = new Map(came.map(({ seq, text }) => [seq, text]));
  for (const row of sends) {
    const text = texts.get(seqOf(row.external_id));
    if (text !== undefined && text !== row.text) found.push(`I9: the page says "${text}" instead of "${row.text}"`);
  }
  const answers = came.map(({ text }) => text).filter((text) => text.startsWith('echo '));
  for (const text of answers.filter((one, index) => answers.indexOf(one) !== index)) {
    // Two presses may say the same; nothing else does.
    if (!text.startsWith('echo pick ')) found.push(`I6: "${text}" came more than once`);
  }
  changes(window, ours, seqOf, found);
}

/** I8, I9: each edit and deletion stands there once, in the order of the outbox. */
function changes(
  { came }: Window,
  ours: readonly DeliveryRow[],
  seqOf: (id: string | null) => number,
  found: string[],
): void {
  const told = came.flatMap((entry) =>
    entry.kind === 'message' ? [] : [`${entry.kind} ${entry.target} ${entry.kind === 'edit' ? entry.text : ''}`],
  );
  const wanted = ours
    .filter(({ action, state }) => action !== 'send' && state === 'sent')
    .map(({ action, target, text }) => `${action} ${seqOf(target)} ${action === 'edit' ? text : ''}`);
  if (told.toSorted().join('\n') !== wanted.toSorted().join('\n')) {
    const lost = wanted.filter((one) => !told.includes(one));
    found.push(`I9: ${wanted.length} changes, ${told.length} on the page; missing ${lost.join(' | ') || 'none'}`);
  }
}

/** I11: what agents said and changed is in the outbox and was never dropped. */
function agents(parts: readonly DeliveryRow[], replies: Replies, amends: Amends, found: string[]): void {
  const messages = new Map<string, DeliveryRow[]>();
  for (const row of parts) {
    if (row.author_kind !== 'agent' || row.action !== 'send') continue;
    messages.set(row.message_id, [...(messages.get(row.message_id) ?? []), row]);
  }
  const texts = new Map([...messages.values()].map((rows) => [rows.map(({ text }) => text).join(''), rows]));
  for (const text of replies.accepted) {
    if (!texts.has(text)) found.push(`I11: the agent's "${text}" was accepted and is not in the outbox`);
  }
  for (const [text, rows] of texts) {
    if (rows.some(({ state }) => !['sent', 'delivered', 'read'].includes(state))) {
      found.push(`I11: the agent's "${text}" ended as ${rows.map(({ state }) => state).join()}`);
    }
    const files = replies.albums.get(text) ?? 0;
    if (rows.length !== Math.max(1, files)) found.push(`I9: "${text}" has ${rows.length} parts and ${files} files`);
  }
  const known = new Set(parts.map(({ id }) => id));
  for (const [id, { action, accepted }] of amends) {
    if (accepted && !known.has(id))
      found.push(`I11: the agent's ${action} ${id} was accepted and is not in the outbox`);
  }
}
