import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page, WebSocketRoute } from 'playwright-core';
import { launchBrowser, openTab } from '../kit/browser/chromium.ts';
import { type SandboxServer, startSandboxServer } from '../kit/browser/sandbox-server.ts';
import { createVisitor, type Visitor } from '../kit/browser/visitor.ts';
import { eventually } from '../kit/eventually.ts';

/** The page's WebSocket with a pair of scissors at it. */
async function holdLive(page: Page): Promise<{ cut(): Promise<void>; opened(): number }> {
  const open: WebSocketRoute[] = [];
  let count = 0;
  await page.routeWebSocket(/\/api\/v1\/live$/, (socket) => {
    open.push(socket);
    count += 1;
    socket.connectToServer();
  });
  return {
    opened: () => count,
    async cut() {
      for (const socket of open.splice(0)) await socket.close({ code: 1012 });
    },
  };
}

describe('the whole story in a browser', () => {
  let server: SandboxServer;
  let browser: Browser;
  let visitor: Visitor;
  let page: Page;
  let troubles: string[];
  let live: Awaited<ReturnType<typeof holdLive>>;

  beforeAll(async () => {
    [server, browser] = await Promise.all([startSandboxServer(), launchBrowser()]);
    const tab = await openTab(browser);
    ({ page, troubles } = tab);
    visitor = createVisitor(page);
    live = await holdLive(page);
    await page.goto(server.address);
  }, 150_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  test('a customer writes on the phone before anybody has signed in, and the bot answers', async () => {
    await visitor.holdPhoneOf('Ann Miller');
    await visitor.write('My deposit has not arrived');
    await visitor.phone().getByText('My deposit has not arrived').waitFor();
    await visitor.phone().getByText('A deposit is credited once').waitFor();
  }, 30_000);

  test('she asks for a person; the agent signs in and finds her', async () => {
    await visitor.write('I want to talk to a person');
    await visitor.phone().getByText('A person will answer you here').waitFor();
    await visitor.signIn('mei@parley.example', server.password);
    await visitor.openView('Unassigned');
    await visitor.open('Ann Miller');
    await visitor.thread().getByText('My deposit has not arrived').waitFor();
    await visitor.thread().getByText('A deposit is credited once').waitFor();
  }, 30_000);

  test('the agent takes over and replies; the customer sees it, and the page says that it was sent', async () => {
    await page.getByRole('button', { name: 'Take over' }).click();
    await page.getByRole('main').getByText('You', { exact: true }).waitFor();
    await visitor.reply('Hello Ann, this is Mei. I am looking into it.');
    await visitor.phone().getByText('this is Mei').waitFor();
    const said = visitor.thread().getByText('this is Mei');
    await said.waitFor();
    await eventually(async () =>
      expect(await page.locator('[data-delivery="sent"]').count()).toBeGreaterThanOrEqual(3),
    );
    expect(await page.getByRole('main').getByText('Probably delivered').count()).toBe(0);
  }, 30_000);

  test('a customer who goes on writing appears at once, without a reload', async () => {
    await visitor.write('It was 0.5 BTC, sent this morning');
    await visitor.thread().getByText('0.5 BTC').waitFor();
  }, 30_000);

  test('a reload shows the same: signed in, the conversation open, everything in it', async () => {
    await page.reload();
    await page.getByRole('heading', { name: 'Ann Miller' }).waitFor();
    for (const text of ['My deposit has not arrived', 'this is Mei', '0.5 BTC']) {
      await visitor.thread().getByText(text).waitFor();
      await visitor.phone().getByText(text).waitFor();
    }
  }, 30_000);

  test('while the connection is cut a customer writes; it is there once the page has reconnected', async () => {
    const before = live.opened();
    await live.cut();
    await visitor.write('Are you still there?');
    await visitor.thread().getByText('Are you still there?').waitFor();
    await eventually(() => expect(live.opened()).toBeGreaterThan(before));
    await visitor.write('Hello?');
    await visitor.thread().getByText('Hello?', { exact: true }).waitFor();
  }, 40_000);

  test('the worker is killed, and nothing is lost: neither what customers write nor what the agent does', async () => {
    await visitor.showDock('Trouble');
    await page.getByRole('button', { name: 'Kill the worker' }).click();
    await page.getByText('gone, back in a moment').waitFor();
    // All of this while there is no worker.
    await visitor.reply('Yes, I am. The network was slow.');
    await visitor.showDock('Phone');
    await visitor.holdPhoneOf('Lucía Fernández');
    await visitor.write('Mi depósito no llegó');
    await visitor.phone().getByText('Mi depósito no llegó').waitFor();
    // The greeting and the answer.
    await eventually(async () => expect(await visitor.phone().getByText('Support:').count()).toBe(2), 20_000, 50);
    await visitor.holdPhoneOf('Ann Miller');
    await visitor.phone().getByText('The network was slow').waitFor();
    expect(await visitor.phone().getByText('The network was slow').count()).toBe(1);
  }, 60_000);

  test('the agent hands back to the bot, takes again, resolves; the steps tick themselves', async () => {
    await page.getByRole('button', { name: 'Hand back to the bot' }).click();
    await page.getByRole('main').getByText('handed this back to the bot').waitFor();
    await page.getByRole('button', { name: 'Take over' }).click();
    await eventually(async () => expect(await page.getByRole('main').getByText('You took over').count()).toBe(2));
    await page.getByRole('button', { name: 'Resolve' }).click();
    await visitor.openView('Resolved');
    await page.getByRole('region', { name: 'Conversations' }).getByRole('link', { name: 'Ann Miller' }).waitFor();
    await visitor.showDock('First steps');
    await page.getByText('5 of 6 done').waitFor();
  }, 40_000);

  test('a resolved matter comes back when the customer writes again', async () => {
    await visitor.showDock('Phone');
    await visitor.write('It is still missing');
    await visitor.openView('All');
    await visitor.open('Ann Miller');
    await visitor.thread().getByText('It is still missing').waitFor();
  }, 30_000);

  test('what was written during all that is in the store once each, and the page threw nothing', async () => {
    const rows = await server.query<{ text: string; n: number }>(
      `SELECT text, count(*)::int AS n FROM message WHERE kind IN ('inbound', 'outbound') AND author_kind IN ('contact', 'agent')
       GROUP BY text HAVING count(*) <> 1`,
    );
    expect(rows).toEqual([]);
    const open = await server.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM delivery WHERE state NOT IN ('sent', 'cancelled', 'superseded')`,
    );
    expect(open).toEqual([{ n: 0 }]);
    expect(troubles).toEqual([]);
  });
});
