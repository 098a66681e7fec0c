import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchBrowser, openTab } from '../kit/browser/chromium.ts';
import { type SandboxServer, startSandboxServer } from '../kit/browser/sandbox-server.ts';
import { createVisitor, type Visitor } from '../kit/browser/visitor.ts';
import { eventually } from '../kit/eventually.ts';

describe('a thread', () => {
  let server: SandboxServer;
  let browser: Browser;
  let mei: Visitor;

  /** The customer has written this often since somebody looked. */
  async function leaveUnread(count: number): Promise<void> {
    await server.query(`
      WITH place AS (
        SELECT c.id, c.thread_id, t.last_seq FROM conversation c JOIN thread t ON t.id = c.thread_id
        JOIN contact p ON p.id = c.contact_id WHERE p.display_name = 'Ann Miller'
      ), said AS (
        INSERT INTO message (id, thread_id, conversation_id, seq, kind, author_kind, text, state)
        SELECT gen_random_uuid(), thread_id, id, last_seq + n, 'inbound', 'contact', 'word ' || n, 'routed'
        FROM place, generate_series(1, ${count}) n
      ), moved AS (
        UPDATE thread t SET last_seq = t.last_seq + ${count} FROM place WHERE t.id = place.thread_id
      )
      UPDATE conversation c SET unread = ${count}, version = version + 1 FROM place WHERE c.id = place.id`);
  }

  /** Whether the divider and what comes after it are in sight. */
  async function opensAt(text: string): Promise<void> {
    const { page } = mei;
    const divider = page.locator('[data-unread]');
    await divider.waitFor();
    // The first text after the divider.
    const first = divider.locator('xpath=following::article[1]');
    await eventually(async () => expect(await first.textContent()).toMatch(new RegExp(`${text}(?!\\d)`)));
    await eventually(async () => {
      const [pane, line] = await Promise.all([mei.thread().boundingBox(), divider.boundingBox()]);
      const top = (line?.y ?? -1) - (pane?.y ?? 0);
      expect(top).toBeGreaterThanOrEqual(0);
      expect(top).toBeLessThan(pane?.height ?? 0);
    });
  }

  beforeAll(async () => {
    [server, browser] = await Promise.all([startSandboxServer(), launchBrowser()]);
    const { page } = await openTab(browser);
    await page.goto(server.address);
    mei = createVisitor(page);
    await mei.signIn('mei@parley.example', server.password);
    await mei.holdPhoneOf('Ann Miller');
    await mei.write('I want to talk to a person');
    await mei.openView('Unassigned');
    await mei.open('Ann Miller');
    await page.getByRole('button', { name: 'Take over' }).click();
    await page.getByRole('main').getByText('You', { exact: true }).waitFor();
  }, 150_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  test('opens where the unread begins, beyond the first page', async () => {
    await mei.page.goto(`${server.address}/inbox/bot`);
    await leaveUnread(90);
    await mei.openView('Mine');
    await mei.page.reload();
    await mei.open('Ann Miller');
    await opensAt('word 1');
    await mei.page.getByText('90 new messages').waitFor();
  }, 60_000);

  test('opens there also when an earlier look is remembered', async () => {
    await mei.openView('With the bot');
    await mei.page.keyboard.press('Escape');
    await leaveUnread(70);
    // The change is told of by the log of changes within two seconds.
    await mei.openView('Mine');
    await mei.page.getByText('70 unread messages').waitFor({ state: 'attached' });
    await mei.open('Ann Miller');
    await opensAt('word 1');
    await mei.thread().getByText('70 new messages').waitFor();
  }, 60_000);

  test('of more than 200 it opens at the earliest loaded and offers the rest', async () => {
    await mei.openView('With the bot');
    await mei.page.keyboard.press('Escape');
    await leaveUnread(290);
    await mei.openView('Mine');
    await mei.page.getByText('290 unread messages').waitFor({ state: 'attached' });
    await mei.page.reload();
    await mei.open('Ann Miller');
    await opensAt('word 91');
    await mei.page.getByRole('button', { name: '90 earlier new messages' }).click();
    await opensAt('word 1');
    expect(await mei.page.getByRole('button', { name: /earlier new/ }).count()).toBe(0);
  }, 60_000);

  test('a part that failed says why in the agent’s language, and asks for nobody once it is dismissed', async () => {
    const { page } = mei;
    await page.getByRole('button', { name: 'Block the bot' }).click();
    await mei.phone().getByText('has blocked the bot').waitFor();
    await mei.reply('Can you hear me?');
    const part = mei.thread().locator('[data-delivery="failed"]');
    await part.waitFor();
    expect(await part.textContent()).toBe('Not sent · the customer has blocked us or is gone');
    await page.getByText('Check delivery').waitFor();

    await page.evaluate(`localStorage.setItem('parley.preferences', JSON.stringify({ language: 'zh' }))`);
    await page.reload();
    await part.waitFor();
    expect(await part.textContent()).toBe('未发送成功 · 客户已屏蔽我们或账号已不存在');
    await mei.thread().getByRole('button', { name: '忽略' }).click();
    await mei.thread().getByText('客服已忽略').waitFor();
    await eventually(async () => expect(await page.getByText('请检查送达').count()).toBe(0));
    expect(await mei.thread().getByRole('button', { name: '重新发送' }).count()).toBe(0);
    const rows = await server.query(`SELECT state FROM delivery WHERE state = 'failed' AND attention_at IS NULL`);
    expect(rows).toEqual([{ state: 'failed' }]);
  }, 60_000);
});
