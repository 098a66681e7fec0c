import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, FrameLocator, Page } from 'playwright-core';
import { type ChatStand, PASSWORD, SITE_SECRET, startChatStand } from '../integration/web/chat-stand.ts';
import { axeViolations } from '../kit/browser/accessibility.ts';
import { type Look, launchBrowser, openTab } from '../kit/browser/chromium.ts';
import { createVisitor } from '../kit/browser/visitor.ts';
import { eventually } from '../kit/eventually.ts';

const WIDGET_BYTES = 40 * 1_024;

let stand: ChatStand;
let browser: Browser;
let site: Server;
/** Of a site that may show the chat, and of one that may not. */
let shop = '';
let thief = '';
const open: { context: BrowserContext; troubles: string[] }[] = [];

/** A page of somebody else's, with a policy of its own that allows our script and frame and nothing inline. */
function servePage(chat: () => string): Server {
  return createServer((request, reply) => {
    const gateway = new URL(chat()).origin;
    const language = request.url === '/zh' ? ' data-language="zh"' : '';
    reply.setHeader('content-type', 'text/html; charset=utf-8');
    reply.setHeader('content-security-policy', `default-src 'self'; script-src ${gateway}; frame-src ${gateway}`);
    reply.end(
      `<!doctype html><html lang="en"><head><title>A shop</title></head><body><main><h1>A shop</h1></main>
       <script async src="${chat()}widget.js"${language}></script></body></html>`,
    );
  });
}

beforeAll(async () => {
  let chat = '';
  site = servePage(() => chat);
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  const place = site.address();
  const port = typeof place === 'object' && place !== null ? place.port : 0;
  // The same server under two names: two origins.
  shop = `http://localhost:${port}`;
  thief = `http://127.0.0.1:${port}`;
  [stand, browser] = await Promise.all([
    startChatStand({ origins: [shop], title: 'Shop support' }, ['faq']),
    launchBrowser(),
  ]);
  ({ chat } = stand);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await stand?.stop();
  site?.close();
}, 30_000);
afterEach(async () => {
  for (const { context, troubles } of open.splice(0)) {
    expect(troubles).toEqual([]);
    await context.close();
  }
});

async function tab(look: Look = {}): Promise<Page> {
  const { page, context, troubles } = await openTab(browser, look);
  open.push({ context, troubles });
  return page;
}

async function openChat(page: Page, address = shop): Promise<FrameLocator> {
  await page.goto(address);
  await page.getByRole('button', { name: /^Open chat|^打开聊天/ }).click();
  return page.frameLocator('iframe');
}

/** What the site says who is there. */
function siteToken(sub: string, name: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const head = `${part({ alg: 'HS256' })}.${part({ sub, name, exp: Math.floor(Date.now() / 1_000) + 600 })}`;
  return `${head}.${createHmac('sha256', SITE_SECRET).update(head).digest('base64url')}`;
}

function identifyOn(page: Page): (who: string | null) => Promise<unknown> {
  return (who) => page.evaluate(`parleyChat.identify(${JSON.stringify(who)})`);
}

test('a visitor of another site and an agent in the inbox talk; it is all there after a reload', async () => {
  const page = await tab();
  const chat = await openChat(page);
  await chat.getByRole('heading', { name: 'Shop support' }).waitFor();
  await chat
    .getByLabel('Write a message')
    .fill('I want to talk to a person <b>now</b> https://shop.example/order?id=7.');
  await chat.getByRole('button', { name: 'Send' }).click();
  await chat.getByRole('log').getByText('<b>now</b>').waitFor();
  expect(await chat.getByRole('log').getByRole('link').getAttribute('href')).toBe('https://shop.example/order?id=7');

  const desk = await tab();
  await desk.goto(stand.address);
  const agent = createVisitor(desk);
  await agent.signIn(stand.email, PASSWORD);
  await agent.openView('All');
  await desk
    .getByRole('region', { name: 'Conversations' })
    .getByRole('link', { name: /^Visitor / })
    .first()
    .click();
  await agent.thread().getByText('I want to talk to a person').first().waitFor();
  await agent.reply('Hello, this is Mei.');
  await chat.getByText('Hello, this is Mei.').waitFor();
  await eventually(
    async () =>
      expect(
        await stand.query(`SELECT d.state FROM delivery d JOIN message m ON m.id = d.message_id
        WHERE m.text = 'Hello, this is Mei.'`),
      ).toEqual([{ state: 'read' }]),
    10_000,
  );
  await chat.getByLabel('Write a message').fill('Thank you Mei');
  const writes = desk.getByRole('status').getByText(/^Visitor .* is typing…$/);
  await writes.waitFor();
  expect(await axeViolations(desk)).toEqual([]);
  await chat.getByLabel('Write a message').press('Enter');
  await agent.thread().getByText('Thank you Mei').waitFor();
  // Long before its time would be over.
  await writes.waitFor({ state: 'detached', timeout: 3_000 });

  await page.reload();
  await page.getByRole('button', { name: 'Open chat' }).click();
  const again = page.frameLocator('iframe');
  await again.getByText('Thank you Mei').waitFor();
  await again.getByText('Hello, this is Mei.').waitFor();
  expect(await again.getByRole('listitem').count()).toBe(await chat.getByRole('listitem').count());

  // Nothing of the desk goes along, and no token stands in an address.
  const asked: string[] = [];
  page.on('request', (request) => {
    asked.push(request.url());
    expect(request.headers()['cookie']).toBeUndefined();
  });
  await again.getByLabel('Write a message').fill('one more');
  await again.getByLabel('Write a message').press('Enter');
  await agent.thread().getByText('one more').waitFor();
  expect(asked.filter((url) => /session=|token=|Bearer/.test(url))).toEqual([]);
}, 90_000);

test('who the site signed in finds the same chat; what came while it was closed is counted; buttons answer', async () => {
  const page = await tab();
  const chat = await openChat(page);
  await chat.getByLabel('Write a message').waitFor();
  const token = siteToken('customer-9', 'Zoe Park');
  const identify = identifyOn(page);
  await identify(token);
  const said = async (key: string, entry: object): Promise<void> =>
    void (await stand.query(`SELECT append_entry_v1('site', 'user:customer-9', $1, $2)`, [key, JSON.stringify(entry)]));
  await chat.getByLabel('Write a message').fill('as Zoe');
  await chat.getByLabel('Write a message').press('Enter');
  await eventually(
    async () => expect(await stand.query(`SELECT FROM identity WHERE display_name = 'Zoe Park'`)).toHaveLength(1),
    10_000,
  );
  await chat.getByRole('log').getByText('as Zoe').first().waitFor();

  const before = await chat.getByRole('listitem').count();
  await page.getByRole('button', { name: 'Close chat' }).click();
  // As another process would write it.
  const buttons = [
    [
      { label: 'Refund', data: 'topic:refund' },
      { label: 'Help', url: 'https://shop.example/help' },
    ],
  ];
  await said('e2e buttons', { kind: 'ours', text: 'What is it about?', buttons });
  await page.getByRole('button', { name: /^Open chat \(\d\)$/ }).click();
  await chat.getByText('What is it about?').waitFor();
  expect(await chat.getByRole('link', { name: 'Help' }).getAttribute('href')).toBe('https://shop.example/help');
  await page.getByRole('button', { name: 'Close chat' }).waitFor();
  await chat.getByRole('button', { name: 'Refund' }).click();
  await eventually(
    async () =>
      expect(
        await stand.query(
          `SELECT extras->'content' AS content FROM message WHERE text = 'Refund' AND kind = 'inbound'`,
        ),
      ).toEqual([{ content: { type: 'button', label: 'Refund', data: 'topic:refund' } }]),
    10_000,
  );
  const [row] = await stand.query<{ seq: number }>(`SELECT seq::int FROM place_entry WHERE key = 'e2e buttons'`);
  await said('e2e edit', { kind: 'edit', target: row?.seq, text: 'What may it be about?' });
  await chat.getByText('What may it be about?').waitFor();
  await chat.getByText('Edited', { exact: true }).waitFor();
  expect(await chat.getByRole('listitem').count()).toBeGreaterThan(before);

  // Signed out: nothing of Zoe's is left on the page.
  await identify(null);
  await chat.getByText('as Zoe').first().waitFor({ state: 'detached' });
  expect(await chat.getByRole('listitem').count()).toBe(0);
  await identify(token);
  await chat.getByText('What may it be about?').waitFor();
}, 90_000);

test('what waits to be sent is of whoever wrote it, and never sent as the next person', async () => {
  const page = await tab();
  const chat = await openChat(page);
  const identify = identifyOn(page);
  const say = async (words: string): Promise<void> => {
    await chat.getByLabel('Write a message').fill(words);
    await chat.getByLabel('Write a message').press('Enter');
  };
  await identify(siteToken('customer-a', 'Ada'));
  await say('of Ada, at first');
  await eventually(
    async () => expect(await stand.query(`SELECT FROM message WHERE text = 'of Ada, at first'`)).toHaveLength(1),
    10_000,
  );
  let refused = 0;
  await page.route('**/chat/site/messages', (route) => {
    refused += 1;
    return route.fulfill({ status: 503, body: '{}' });
  });
  await say('of Ada, while it was away');
  await say('of Ada, behind it in the line');
  await eventually(() => expect(refused).toBeGreaterThan(1), 10_000);
  await chat.getByLabel('Write a message').fill('begun by Ada');
  await identify(siteToken('customer-b', 'Bob'));
  await chat.getByText('of Ada, while it was away').waitFor({ state: 'detached' });
  expect(await chat.getByLabel('Write a message').inputValue()).toBe('');
  await page.unroute('**/chat/site/messages');
  await say('of Bob');
  await eventually(
    async () => expect(await stand.query(`SELECT FROM message WHERE text = 'of Bob'`)).toHaveLength(1),
    20_000,
  );
  // Longer than what was refused twice waits before it is tried again.
  await page.waitForTimeout(3_000);
  const kept = await stand.query(`SELECT place, payload->>'text' AS text FROM place_entry
    WHERE payload->>'kind' = 'theirs' AND place IN ('user:customer-a', 'user:customer-b') ORDER BY place`);
  expect(kept).toEqual([
    { place: 'user:customer-a', text: 'of Ada, at first' },
    { place: 'user:customer-b', text: 'of Bob' },
  ]);
}, 90_000);

test('an older page does not bring back what was changed since', async () => {
  const place = 'user:customer-long';
  const said = async (key: string, entry: object): Promise<number> => {
    await stand.query(`SELECT append_entry_v1('site', $1, $2, $3)`, [place, key, JSON.stringify(entry)]);
    const [row] = await stand.query<{ seq: number }>(`SELECT seq::int FROM place_entry WHERE key = $1`, [key]);
    return row?.seq ?? 0;
  };
  const edited = await said('long edited', { kind: 'ours', text: 'as it was written' });
  const removed = await said('long removed', { kind: 'ours', text: 'to be removed' });
  await said('long edit 1', { kind: 'edit', target: edited, text: 'as it was changed at first' });
  await said('long edit 2', { kind: 'edit', target: removed, text: 'changed before it was removed' });
  await stand.query(
    `SELECT append_entry_v1('site', $1, 'long ' || n, jsonb_build_object('kind', 'ours', 'text', 'filler ' || n))
     FROM generate_series(1, 48) AS n`,
    [place],
  );
  await said('long edit 3', { kind: 'edit', target: edited, text: 'as it stands' });
  await said('long delete', { kind: 'delete', target: removed });
  const page = await tab();
  const chat = await openChat(page);
  await identifyOn(page)(siteToken('customer-long', 'Lou'));
  // Exact: at eight o'clock "filler 4" is followed by its time, "8:05".
  await chat.getByText('filler 48', { exact: true }).waitFor();
  await chat.getByRole('button', { name: 'Show earlier messages' }).click();
  await chat.getByText('as it stands').waitFor();
  expect(await chat.getByText(/changed|removed/).count()).toBe(0);
  expect(await chat.getByRole('listitem').count()).toBe(49);
}, 60_000);

test('a picture goes up and is shown, by its bytes', async () => {
  const page = await tab();
  const chat = await openChat(page);
  const buffer = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );
  await chat.getByLabel('Attach a file').setInputFiles({ name: 'proof.png', mimeType: 'image/png', buffer });
  await chat.getByRole('button', { name: 'Remove file: proof.png' }).waitFor();
  await chat.getByRole('button', { name: 'Send' }).click();
  const picture = chat.getByRole('img', { name: 'proof.png' });
  await picture.waitFor();
  expect(await picture.evaluate((image) => Reflect.get(image, 'naturalWidth'))).toBe(1);
}, 60_000);

test.each([
  { theme: 'light', language: 'en-GB', path: '' },
  { theme: 'dark', language: 'en-GB', path: '' },
  { theme: 'light', language: 'zh-CN', path: '/zh' },
] as const)(
  'axe finds nothing wrong: $theme, $language',
  async ({ theme, language, path }) => {
    const page = await tab({ theme, language, width: 390, height: 800 });
    const chat = await openChat(page, `${shop}${path}`);
    await chat.getByLabel(language === 'zh-CN' ? '输入消息' : 'Write a message').fill('hello https://shop.example/');
    await chat.getByRole('button', { name: language === 'zh-CN' ? '发送' : 'Send' }).click();
    await chat.getByRole('listitem').nth(1).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    // The chat by itself, as a page of its own, with the same visitor's words.
    const frame = page.frames().find((one) => one.url().startsWith(stand.chat));
    const width = await frame?.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    expect(width).toBe(0);
    await page.goto(`${stand.chat}${path === '' ? '' : '?lang=zh'}`);
    await page.getByRole('textbox').fill('hello again');
    await page.getByRole('textbox').press('Enter');
    await page.getByRole('listitem').nth(1).waitFor();
    expect(await axeViolations(page)).toEqual([]);
  },
  60_000,
);

test('with the keyboard alone: open, write, leave', async () => {
  const page = await tab();
  await page.goto(shop);
  await page.getByRole('button', { name: 'Open chat' }).focus();
  await page.keyboard.press('Enter');
  const chat = page.frameLocator('iframe');
  await chat.getByLabel('Write a message').waitFor();
  await chat.locator('textarea:focus').waitFor();
  await page.keyboard.type('by keyboard');
  await page.keyboard.press('Enter');
  await chat.getByRole('log').getByText('by keyboard').first().waitFor();
  await page.keyboard.press('Escape');
  await page.locator('iframe').waitFor({ state: 'hidden' });
  // An answer that comes only now is counted in its name.
  await page.locator('button[aria-label^="Open chat"]:focus').waitFor();
}, 60_000);

test('a site that is not allowed gets no chat', async () => {
  const { page, context } = await openTab(browser);
  await page.goto(thief);
  await page.getByRole('button', { name: 'Open chat' }).click();
  await page.waitForTimeout(1_000);
  expect(page.frames().filter((frame) => frame.url().startsWith(stand.chat))).toEqual([]);
  await context.close();
}, 60_000);

test('script, page and styles stay below 40 KB', async () => {
  const sizes = await Promise.all(
    ['', 'widget.js', 'chat.js', 'client.js', 'composer.js', 'kept-session.js', 'view.js', 'words.js', 'chat.css'].map(
      async (name) => {
        const response = await fetch(`${stand.chat}${name}`);
        expect(response.status).toBe(200);
        return gzipSync(Buffer.from(await response.arrayBuffer()), { level: 9 }).length;
      },
    ),
  );
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(WIDGET_BYTES);
});
