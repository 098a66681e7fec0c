/**
 * The page's bench: `npm run bench:web -- [--conversations 20000] [--rounds 40] [--json FILE]`. Bytes, opening, live, first paint,
 * scrolling and memory, against a full store and in the machine's own Chromium.
 */
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { bringUpToDate } from '../../scripts/build.js';
import { ensureBrowser, findBrowser } from '../../tests/kit/servers/programs.js';
import { BARE_PAGE } from './bare-page.js';
import { pageBytes } from './bytes.js';
import { bringRow, LARGEST_PAINT, openBare, openRow, scrollList, shownAt } from './probes.js';
import { quantile, webReport } from './report.js';

const root = join(import.meta.dirname, '../..');
const { values } = parseArgs({
  options: {
    conversations: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '40' },
    json: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
const size = { conversations: Number(values.conversations), perConversation: 10 };
const say = (text) => process.stderr.write(`${text}\n`);
const KB = 1_024;
const OPENED = 200;
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--enable-precise-memory-info',
];

const missing = ensureBrowser();
if (missing !== undefined) {
  say(`The bench needs ${missing}.`);
  process.exit(1);
}
await bringUpToDate(root);
// After the build: it reads dist/.
const { startStand } = await import('./stand.js');
say(`${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, load ${loadavg()[0].toFixed(1)} before`);
const stand = await startStand(size);
const browser = await chromium.launch({ executablePath: findBrowser(), args: FLAGS });
try {
  const figures = await measureAll();
  process.stdout.write(`${webReport(figures)}\n`);
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify({ size, rounds, figures }, null, 1));
} finally {
  await browser.close();
  await stand.close();
}
process.exit(0);

async function measureAll() {
  const bytes = pageBytes(join(root, 'dist/web'));
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
  const entered = await context.request.post(`${stand.address}/api/v1/session`, {
    data: { email: stand.email, password: stand.password },
    headers: { origin: stand.address },
  });
  if (!entered.ok()) throw new Error(`sign-in: ${await entered.text()}`);
  const state = await context.storageState();
  say('— first paint');
  const paint = await firstPaint(state);
  const page = await context.newPage();
  const bare = await context.newPage();
  await bare.goto(`${stand.address}/healthz`);
  await bare.evaluate(BARE_PAGE);
  say('— open a conversation');
  const open = await opening(context, page, bare);
  say('— live');
  const live = await pushes(context, page, bare);
  say('— scrolling');
  await page.goto(`${stand.address}/inbox/resolved`);
  await page.locator('[data-row]').first().waitFor();
  await page.bringToFront();
  const scroll = await page.evaluate(scrollList(400, 3_000));
  if (scroll.scrolledPx < 20_000) throw new Error(`the list was scrolled by ${scroll.scrolledPx} px only`);
  say(`  scrolled by ${Math.round(scroll.scrolledPx / 64)} rows`);
  say('— memory');
  const heap = await memory(page);
  return [
    { name: 'first load, scripts gz', value: bytes.scripts / KB, unit: 'KB', aim: 150 },
    { name: 'first load, styles gz', value: bytes.styles / KB, unit: 'KB', aim: 12 },
    { name: 'largest lazy chunk gz', value: bytes.largestLazy / KB, unit: 'KB', aim: 60 },
    { name: 'largest paint, cold, median', value: quantile(paint, 0.5), unit: 'ms', aim: 1_000 },
    {
      name: 'open, click to paint, median',
      value: quantile(open.page, 0.5),
      unit: 'ms',
      aim: 100,
      bare: quantile(open.bare, 0.5),
    },
    {
      name: 'open, click to paint, p95',
      value: quantile(open.page, 0.95),
      unit: 'ms',
      aim: 200,
      bare: quantile(open.bare, 0.95),
    },
    { name: 'webhook to screen, median', value: quantile(live.page, 0.5), unit: 'ms', bare: quantile(live.bare, 0.5) },
    {
      name: 'webhook to screen, p95',
      value: quantile(live.page, 0.95),
      unit: 'ms',
      aim: 250,
      bare: quantile(live.bare, 0.95),
    },
    {
      name: `scrolling ${size.conversations} rows, median`,
      value: 1_000 / quantile(scroll.frames, 0.5),
      unit: 'fps',
      aim: 55,
      atLeast: true,
    },
    { name: 'scrolling, frame p95', value: quantile(scroll.frames, 0.95), unit: 'ms', aim: 25 },
    { name: 'scrolling, frames without rows', value: scroll.blank, unit: '', aim: 0 },
    { name: 'rows in the page', value: scroll.rows, unit: '', aim: 60 },
    { name: `heap after ${OPENED} opened`, value: heap / KB / KB, unit: 'MB', aim: 80 },
  ];
}

/** Each in a profile of its own: nothing is cached. */
async function firstPaint(storageState) {
  const times = [];
  for (let round = 0; round < 5; round += 1) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, storageState });
    const page = await context.newPage();
    await page.goto(`${stand.address}/inbox/unassigned`);
    times.push(await page.evaluate(LARGEST_PAINT));
    await context.close();
  }
  return times;
}

async function rowsOf(context, view, count) {
  const rows = [];
  let after = '';
  while (rows.length < count) {
    const answer = await context.request.get(`${stand.address}/api/v1/conversations?view=${view}&limit=100${after}`);
    const { items, next } = await answer.json();
    rows.push(...items);
    if (next === null) break;
    after = `&after=${encodeURIComponent(next)}`;
  }
  return rows.slice(0, count);
}

/** The last message of a filled conversation ends with the customer's number and its own. */
function lastTextOf(row) {
  return ` ${row.contact.name.replace('Customer ', '')} ${size.perConversation}`;
}

async function opening(context, page, bare) {
  const rows = await rowsOf(context, 'unassigned', Math.min(rounds, 45));
  const times = { page: [], bare: [] };
  await page.goto(`${stand.address}/inbox/unassigned`);
  await page.locator('[data-row]').first().waitFor();
  for (const [index, row] of rows.entries()) {
    // By turns, each in front: a page behind another gets no frames.
    await page.bringToFront();
    await page.evaluate(bringRow(index));
    times.page.push(await page.evaluate(openRow(row.id, lastTextOf(row))));
    await bare.bringToFront();
    times.bare.push(await bare.evaluate(openBare(row.id, lastTextOf(row))));
  }
  return times;
}

async function pushes(context, page, bare) {
  stand.say('I want to talk to a person');
  const id = await untilTaken(context);
  await page.goto(`${stand.address}/inbox/mine/${id}`);
  await page.locator('main [role="log"]').waitFor();
  await bare.evaluate(`window.openBare(${JSON.stringify(id)})`);
  await sleep(1_000);
  const times = { page: [], bare: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, where, selector] of [
      ['page', page, 'main [role="log"]'],
      ['bare', bare, '#log'],
    ]) {
      const text = `message ${round} for the ${name}`;
      await where.bringToFront();
      const shown = where.evaluate(shownAt(selector, text));
      // The observer is there before the message.
      await where.evaluate('1');
      const sentMs = performance.timeOrigin + performance.now();
      stand.say(text);
      times[name].push((await shown) - sentMs);
      await sleep(60 + Math.random() * 60);
    }
  }
  return times;
}

/** The conversation of whoever writes, once it is ours: the bot stays out of it. */
async function untilTaken(context) {
  for (;;) {
    await sleep(100);
    const [row] = await stand.query(
      `SELECT c.id, c.owner_kind, c.owner_version::int AS version FROM conversation c JOIN thread t ON t.id = c.thread_id WHERE t.address = '42'`,
    );
    if (row?.owner_kind !== 'queue') continue;
    const session = await (await context.request.get(`${stand.address}/api/v1/session`)).json();
    const taken = await context.request.post(`${stand.address}/api/v1/conversations/${row.id}/owner`, {
      data: { to: { kind: 'agent', agentId: session.agent.id }, expectedOwnerVersion: row.version },
      headers: { origin: stand.address, 'x-csrf-token': session.csrfToken },
    });
    if (!taken.ok()) throw new Error(`take: ${await taken.text()}`);
    return row.id;
  }
}

async function memory(page) {
  await page.goto(`${stand.address}/inbox/resolved`);
  await page.locator('[data-row]').first().waitFor();
  await page.bringToFront();
  const addresses = new Set();
  while (addresses.size < OPENED) {
    const before = addresses.size;
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForTimeout(60);
    addresses.add(page.url());
    // The next page of the list may be on its way.
    if (addresses.size === before) await page.waitForTimeout(300);
  }
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('HeapProfiler.enable');
  await devtools.send('HeapProfiler.collectGarbage');
  const { usedSize } = await devtools.send('Runtime.getHeapUsage');
  return usedSize;
}
