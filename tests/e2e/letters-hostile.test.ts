import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type LetterDesk, openLetterDesk } from '../kit/browser/letter-desk.ts';
import { HIT, XSS_PAYLOADS } from '../kit/browser/xss-payloads.ts';
import { eventually } from '../kit/eventually.ts';

/** Letters of one thread: as many as a page of it holds, without the activities between. */
const OF_A_THREAD = 40;
const batches = Array.from({ length: Math.ceil(XSS_PAYLOADS.length / OF_A_THREAD) }, (_, index) => index);

/**
 * Chromium holds what an inert document of DOMParser reads against the page's policy too, though nothing there can run: the
 * sanitiser's own reading is told of. What is left in page and frames is looked at below.
 */
const OF_THE_PARSER = /^(?:Executing inline event handler|Applying inline style|Setting the document's base URI)/u;

let desk: LetterDesk;
let elsewhere: Server;
let hit = '';
const hits: string[] = [];
/** What ran, or what the browser itself had to stop. */
const told: string[] = [];
const asked: string[] = [];

beforeAll(async () => {
  elsewhere = createServer((request, reply) => {
    hits.push(request.url ?? '');
    reply.end('');
  });
  await new Promise<void>((resolve) => {
    elsewhere.listen(0, '127.0.0.1', resolve);
  });
  const place = elsewhere.address();
  hit = `http://127.0.0.1:${typeof place === 'object' && place !== null ? place.port : 0}`;
  desk = await openLetterDesk({ fetch: () => Promise.reject(new Error('nobody asked for pictures')) });
  desk.page.on('dialog', (dialog) => {
    told.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  desk.page.on('console', (message) => {
    const text = message.text();
    if (!OF_THE_PARSER.test(text) && (message.type() === 'error' || text.includes('xss-ran'))) told.push(text);
  });
  desk.page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(desk.address) && !/^(?:data|blob|about):/.test(url)) asked.push(url);
  });
}, 120_000);
afterAll(async () => {
  elsewhere.close();
  await desk.close();
}, 30_000);

/** Runs in the page: what of the frames and of the page around them could run or fetch something. */
const LOOK = `(() => {
  const told = [];
  const look = (root, where, pictures) => {
    for (const node of root.querySelectorAll('*')) {
      const name = node.localName;
      if (where !== 'page' && /^(?:script|style|link|iframe|object|embed|form|input|svg|math|base|template|video|audio|source)$/.test(name)) told.push(where + ': <' + name + '>');
      for (const { name: attribute, value } of node.attributes) {
        if (/^on/i.test(attribute)) told.push(where + ': ' + attribute);
        if (/^(?:href|xlink:href|action|formaction)$/i.test(attribute) && !/^(?:https?:|mailto:|tel:|[/#]|$)/i.test(value)) told.push(where + ': ' + attribute + '=' + value);
        if (where !== 'page' && /^(?:src|srcset|srcdoc|background|poster|data|ping|id|name|class)$/i.test(attribute) && !/^data:image[/](?:png|jpeg);base64,/.test(value)) told.push(where + ': ' + attribute + '=' + value);
        if (where !== 'page' && attribute === 'style' && /url\\s*\\(|image\\s*\\(|image-set|cross-fade|expression|var\\s*\\(|binding|behavior|(?:^|;)\\s*(?:position|inset|z-index)/i.test(value)) told.push(where + ': style=' + value);
      }
    }
  };
  look(document, 'page');
  const frames = [...document.querySelectorAll('iframe')];
  frames.forEach((frame, index) => look(new DOMParser().parseFromString(frame.srcdoc, 'text/html').body, 'frame ' + index));
  return { told, frames: frames.length };
})()`;

/** Text as the store takes it. */
const storable = (text: string): string => text.replaceAll('\0', '').toWellFormed().slice(0, 300);

test('there are enough of them', () => {
  expect(new Set(XSS_PAYLOADS).size).toBeGreaterThanOrEqual(400);
});

test.each(batches)(
  'batch %d of payloads in every place of a letter: nothing runs, nothing is fetched',
  async (batch) => {
    const payloads = XSS_PAYLOADS.slice(batch * OF_A_THREAD, (batch + 1) * OF_A_THREAD).map((one) =>
      one.replaceAll(HIT, hit),
    );
    const chat = randomUUID();
    let conversation = '';
    for (const html of payloads) {
      const words = storable(html);
      const made = await desk.letter(
        {
          html,
          text: words,
          facts: {
            subject: words,
            fullText: `${words}\n> quoted`,
            from: { address: `${words.replaceAll(/\s/gu, '')}@example.com`, name: words },
            to: [{ address: words, name: words }],
            cc: [{ address: 'b@example.com', name: words }],
            replyTo: [{ address: words, name: words }],
            proof: 'claimed',
            proofReason: words,
            warnings: [words],
          },
          files: [{ role: 'file', bytes: Buffer.from('x'), name: words, mime: words }],
        },
        chat,
      );
      conversation = made.conversation;
    }
    const words = storable(payloads[0] ?? '');
    const { pool } = desk.stand.gateway.database;
    await pool.query('UPDATE conversation SET subject = $2, preview = $2, version = version + 1 WHERE id = $1', [
      conversation,
      words,
    ]);
    await pool.query(
      'UPDATE contact SET display_name = $2 WHERE id = (SELECT contact_id FROM conversation WHERE id = $1)',
      [conversation, words],
    );
    await pool.query(
      `INSERT INTO thread_participant (thread_id, external_id, display_name, role, proven)
    SELECT thread_id, $2, $2, 'copied', false FROM conversation WHERE id = $1`,
      [conversation, words],
    );
    told.length = 0;
    await desk.open(conversation);
    const { page } = desk;
    await eventually(async () => (await page.locator('[data-letter]').count()) === payloads.length, 10_000);
    await page.evaluate(
      `for (const button of document.querySelectorAll('article button[aria-expanded=false], article summary')) button.click()`,
    );
    await eventually(async () => (await page.locator('iframe').count()) === payloads.length, 15_000);
    // Long enough for what begins by itself.
    await page.waitForTimeout(300);
    expect(await page.evaluate(LOOK)).toEqual({ told: [], frames: payloads.length });
    expect({ told, asked, hits }).toEqual({ told: [], asked: [], hits: [] });
  },
  60_000,
);

test('should the sanitiser let everything through, the frame alone still lets nothing run or out', async () => {
  const { page } = desk;
  told.length = 0;
  const template = await page.locator('iframe').first().getAttribute('srcdoc');
  const [before = '', after = ''] = (template ?? '').split(/(?<=<body[^>]*>)[^]*(?=<\/body>)/u);
  expect(before).toContain("default-src 'none'");
  const raw = XSS_PAYLOADS.map((one) => before + one.replaceAll(HIT, hit) + after);
  for (let from = 0; from < raw.length; from += 50) {
    await page.evaluate(
      `for (const srcdoc of ${JSON.stringify(raw.slice(from, from + 50))}) {
        const frame = document.querySelector('iframe').cloneNode();
        frame.srcdoc = srcdoc;
        frame.className = 'raw';
        document.body.append(frame);
      }`,
    );
    await page.waitForTimeout(500);
    await page.evaluate(`for (const frame of document.querySelectorAll('iframe.raw')) frame.remove()`);
  }
  // The browser says what it stopped; nothing ran and nobody was asked.
  expect(told.some((one) => /sandboxed|Content Security Policy/u.test(one))).toBe(true);
  expect(told.filter((one) => one.includes('a dialog') || one.startsWith('/xss-ran/'))).toEqual([]);
  expect(hits).toEqual([]);
}, 120_000);

test('the suite sees what runs and what is fetched', async () => {
  const { page } = desk;
  told.length = 0;
  await page.evaluate(`alert('planted'); document.querySelector('article').setAttribute('onclick', 'x')`);
  expect(told).toEqual(['a dialog: planted']);
  expect(await page.evaluate(LOOK)).toMatchObject({ told: ['page: onclick'] });
  await page
    .context()
    .newPage()
    .then((other) => other.goto(`${hit}/seen`));
  expect(hits).toContain('/seen');
});
