import type { Browser, Page } from 'playwright-core';
import { type Look, openTab } from './chromium.ts';
import type { Filled } from './fill-sandbox.ts';
import { drawnPicture } from './media-thread.ts';
import type { SandboxServer } from './sandbox-server.ts';
import { watchSettling } from './settling.ts';

/** One thing to look at. */
interface Screen {
  name: string;
  as: 'nobody' | 'lead' | 'agent' | 'admin';
  address(conversations: Filled): string;
  /** The dock beside the page, or instead of it where it is narrow. */
  dock?: boolean;
  /** Leads from the address to the screen; must not depend on the page's language. */
  reach?(page: Page): Promise<unknown>;
}

const dockPart =
  (part: string) =>
  async (page: Page): Promise<void> => {
    await page.locator(`input[value="${part}"]`).check({ force: true });
  };
/** People and places of the demo server; the numbers are in every language the same. */
const KAI = '200000000000000002';
const CHEN = '200000000000000003';
const SUPPORT = '300000000000000003';
const FORUM = '300000000000000004';
const discordPlace =
  (person: string, place: string) =>
  async (page: Page): Promise<void> => {
    await dockPart('discord')(page);
    await page.locator(`input[value="${person}"]`).check({ force: true });
    await page.locator(`input[value="${place}"]`).check({ force: true });
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
  { name: 'thread-letters', as: 'lead', address: ({ letters }) => `/inbox/all/${letters}` },
  {
    name: 'letter-formatted',
    as: 'lead',
    address: ({ letters }) => `/inbox/all/${letters}`,
    async reach(page) {
      await page.locator('button:has(svg.lucide-file-code-corner), button:has(svg.lucide-file-code-2)').first().click();
      await page.locator('iframe').waitFor();
    },
  },
  { name: 'letter-claimed', as: 'lead', address: ({ claimed }) => `/inbox/all/${claimed}` },
  { name: 'list-filed', as: 'lead', address: () => '/inbox/filed' },
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
      // Where the next try succeeds the loss is over before anybody is told of it.
      await page.evaluate(
        'window.WebSocket = class extends EventTarget { close() {} send() {} }; window.dispatchEvent(new Event("offline"))',
      );
      await page.locator('svg.lucide-wifi-off').waitFor();
    },
  },
  { name: 'dock-phone', as: 'lead', address: ({ full }) => `/inbox/mine/${full}`, dock: true },
  { name: 'dock-mail', as: 'lead', address: () => '/inbox/mine', dock: true, reach: dockPart('mail') },
  { name: 'dock-discord', as: 'lead', address: () => '/inbox/mine', dock: true, reach: dockPart('discord') },
  {
    name: 'dock-discord-channel',
    as: 'lead',
    address: () => '/inbox/mine',
    dock: true,
    reach: discordPlace(KAI, SUPPORT),
  },
  { name: 'dock-discord-forum', as: 'lead', address: () => '/inbox/mine', dock: true, reach: discordPlace(KAI, FORUM) },
  {
    name: 'dock-discord-form',
    as: 'lead',
    address: () => '/inbox/mine',
    dock: true,
    reach: discordPlace(CHEN, SUPPORT),
  },
  {
    name: 'dock-web',
    as: 'lead',
    address: () => '/inbox/mine',
    dock: true,
    async reach(page) {
      await dockPart('web')(page);
      await page.frameLocator('iframe').getByRole('listitem').first().waitFor();
    },
  },
  {
    name: 'dock-side-by-side',
    as: 'lead',
    address: ({ full }) => `/inbox/mine/${full}`,
    dock: true,
    async reach(page) {
      const wide = page.locator('button:has(svg.lucide-columns-3)');
      if (await wide.isVisible()) await wide.click();
      await dockPart('web')(page);
      await page.frameLocator('iframe').getByRole('listitem').first().waitFor();
    },
  },
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
      await page.locator('[role="log"]:visible button').last().click({ force: true });
    },
  },
];

const EMAILS = { lead: 'mei@parley.example', agent: 'tom@parley.example', admin: 'ada@parley.example' } as const;

interface ScreensOptions {
  browser: Browser;
  server: SandboxServer;
  conversations: Filled;
  look: Look;
  /** Only these, by name. */
  names?: readonly string[];
}

/** Goes through the screens, one browser profile for each person, and calls `see` at each. */
export async function openScreens(
  { browser, server, conversations, look, names }: ScreensOptions,
  see: (shown: { name: string; page: Page; troubles: string[] }) => Promise<void>,
): Promise<void> {
  const narrow = (look.width ?? 1440) < 1024;
  const language = look.language?.startsWith('zh') === true ? 'zh' : 'en';
  for (const person of ['nobody', 'lead', 'agent', 'admin'] as const) {
    const screens = SCREENS.filter(({ as, name }) => as === person && names?.includes(name) !== false);
    if (screens.length === 0) continue;
    const { context, page, troubles } = await openTab(browser, look);
    const settled = watchSettling(page);
    const preferences = JSON.stringify({ theme: 'system', language, dockOpen: true, enterSends: false });
    await context.addInitScript(`if (window === top) localStorage.setItem('parley.preferences', '${preferences}')`);
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
      await settled();
      if (dock === true && narrow) await page.locator('nav input[value="phone"]').check({ force: true });
      await reach?.(page);
      await settled();
      await see({ name, page, troubles });
    }
    await context.close();
  }
}
