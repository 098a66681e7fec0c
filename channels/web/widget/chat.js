/** The chat's page: joins what is sent and read with what is shown. Stands in a frame of the site, or by itself. */
import { createClient, Refusal } from './client.js';
import { byId, createComposer } from './composer.js';
import { keptAtSite, keptHere } from './kept-session.js';
import { changeText, drawMessage, element } from './view.js';
import { wordsFor } from './words.js';

/** @typedef {import('./view.js').Message} Message */

const TYPING_MS = 6_000;
/** How long what was loaded is not read out, ms. */
const QUIET_MS = 1_000;

const asked = new URLSearchParams(location.search).get('lang') ?? navigator.language;
const { language, words } = wordsFor(asked);
const origins = (document.documentElement.dataset['origins'] ?? '').split(' ');
const framed = window.parent !== window;

const list = byId('messages', HTMLOListElement);
const scroll = byId('scroll', HTMLElement);
const state = byId('state', HTMLElement);
const typing = byId('typing', HTMLElement);
const older = byId('older', HTMLButtonElement);
const text = byId('text', HTMLTextAreaElement);
const close = byId('close', HTMLButtonElement);

/** @type {string | null} */
let siteToken = null;
let started = false;
/** The site shows the frame; a page by itself is always shown. */
let shown = !framed;
/** Which visit this is: what a visit before asked for is thrown away. */
let visit = 0;
let first = 0;
let newest = 0;
let readTo = 0;
/** @type {Map<number, {seq: number, text: string | null}>} the newest change of a message, null where removed; also of those not loaded yet */
const changes = new Map();
/** @type {Map<string, HTMLElement>} what is on its way, by its id */
const underWay = new Map();
/** @type {Set<number>} of ours that were not seen */
const unread = new Set();
/** @type {Promise<void>} everything is sent in the order it was written */
let line = Promise.resolve();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let typingTimer;

const atSite = keptAtSite();
const client = createClient(
  new URL('.', location.href).href,
  () => siteToken,
  framed ? atSite : keptHere(),
  (now) => {
    state.textContent = { online: '', offline: words.offline, waiting: words.tooMany, sign_in: words.signIn }[now];
  },
);

/** @param {object} message */
function tellSite(message) {
  // Nothing in it is a secret; who shows us is known to the browser (frame-ancestors).
  if (framed) window.parent.postMessage({ parleyChat: true, ...message }, '*');
}

function drawnWith() {
  return { words, language, download: client.download, press };
}

function tellUnread() {
  tellSite({ kind: 'unread', count: unread.size });
}

function markRead() {
  if (!shown || document.visibilityState !== 'visible' || newest <= readTo) return;
  readTo = newest;
  unread.clear();
  tellUnread();
  void client.read(newest);
}

/** @param {Message} message @param {'before' | 'after'} where */
function show(message, where) {
  newest = Math.max(newest, message.seq);
  const own = message.clientId === undefined ? undefined : underWay.get(message.clientId);
  if (list.querySelector(`[data-seq="${message.seq}"]`) !== null) return;
  const changed = changes.get(message.seq)?.text;
  if (changed === null) return;
  const item = drawMessage(changed === undefined ? message : { ...message, text: changed, edited: true }, drawnWith());
  if (own !== undefined && message.clientId !== undefined) {
    underWay.delete(message.clientId);
    own.replaceWith(item);
  } else if (where === 'before') list.prepend(item);
  else {
    // What is on its way stays last.
    const [waiting] = underWay.values();
    list.insertBefore(item, waiting ?? null);
  }
  if (!message.mine && message.seq > readTo) unread.add(message.seq);
}

/** @param {any} entry */
function change(entry) {
  newest = Math.max(newest, entry.seq);
  // An older page brings older changes.
  if ((changes.get(entry.target)?.seq ?? 0) > entry.seq) return;
  changes.set(entry.target, { seq: entry.seq, text: entry.kind === 'edit' ? String(entry.text) : null });
  const item = list.querySelector(`[data-seq="${Number(entry.target)}"]`);
  if (!(item instanceof HTMLElement)) return;
  if (entry.kind === 'edit') changeText(item, String(entry.text), words.edited);
  else item.remove();
}

function toEnd() {
  scroll.scrollTop = scroll.scrollHeight;
}

/** @param {string} event @param {any} data */
function take(event, data) {
  clearTimeout(typingTimer);
  typing.textContent = event === 'typing' ? words.typing : '';
  if (event === 'typing') {
    typingTimer = setTimeout(() => (typing.textContent = ''), TYPING_MS);
    return;
  }
  if (data.kind === 'message') show(data, 'after');
  else change(data);
  toEnd();
  tellUnread();
  markRead();
}

/** @param {number | null} before */
async function load(before) {
  const own = visit;
  const page = await client.history(before);
  if (own !== visit) return;
  // Only what is new is read out: fifty messages at once are no news.
  scroll.setAttribute('aria-live', 'off');
  setTimeout(() => scroll.setAttribute('aria-live', 'polite'), QUIET_MS);
  if (before === null) readTo = page.read;
  for (const entry of page.items) if (entry.kind !== 'message') change(entry);
  const messages = page.items.filter((/** @type {any} */ entry) => entry.kind === 'message');
  if (before === null) for (const message of messages) show(message, 'after');
  else for (const message of messages.toReversed()) show(message, 'before');
  first = page.first;
  older.hidden = !page.more;
}

async function start() {
  const own = (visit += 1);
  started = true;
  try {
    await load(null);
    if (own !== visit) return;
    toEnd();
    tellUnread();
    markRead();
    await client.follow((event, data) => {
      if (own === visit) take(event, data);
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}

/** Somebody signed in or out: nothing of whoever was there before stays. */
function restart() {
  client.reset();
  for (const kept of [changes, underWay, unread]) kept.clear();
  list.replaceChildren();
  composer.clear();
  // What waits in the line before is nobody's any more.
  line = Promise.resolve();
  newest = 0;
  readTo = 0;
  void start();
}

const newId = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** @param {string} said @param {File[]} withFiles */
function send(said, withFiles) {
  const own = visit;
  const clientId = newId();
  const named = withFiles.map(({ name, size }) => ({ name, sizeBytes: size, picture: false }));
  const item = drawMessage({ seq: 0, mine: true, atMs: Date.now(), text: said, files: named }, drawnWith());
  const note = element('span', 'author', words.sending);
  item.append(note);
  underWay.set(clientId, item);
  list.append(item);
  toEnd();
  const attempt = async () => {
    if (own !== visit) return;
    note.textContent = words.sending;
    try {
      const held = [];
      for (const file of withFiles) {
        held.push(await client.upload(file));
        if (own !== visit) return;
      }
      await client.send(clientId, said, held);
      note.remove();
    } catch {
      if (own !== visit) return;
      const again = element('button', undefined, words.failed);
      again.type = 'button';
      again.addEventListener('click', () => {
        again.remove();
        line = line.then(attempt);
      });
      note.textContent = '';
      item.append(again);
    }
  };
  line = line.then(attempt);
}

/** @param {number} seq @param {number} row @param {number} column */
function press(seq, row, column) {
  const own = visit;
  const clientId = newId();
  line = line.then(async () => {
    if (own !== visit) return;
    await client.press(clientId, seq, row, column).catch(() => undefined);
  });
}

document.documentElement.lang = language;
byId('hello', HTMLElement).textContent = words.hello;
scroll.setAttribute('aria-label', words.messages);
older.textContent = words.older;
close.setAttribute('aria-label', words.close);
close.hidden = !framed;

const composer = createComposer(words, state, send, () => void client.typing());
older.addEventListener('click', () => void load(first).catch(() => undefined));
close.addEventListener('click', () => tellSite({ kind: 'close' }));
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') tellSite({ kind: 'close' });
});
document.addEventListener('visibilitychange', markRead);
window.addEventListener('message', (event) => {
  if (event.source !== window.parent || !origins.includes(event.origin)) return;
  const { kind, token, session } = Object(event.data);
  if (kind === 'shown') {
    shown = event.data.shown === true;
    // Where the chat is a part of a page somebody may be writing beside it.
    if (shown && event.data.focus !== false) text.focus();
    markRead();
  }
  if (kind === 'who') {
    const next = typeof token === 'string' ? token : null;
    const same = started && next === siteToken;
    if (!started) atSite.meet(event.origin, session);
    siteToken = next;
    if (!same) restart();
  }
});
// In a frame the site says first who is there.
if (framed) tellSite({ kind: 'ready' });
else void start();
