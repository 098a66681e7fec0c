import type { Browser, Page } from 'playwright-core';
import { eventually } from '../eventually.ts';
import { type Look, openTab } from './chromium.ts';
import { drawnPicture, FILES_CHAT, sendEverything, THINGS_CHAT } from './media-thread.ts';
import type { SandboxServer } from './sandbox-server.ts';

/** The conversations the screens are about, once {@link fillSandbox} has made them. */
interface Filled {
  /** Taken, answered, with a secret, an edit, a note and a reply nobody knows the fate of. */
  full: string;
  bot: string;
  resolved: string;
  /** Its contact is blocked, and wrote again. */
  blocked: string;
  /** A customer's files of every kind, and an answer with one. */
  files: string;
  /** Places, contacts and everything else. */
  things: string;
}

const filled = new WeakMap<SandboxServer, Filled>();

const SEED = 'legal winner thank year wave sausage worth useful legal winner thank yellow';

/** Makes conversations in every state, through the same doors that people use. */
export async function fillSandbox(server: SandboxServer): Promise<void> {
  const call = async (path: string, body: object, session?: { cookie: string; csrf: string }): Promise<Response> => {
    const response = await fetch(`${server.address}/api/v1${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(session === undefined ? {} : { cookie: session.cookie, 'x-csrf-token': session.csrf }),
      },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  const say = (phone: number, text: string): Promise<Response> => call('/sandbox/say', { phone, text });
  const settled = (): Promise<unknown> =>
    eventually(
      async () => {
        const [row] = await server.query<{ n: number }>(
          `SELECT ((SELECT count(*) FROM message WHERE state = 'new')
            + (SELECT count(*) FROM delivery WHERE state IN ('pending', 'sending', 'retry', 'unknown')))::int AS n`,
        );
        return row?.n === 0;
      },
      30_000,
      100,
    );
  const conversationOf = async (name: string): Promise<string> => {
    const rows = await server.query<{ id: string }>(
      `SELECT c.id FROM conversation c JOIN contact p ON p.id = c.contact_id WHERE p.display_name = '${name}'`,
    );
    return rows[0]?.id ?? '';
  };

  await Promise.all([
    say(1001, 'My deposit has not arrived'),
    say(1002, '我的充值没到账'),
    say(1003, '入金がまだ反映されていません'),
    say(1004, '상담원과 이야기하고 싶어요'),
    say(1005, 'Quiero hablar con una persona'),
    say(1006, 'Мой депозит не пришёл'),
  ]);
  // Stored before it is asked whether all is done.
  await eventually(
    async () => (await server.query(`SELECT FROM message WHERE kind = 'inbound'`)).length === 6,
    10_000,
    50,
  );
  await settled();
  await say(1001, `Here are my 12 words: ${SEED}`);
  await eventually(
    async () => (await server.query(`SELECT FROM message WHERE kind = 'inbound'`)).length === 7,
    10_000,
    50,
  );
  await settled();

  const entered = await call('/session', { email: 'mei@parley.example', password: server.password });
  const { csrfToken } = (await entered.json()) as { csrfToken: string };
  const session = { cookie: entered.headers.get('set-cookie')?.split(';')[0] ?? '', csrf: csrfToken };
  const full = await conversationOf('Ann Miller');
  const resolved = await conversationOf('Lucía Fernández');
  const write = (kind: 'replies' | 'notes', id: string, text: string): Promise<Response> =>
    call(`/conversations/${id}/${kind}`, { id: crypto.randomUUID(), text }, session);
  await write(
    'replies',
    full,
    'Hello Ann, this is Mei. I have hidden your words; please move your funds to a new wallet.',
  );
  await write('notes', full, 'Seed phrase pasted. Told her to move the funds.');
  await settled();
  await say(1001, 'I will. It was 5 BTC by the way');
  const state = (await (await fetch(`${server.address}/api/v1/sandbox/state`)).json()) as {
    phones: { id: number; messages: { id: number; from: string }[] }[];
  };
  const last = state.phones.find(({ id }) => id === 1001)?.messages.findLast(({ from }) => from === 'customer');
  await call('/sandbox/edit', { phone: 1001, message: last?.id, text: 'I will. It was 0.5 BTC by the way' });
  await call('/sandbox/troubles', { kind: 'cut_reply' });
  await write('replies', full, 'Thank you. Your transfer has 3 of 6 confirmations.');
  await write('replies', resolved, 'Hola, ¿en qué puedo ayudarle?');
  await settled();
  const [{ version } = { version: 0 }] = await server.query<{ version: number }>(
    `SELECT owner_version::int AS version FROM conversation WHERE id = '${resolved}'`,
  );
  await call(`/conversations/${resolved}/resolve`, { expectedOwnerVersion: version }, session);
  const blocked = await conversationOf('佐藤美咲');
  await call(`/conversations/${blocked}/block`, { id: crypto.randomUUID(), term: 'day', reason: 'Threats' }, session);
  await say(1003, 'もしもし');
  await say(1003, '返事をください');
  await eventually(
    async () => (await server.query(`SELECT FROM message WHERE state_reason = 'blocked'`)).length === 2,
    10_000,
    50,
  );
  await settled();
  await sendEverything(server);
  const files = await conversationOf(FILES_CHAT.name);
  const things = await conversationOf(THINGS_CHAT.name);
  const picture = crypto.randomUUID();
  const uploaded = await fetch(
    `${server.address}/api/v1/conversations/${files}/attachments?id=${picture}&name=where-to-sign.jpg`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream', cookie: session.cookie, 'x-csrf-token': session.csrf },
      body: new Uint8Array(await drawnPicture(900, 600, '#2a9d8f')),
    },
  );
  if (!uploaded.ok) throw new Error(`upload: ${uploaded.status} ${await uploaded.text()}`);
  const [asked] = await server.query<{ id: string }>(
    `SELECT id FROM message WHERE conversation_id = '${files}' AND text = 'Here is the receipt'`,
  );
  const reply = { text: 'Please sign here', attachmentIds: [picture], replyToMessageId: asked?.id };
  await call(`/conversations/${files}/replies`, { id: crypto.randomUUID(), ...reply }, session);
  await write('replies', things, 'No, we give nothing away. Do not press anything there.');
  await settled();
  filled.set(server, { blocked, full, bot: await conversationOf('王伟'), resolved, files, things });
}

/** One thing to look at. */
interface Screen {
  name: string;
  as: 'nobody' | 'lead' | 'agent' | 'admin';
  address(conversations: Filled): string;
  /** The dock beside the page, or instead of it where it is narrow. */
  dock?: boolean;
  /** Leads from the address to the screen; must not depend on the page's language. */
  reach?(page: Page): Promise<unknown>;
  /** Only where the window is wide or narrow. */
  only?: 'wide' | 'narrow';
}

const dockPart =
  (part: string) =>
  async (page: Page): Promise<void> => {
    await page.locator(`input[value="${part}"]`).check({ force: true });
  };
const press =
  (...keys: string[]) =>
  async (page: Page): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };

/** Every screen and state of the page. */
export const SCREENS: readonly Screen[] = [
  { name: 'sign-in', as: 'nobody', address: () => '/' },
  {
    name: 'sign-in-refused',
    as: 'nobody',
    address: () => '/',
    async reach(page) {
      // Somebody unknown: five wrong ones for Mei would shut her out of the screens that follow.
      await page.locator('input[type="email"]').fill('nobody@parley.example');
      await page.locator('input[type="password"]').fill('not the password');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
    },
  },
  { name: 'list-mine', as: 'lead', address: () => '/inbox/mine' },
  { name: 'list-unassigned', as: 'lead', address: () => '/inbox/unassigned' },
  { name: 'list-empty', as: 'agent', address: () => '/inbox/mine' },
  {
    name: 'list-filtered',
    as: 'lead',
    address: () => '/inbox/all',
    async reach(page) {
      await page.getByRole('searchbox').fill('nobody is called so');
    },
  },
  { name: 'thread', as: 'lead', address: ({ full }) => `/inbox/mine/${full}` },
  { name: 'thread-of-a-colleague', as: 'agent', address: ({ full }) => `/inbox/all/${full}` },
  { name: 'thread-bot', as: 'lead', address: ({ bot }) => `/inbox/bot/${bot}` },
  { name: 'thread-resolved', as: 'lead', address: ({ resolved }) => `/inbox/resolved/${resolved}` },
  { name: 'thread-blocked', as: 'lead', address: ({ blocked }) => `/inbox/bot/${blocked}` },
  {
    name: 'block-dialog',
    as: 'lead',
    address: ({ bot }) => `/inbox/bot/${bot}`,
    async reach(page) {
      await page.locator('main header button:has(svg.lucide-ban)').click();
      await page.getByRole('dialog').waitFor();
    },
  },
  { name: 'thread-files', as: 'lead', address: ({ files }) => `/inbox/mine/${files}` },
  {
    name: 'thread-files-above',
    as: 'lead',
    address: ({ files }) => `/inbox/mine/${files}`,
    async reach(page) {
      await page.locator('[data-attachment="photo"]').first().scrollIntoViewIfNeeded();
    },
  },
  { name: 'thread-things', as: 'lead', address: ({ things }) => `/inbox/mine/${things}` },
  {
    name: 'lightbox',
    as: 'lead',
    address: ({ files }) => `/inbox/mine/${files}`,
    async reach(page) {
      await page.locator('[data-album] button').first().click();
      await page.getByRole('dialog').locator('img').waitFor();
    },
  },
  {
    name: 'message-menu',
    as: 'lead',
    address: ({ things }) => `/inbox/mine/${things}`,
    async reach(page) {
      await page.locator('[data-message-menu]').nth(-2).press('Enter');
      await page.getByRole('menu').waitFor();
    },
  },
  {
    name: 'message-editor',
    as: 'lead',
    address: ({ things }) => `/inbox/mine/${things}`,
    async reach(page) {
      await page.locator('[data-message-menu]').last().press('Enter');
      await page.getByRole('menuitem').nth(1).click();
      await page.locator('article textarea').waitFor();
    },
  },
  {
    name: 'delete-dialog',
    as: 'lead',
    address: ({ things }) => `/inbox/mine/${things}`,
    async reach(page) {
      await page.locator('[data-message-menu]').last().press('Enter');
      await page.getByRole('menuitem').nth(2).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'composer-files',
    as: 'lead',
    address: ({ files }) => `/inbox/mine/${files}`,
    async reach(page) {
      await page.locator('[data-message-menu]').nth(-2).press('Enter');
      await page.getByRole('menuitem').first().click();
      await page.locator('[data-attach]').setInputFiles([
        { name: 'receipt.jpg', mimeType: 'image/jpeg', buffer: await drawnPicture(600, 400, '#e76f51') },
        { name: 'terms.txt', mimeType: 'text/plain', buffer: Buffer.from('The terms.') },
        { name: 'nothing.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) },
      ]);
      await page.locator('[data-upload="there"]').nth(1).waitFor();
    },
  },
  { name: 'thread-gone', as: 'agent', address: () => '/inbox/all/00000000-0000-7000-8000-000000000000' },
  { name: 'thread-note', as: 'lead', address: ({ full }) => `/inbox/mine/${full}`, reach: press('n') },
  {
    name: 'thread-long-reply',
    as: 'lead',
    address: ({ full }) => `/inbox/mine/${full}`,
    async reach(page) {
      await page.locator('main textarea').fill('A long answer. '.repeat(300));
    },
  },
  {
    name: 'assign-menu',
    as: 'lead',
    address: ({ full }) => `/inbox/mine/${full}`,
    async reach(page) {
      await page.keyboard.press('a');
      await page.getByRole('menu').waitFor();
    },
  },
  {
    name: 'account-menu',
    as: 'admin',
    address: () => '/inbox/mine',
    async reach(page) {
      await page.locator('button[aria-haspopup="menu"]:visible').first().click();
      await page.getByRole('menu').waitFor();
    },
  },
  {
    name: 'shortcuts',
    as: 'lead',
    address: () => '/inbox/mine',
    async reach(page) {
      await page.keyboard.press('Shift+Slash');
      await page.getByRole('dialog').waitFor();
    },
  },
  { name: 'settings-you', as: 'lead', address: () => '/settings/you' },
  { name: 'settings-sessions', as: 'lead', address: () => '/settings/sessions' },
  { name: 'settings-blocked', as: 'lead', address: () => '/settings/blocked' },
  { name: 'settings-channels', as: 'lead', address: () => '/settings/channels' },
  { name: 'settings-people', as: 'admin', address: () => '/settings/people' },
  { name: 'settings-teams', as: 'admin', address: () => '/settings/teams' },
  { name: 'settings-queue', as: 'admin', address: () => '/settings/queue' },
  {
    name: 'settings-new-person',
    as: 'admin',
    address: () => '/settings/people',
    async reach(page) {
      await page
        .locator('main button:visible')
        .filter({ hasText: /Add|添加/ })
        .first()
        .click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'connection-lost',
    as: 'lead',
    address: ({ full }) => `/inbox/mine/${full}`,
    async reach(page) {
      await page.evaluate('window.dispatchEvent(new Event("offline"))');
      await page.waitForTimeout(1_800);
    },
  },
  { name: 'dock-phone', as: 'lead', address: ({ full }) => `/inbox/mine/${full}`, dock: true },
  { name: 'dock-trouble', as: 'lead', address: () => '/inbox/mine', dock: true, reach: dockPart('trouble') },
  { name: 'dock-steps', as: 'lead', address: () => '/inbox/mine', dock: true, reach: dockPart('steps') },
  {
    name: 'dock-new-customer',
    as: 'lead',
    address: () => '/inbox/mine',
    dock: true,
    async reach(page) {
      await page.locator('fieldset:has(input[value="1001"]) + button').click();
    },
  },
  {
    name: 'dock-editing',
    as: 'lead',
    address: () => '/inbox/mine',
    dock: true,
    async reach(page) {
      await page.locator('[role="log"] button').last().click({ force: true });
    },
  },
];

const EMAILS = { lead: 'mei@parley.example', agent: 'tom@parley.example', admin: 'ada@parley.example' } as const;

export interface ScreensOptions {
  browser: Browser;
  /** Filled by {@link fillSandbox}. */
  server: SandboxServer;
  look: Look;
  /** Only these, by name. */
  names?: readonly string[];
}

/** Goes through the screens, one browser profile for each person, and calls `see` at each. */
export async function openScreens(
  { browser, server, look, names }: ScreensOptions,
  see: (shown: { name: string; page: Page; troubles: string[] }) => Promise<void>,
): Promise<void> {
  const conversations = filled.get(server);
  if (conversations === undefined) throw new Error('fillSandbox was not called');
  const narrow = (look.width ?? 1440) < 1024;
  const language = look.language?.startsWith('zh') === true ? 'zh' : 'en';
  for (const person of ['nobody', 'lead', 'agent', 'admin'] as const) {
    const screens = SCREENS.filter(({ as, only, name }) => {
      return as === person && (only === undefined || (only === 'narrow') === narrow) && names?.includes(name) !== false;
    });
    if (screens.length === 0) continue;
    const { context, page, troubles } = await openTab(browser, look);
    const preferences = JSON.stringify({ theme: 'system', language, dockOpen: true, enterSends: false });
    await context.addInitScript(`localStorage.setItem('parley.preferences', '${preferences}')`);
    if (person !== 'nobody') {
      await context.request.post(`${server.address}/api/v1/session`, {
        data: { email: EMAILS[person], password: server.password },
        headers: { origin: server.address },
      });
    }
    for (const { name, address, dock, reach } of screens) {
      await page.goto(server.address + address(conversations));
      await page.locator('h1, h2').first().waitFor({ state: 'attached' });
      // Lists and threads come a moment later; skeletons are not what is looked at.
      await page.waitForTimeout(250);
      if (dock === true && narrow) await page.locator('nav input[value="phone"]').check({ force: true });
      await reach?.(page);
      await page.waitForTimeout(100);
      await see({ name, page, troubles });
    }
    await context.close();
  }
}
