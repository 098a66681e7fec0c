import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser, openTab } from '../kit/browser/chromium.ts';
import { type SandboxServer, startSandboxServer } from '../kit/browser/sandbox-server.ts';
import { createVisitor, type Visitor } from '../kit/browser/visitor.ts';
import { eventually } from '../kit/eventually.ts';

/** Types into what has the focus as an input method does: letters that are not decided yet. */
async function compose(page: Page, text: string): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
  await devtools.detach();
}

describe('people at the desk', () => {
  let server: SandboxServer;
  let browser: Browser;
  let mei: Visitor;
  let tom: Visitor;

  /** A customer who asked for a person. */
  async function ask(name: string, text: string): Promise<void> {
    await mei.holdPhoneOf(name);
    await mei.write(text);
    await mei.phone().getByText(text).waitFor();
  }

  beforeAll(async () => {
    [server, browser] = await Promise.all([startSandboxServer(), launchBrowser()]);
    const tabs = await Promise.all([openTab(browser), openTab(browser)]);
    await Promise.all(tabs.map(({ page }) => page.goto(server.address)));
    [mei, tom] = tabs.map(({ page }) => createVisitor(page)) as [Visitor, Visitor];
    await Promise.all([
      mei.signIn('mei@parley.example', server.password),
      tom.signIn('tom@parley.example', server.password),
    ]);
  }, 150_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  test('of two who take the same conversation one has it, and the other is told who', async () => {
    await ask('Ann Miller', 'I want to talk to a person');
    for (const one of [mei, tom]) {
      await one.openView('Unassigned');
      await one.open('Ann Miller');
      await one.page.getByRole('button', { name: 'Take over' }).waitFor();
    }
    // Tom's page still shows what was when Mei takes it: what would tell it is held back.
    await tom.page.route(/\/api\/v1\/conversations\//, async (route) => {
      if (route.request().method() === 'GET') await route.abort();
      else await route.continue();
    });
    await mei.page.getByRole('button', { name: 'Take over' }).click();
    await mei.page.getByRole('main').getByText('You', { exact: true }).waitFor();
    await tom.page.getByRole('button', { name: 'Take over' }).click();
    await tom.page.getByText('Mei Tan took this conversation a moment ago').waitFor();
    await tom.page.unroute(/\/api\/v1\/conversations\//);
    await tom.page.reload();
    await tom.page.getByText('Mei Tan has this conversation').waitFor();
    const owners = await server.query<{ name: string }>(
      `SELECT a.name FROM conversation c JOIN agent a ON a.id = c.owner_agent WHERE c.owner_kind = 'agent'`,
    );
    expect(owners).toEqual([{ name: 'Mei Tan' }]);
  }, 60_000);

  test('an agent sees no conversation of a team that is not theirs; the lead does', async () => {
    await ask('王伟', '我要人工客服');
    await mei.openView('Unassigned');
    await mei.open('王伟');
    const address = mei.page.url();
    await tom.openView('All');
    await tom.page.getByRole('region', { name: 'Conversations' }).getByRole('link', { name: 'Ann Miller' }).waitFor();
    expect(await tom.page.getByRole('link', { name: '王伟' }).count()).toBe(0);
    await tom.page.goto(address);
    await tom.page.getByText('This conversation is not here').waitFor();
  }, 60_000);

  test('a cut reply is "probably delivered"; sent again it arrives a second time, and the step is ticked', async () => {
    await mei.openView('All');
    await mei.open('Ann Miller');
    await mei.holdPhoneOf('Ann Miller');
    await mei.showDock('Trouble');
    await mei.page.getByRole('button', { name: 'Start: Cut the next answer' }).click();
    await mei.page.getByText('strikes once more').waitFor();
    await mei.showDock('Phone');
    await mei.reply('Your transfer is confirmed.');
    await mei.phone().getByText('Your transfer is confirmed.').waitFor();
    await mei.phone().getByText('Arrived here, but the desk was not told').waitFor({ state: 'attached' });
    await mei.page.getByRole('main').getByText('Probably delivered').waitFor();
    await mei.page.getByRole('main').getByRole('button', { name: 'Send again' }).click();
    await eventually(async () => expect(await mei.phone().getByText('Your transfer is confirmed.').count()).toBe(2));
    await mei.page.getByRole('main').getByText('Sent again below').waitFor();
    await mei.showDock('First steps');
    await mei.page.getByText('Settle a cut reply (Done)').waitFor();
    await mei.showDock('Phone');
  }, 60_000);

  test('the same, but the agent knows that it arrived: nothing is sent', async () => {
    await mei.showDock('Trouble');
    await mei.page.getByRole('button', { name: 'Start: Cut the next answer' }).click();
    await mei.page.getByText('strikes once more').waitFor();
    await mei.showDock('Phone');
    await mei.reply('Is there anything else?');
    await mei.page.getByRole('main').getByRole('button', { name: 'It arrived' }).click();
    await mei.page.getByRole('main').getByText('Arrived, as an agent said').waitFor();
    expect(await mei.phone().getByText('Is there anything else?').count()).toBe(1);
  }, 60_000);

  test('what Telegram refuses for a while is told and arrives once, in order', async () => {
    await mei.showDock('Trouble');
    await mei.page.getByRole('button', { name: 'Start: Too many requests' }).click();
    await mei.page.getByText('strikes 2 more times').waitFor();
    await mei.showDock('Phone');
    await mei.reply('First');
    await mei.reply('Second');
    await mei.page.getByRole('main').getByText('Will be tried again').first().waitFor();
    await eventually(
      async () => {
        const texts = await mei
          .phone()
          .getByText(/^(?:First|Second)$/)
          .allTextContents();
        expect(texts).toEqual(['First', 'Second']);
      },
      25_000,
      100,
    );
  }, 60_000);

  test('a seed phrase is masked for the desk while the customer sees what they typed', async () => {
    await mei.holdPhoneOf('Ann Miller');
    await mei.page.getByRole('button', { name: /^Here are my 12 words/ }).click();
    await mei.phone().getByText('sausage').waitFor();
    await mei.page.getByRole('main').getByText('Seed phrase hidden').waitFor();
    expect(await mei.page.getByRole('main').getByText('sausage').count()).toBe(0);
  }, 30_000);

  test('an edited message shows what it said before; who blocked the bot is unreachable until they write', async () => {
    await mei.write('I sent 5 BTC');
    await mei.thread().getByText('I sent 5 BTC').waitFor();
    await mei.page.getByRole('button', { name: 'Change this message: I sent 5 BTC' }).click({ force: true });
    const field = mei.page.getByLabel('Message as Ann Miller');
    await eventually(async () => expect(await field.inputValue()).toBe('I sent 5 BTC'));
    await field.fill('I sent 0.5 BTC');
    await field.press('Enter');
    await mei.thread().getByText('I sent 0.5 BTC').waitFor();
    await mei.thread().getByText('Edited').first().waitFor();

    await mei.page.getByRole('button', { name: 'Block the bot' }).click();
    await mei.phone().getByText('has blocked the bot').waitFor();
    await mei.reply('Can you hear me?');
    // On a busy machine something of the bot's may have been on its way, too.
    const mine = mei.page.locator('[data-message]', { hasText: 'Can you hear me?' });
    await mine.getByText('Not sent').waitFor();
    expect(await mei.phone().getByText('Can you hear me?').count()).toBe(0);
    await mei.write('I can now');
    await mei.thread().getByText('I can now').waitFor();
    await mine.getByRole('button', { name: 'Send again' }).click();
    await mei.phone().getByText('Can you hear me?').waitFor();
  }, 60_000);

  test('Enter that ends a composition sends nothing, on the phone and at the desk', async () => {
    const { page } = mei;
    // What the page is told, so that it is known that these keys were the input method's.
    await page.evaluate(
      `window.composing = []; window.addEventListener('keydown', (event) => window.composing.push(event.isComposing), true)`,
    );
    const phone = page.getByLabel('Message as Ann Miller');
    await phone.focus();
    await compose(page, 'にゅうきん');
    expect(await phone.inputValue()).toBe('にゅうきん');
    await page.keyboard.press('Enter');
    const desk = page.getByLabel('Reply to Ann Miller');
    await desk.focus();
    await compose(page, 'ni hao');
    expect(await desk.inputValue()).toBe('ni hao');
    await page.keyboard.press('Control+Enter');
    expect(await page.evaluate('window.composing')).toEqual([true, true, true]);
    expect(await desk.inputValue()).toBe('ni hao');
    // What is written next goes the same way and overtakes nothing: once it is there, the others would be.
    await mei.write('After the keys');
    await mei.reply('Answered after the keys');
    await mei.phone().getByText('Answered after the keys').waitFor();
    await mei.thread().getByText('After the keys', { exact: true }).waitFor();
    const sent = await server.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM message WHERE text LIKE 'にゅう%' OR text LIKE 'ni hao%'`,
    );
    expect(sent).toEqual([{ n: 0 }]);
    expect(await mei.phone().getByText('にゅうきん').count()).toBe(0);
  }, 30_000);

  test('by keyboard alone: find, open, take, answer, resolve', async () => {
    await ask('Lucía Fernández', 'Quiero hablar con una persona');
    const { page } = tom;
    await page.goto(server.address);
    await page.getByRole('region', { name: 'Conversations' }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('u');
    await page.getByRole('link', { name: 'Lucía Fernández' }).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Lucía Fernández' }).waitFor();
    await page.keyboard.press('i');
    await page.getByRole('main').getByText('You', { exact: true }).waitFor();
    await page.keyboard.press('r');
    await page.keyboard.type('Hola, soy Tom.');
    await page.keyboard.press('Control+Enter');
    await mei.phone().getByText('Hola, soy Tom.').waitFor();
    // Out of the box first: single letters are for the desk only where nobody types.
    await page.keyboard.press('Escape');
    await page.keyboard.press('e');
    await eventually(async () => {
      const rows = await server.query<{ status: string }>(
        `SELECT c.status FROM conversation c JOIN contact p ON p.id = c.contact_id WHERE p.display_name LIKE 'Luc%'`,
      );
      expect(rows).toEqual([{ status: 'resolved' }]);
    });
  }, 60_000);
});
