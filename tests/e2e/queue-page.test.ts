import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { axeViolations } from '../kit/browser/accessibility.ts';
import { launchBrowser, openTab } from '../kit/browser/chromium.ts';
import { type SandboxServer, startSandboxServer } from '../kit/browser/sandbox-server.ts';
import { watchSettling } from '../kit/browser/settling.ts';
import { createVisitor } from '../kit/browser/visitor.ts';

let server: SandboxServer;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([startSandboxServer(), launchBrowser()]);
}, 150_000);
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

test('an administrator sees the queue and rebuilds it; a lead is not led there', async () => {
  const { page, troubles, context } = await openTab(browser);
  const settled = watchSettling(page);
  await page.goto(server.address);
  await createVisitor(page).signIn('ada@parley.example', server.password);
  await page.goto(`${server.address}/settings/queue`);
  await page.getByText('Answers', { exact: true }).waitFor();
  const boxes = page.getByRole('table', { name: 'Mailboxes' }).locator('tbody tr');
  expect(await boxes.count()).toBe(2);
  // The sandbox has two processes, and the row of each tells what it does.
  expect(await page.getByText(/^heartbeat \d+ s ago$/).count()).toBe(2);
  expect(await axeViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Rebuild the queue' }).click();
  await page.getByText('The queue is rebuilt.').waitFor();
  expect(await server.query(`SELECT actor_kind FROM audit WHERE action = 'queue.rebuilt'`)).toEqual([
    { actor_kind: 'agent' },
  ]);
  expect(troubles).toEqual([]);

  // Dark and narrow.
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 380, height: 780 });
  await settled();
  expect(await axeViolations(page)).toEqual([]);
  const wider = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
  expect(await page.evaluate(wider)).toBe(0);
  await context.close();

  const lead = await openTab(browser);
  await lead.page.goto(server.address);
  await createVisitor(lead.page).signIn('mei@parley.example', server.password);
  await lead.page.goto(`${server.address}/settings/queue`);
  await lead.page.getByRole('link', { name: 'Blocked contacts' }).waitFor();
  expect(await lead.page.getByRole('link', { name: 'Queue' }).count()).toBe(0);
  expect(await lead.page.getByRole('button', { name: 'Rebuild the queue' }).count()).toBe(0);
}, 90_000);
