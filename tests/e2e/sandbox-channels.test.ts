import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core';
import { axeViolations } from '../kit/browser/accessibility.ts';
import { launchBrowser, openTab } from '../kit/browser/chromium.ts';
import { type SandboxServer, startSandboxServer } from '../kit/browser/sandbox-server.ts';
import { createVisitor, type Visitor } from '../kit/browser/visitor.ts';
import { eventually } from '../kit/eventually.ts';

describe('Discord and the web chat in the sandbox', () => {
  let server: SandboxServer;
  let browser: Browser;
  let page: Page;
  let mei: Visitor;
  let troubles: readonly string[];

  const dock = (): Locator => mei.dock();
  const log = (): Locator => dock().getByRole('log');
  const chat = (): FrameLocator => page.frameLocator('iframe');
  const choose = (name: string | RegExp): Promise<void> => mei.choose(name);
  const write = (text: string): Promise<void> => mei.writeInto(/^Discord message as/, text);
  const messages = (text: string): Locator => log().getByRole('article').filter({ hasText: text });

  beforeAll(async () => {
    [server, browser] = await Promise.all([startSandboxServer(), launchBrowser()]);
    ({ page, troubles } = await openTab(browser, { width: 1440, height: 1000 }));
    await page.goto(server.address);
    mei = createVisitor(page);
    await mei.signIn('mei@parley.example', server.password);
    await choose('Discord');
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  }, 30_000);

  test('a direct message with a picture; it is changed, answered, replied to and deleted', async () => {
    await dock().getByRole('button', { name: 'With a picture' }).click();
    await write('I want to talk to a person about tihs');
    await log().getByRole('img', { name: 'screen.png' }).waitFor();
    await mei.openView('Unassigned');
    await mei.open('Priya Nair');
    await mei.thread().getByText('a person about tihs').first().waitFor();
    await messages('about tihs').hover();
    await dock()
      .getByRole('button', { name: /^Change this message: I want/ })
      .click();
    await write('I want to talk to a person about this');
    await log().getByText('edited').waitFor();
    await mei.thread().getByText('a person about this').first().waitFor();
    await mei.page.getByRole('button', { name: 'Take over' }).click();
    await mei.reply('Which *one* do you mean?');
    // Seen as it was written: what would be a format on Discord is none.
    await log().getByText('Which *one* do you mean?').waitFor();
    await messages('Which *one*').hover();
    await dock().getByRole('button', { name: 'React with 👍: Which *one* do you mean?' }).click();
    await log().getByRole('button', { name: '👍 1' }).waitFor();
    await dock().getByRole('button', { name: 'Reply: Which *one* do you mean?' }).click();
    await write('The first');
    await mei.thread().getByText('The first').waitFor();
    await messages('The first').hover();
    await dock().getByRole('button', { name: 'Delete this message: The first' }).click();
    await messages('The first').waitFor({ state: 'detached' });
    await eventually(
      async () =>
        expect(await server.query(`SELECT FROM message WHERE text = 'The first' AND deleted_at IS NULL`)).toEqual([]),
      10_000,
    );
    expect(await axeViolations(page)).toEqual([]);
  }, 60_000);

  test('in a channel only what names the bot counts; the other customers see it', async () => {
    await choose(/^Kai Becker/);
    await choose('general');
    await write('nobody of you is meant');
    await dock().getByRole('button', { name: 'Begin by mentioning Support' }).click();
    await write('I want to talk to a person');
    await messages('@Support I want to talk to a person').first().waitFor();
    await mei.openView('Unassigned');
    await mei.open('Kai Becker');
    await mei.thread().getByText('I want to talk to a person').first().waitFor();
    expect(await server.query(`SELECT FROM message WHERE text LIKE '%nobody of you%'`)).toEqual([]);
    await choose(/^Priya Nair/);
    await choose('general');
    await messages('@Support I want to talk to a person').first().waitFor();
  }, 40_000);

  test('/support opens the form, and what is written goes on in a private thread', async () => {
    await choose(/^陈晨/);
    await choose('support');
    await dock().getByRole('button', { name: 'Use /support' }).click();
    await dock().getByText('Contact support', { exact: true }).waitFor();
    await dock().getByLabel('How can we help?').fill('I want to talk to a person, between us');
    await dock().getByRole('button', { name: 'Submit' }).click();
    await dock().getByText('Only you can see this').waitFor();
    await mei.openView('Unassigned');
    await mei.open('陈晨');
    await mei.thread().getByText('between us').first().waitFor();
    await mei.page.getByRole('button', { name: 'Take over' }).click();
    await mei.reply('Nobody else reads this.');
    await choose(/^Contact support/);
    await log().getByText('Nobody else reads this.').waitFor();
    await choose(/^Kai Becker/);
    expect(
      await dock()
        .getByRole('radio', { name: /^Contact support/ })
        .count(),
    ).toBe(0);
  }, 60_000);

  test('a question in the forum is answered in its post', async () => {
    await choose('questions');
    await dock().getByLabel('Title of the post').fill('About fees');
    await write('I want to talk to a person about fees');
    await choose('About fees');
    await log().getByText('I have passed your conversation on').waitFor();
  }, 40_000);

  test('without rights in the channel a reply fails and says so; it goes through once they are back', async () => {
    await choose('support');
    await write('I want to talk to a person in public');
    await eventually(
      async () => expect(await server.query(`SELECT FROM message WHERE text LIKE '%in public'`)).toHaveLength(1),
      10_000,
    );
    await mei.showDock('Trouble');
    await dock().getByRole('button', { name: 'Start: No rights in #support' }).click();
    await dock().getByText('on until you stop it').waitFor();
    const [row] = await server.query<{ id: string }>(
      `SELECT conversation_id AS id FROM message WHERE text LIKE '%in public'`,
    );
    await page.goto(`${server.address}/inbox/all/${row?.id}`);
    await page.getByRole('button', { name: 'Take over' }).click();
    await mei.reply('This one will not arrive.');
    await page
      .getByRole('main')
      .getByText(/give the bot "Send Messages"/)
      .first()
      .waitFor();
    await mei.showDock('Trouble');
    await dock().getByRole('button', { name: 'Stop: No rights in #support' }).click();
    await dock().getByText('Nothing is wrong at the moment').waitFor();
    await mei.reply('This one will.');
    await choose('Discord');
    await choose(/^Kai Becker/);
    await choose('support');
    await log().getByText('This one will.').waitFor();
    expect(await log().getByText('This one will not arrive.').count()).toBe(0);
  }, 60_000);

  test('what may not stand in public is not taken, and comes back to be changed', async () => {
    const box = page.getByLabel('Reply to Kai Becker');
    await box.fill('Your id is UID 20981234.');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByText('Not taken', { exact: false }).waitFor();
    await box.fill('begun since');
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('main').getByRole('button', { name: 'Change it' }).click();
    await page.getByText('Not taken', { exact: false }).waitFor({ state: 'detached' });
    expect(await box.inputValue()).toBe('Your id is UID 20981234.\n\nbegun since');
    await box.and(page.locator(':focus')).waitFor();
    await box.fill('');
  }, 40_000);

  test('the chat is the real one: a customer the site vouches for, then a stranger, each with their own', async () => {
    await page.getByLabel(/^Reply to/).focus();
    await choose('Web chat');
    await chat().getByLabel('Write a message').waitFor();
    await chat().getByLabel('Write a message').fill('I want to talk to a person on the site');
    await chat().getByLabel('Write a message').press('Enter');
    await chat().getByText('I have passed your conversation on').waitFor();
    await mei.openView('Unassigned');
    await mei.open('Grace Hall');
    await page.getByRole('button', { name: 'Take over' }).click();
    await mei.reply('Hello Grace.');
    await chat().getByText('Hello Grace.').waitFor();
    await choose('Stranger');
    await chat().getByText('Hello Grace.').waitFor({ state: 'detached' });
    await chat().getByLabel('Write a message').fill('from nobody');
    await chat().getByRole('button', { name: 'Send' }).click();
    await chat().getByRole('log').getByText('from nobody').waitFor();
    // What comes while another customer is shown does not come into the stranger's chat.
    await choose(/^Grace Hall/);
    await chat().getByText('Hello Grace.').waitFor();
    expect(await chat().getByText('from nobody').count()).toBe(0);
    const people = await server.query<{ name: string }>(
      `SELECT p.display_name AS name FROM contact p JOIN identity i ON i.contact_id = p.id
       WHERE i.channel = 'web' ORDER BY p.created_at`,
    );
    expect(people.map(({ name }) => name)).toEqual(['Grace Hall', expect.stringMatching(/^Visitor /)]);
    expect(await axeViolations(page)).toEqual([]);
  }, 60_000);

  test('a lost answer and a cut line: the chat says so, and everything is there once', async () => {
    await mei.showDock('Trouble');
    await dock().getByRole('button', { name: "Start: The chat's answer is lost" }).click();
    await dock().getByText('strikes once more').waitFor();
    await choose('Web chat');
    await chat().getByLabel('Write a message').fill('sent twice by the chat');
    await chat().getByLabel('Write a message').press('Enter');
    await mei.thread().getByText('sent twice by the chat').waitFor();
    await mei.showDock('Trouble');
    await dock().getByText('Nothing is wrong at the moment').waitFor();
    await dock().getByRole('button', { name: "Start: Visitors' lines are cut" }).click();
    await choose('Web chat');
    await chat().getByText('No connection. Trying again…').waitFor();
    await mei.reply('written while the line was cut');
    await mei.thread().getByText('written while the line was cut').waitFor();
    await mei.showDock('Trouble');
    await dock().getByRole('button', { name: "Stop: Visitors' lines are cut" }).click();
    await choose('Web chat');
    await chat().getByText('written while the line was cut').waitFor({ timeout: 30_000 });
    expect(await chat().getByText('sent twice by the chat').count()).toBe(1);
    expect(await server.query(`SELECT FROM message WHERE text = 'sent twice by the chat'`)).toHaveLength(1);
  }, 90_000);

  test('nothing but the chat may stand in a frame of the page', async () => {
    const [chatPage, otherPage] = ['/chat/sandbox-web/', '/'].map((path) => `${server.address}${path}`);
    const { headers } = await fetch(server.address);
    expect(headers.get('content-security-policy')).toMatch(new RegExp(`; frame-src ${chatPage}$`));
    expect((await fetch(chatPage ?? '')).headers.get('content-security-policy')).toContain(
      `frame-ancestors ${server.address} http://localhost:${new URL(server.address).port};`,
    );
    const refused = page.evaluate<string>(`new Promise((resolve) => {
      document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective));
      const frame = document.createElement('iframe');
      frame.src = '${otherPage}';
      document.body.append(frame);
      setTimeout(() => { frame.remove(); resolve('nothing'); }, 3000);
    })`);
    expect(await refused).toBe('frame-src');
  }, 30_000);

  test('by keyboard from channel to channel; the chat takes no focus of those who write elsewhere', async () => {
    await page.reload();
    await dock().getByRole('radio', { name: 'Phone' }).focus();
    for (const next of ['Mail', 'Discord', 'X', 'Web chat']) {
      await page.keyboard.press('ArrowRight');
      await eventually(async () =>
        expect(await dock().getByRole('radio', { name: next, exact: true }).isChecked()).toBe(true),
      );
    }
    await chat().getByText('Hello Grace.').waitFor();
    expect(await page.evaluate('document.activeElement.value')).toBe('web');
  }, 30_000);

  test.each(['light', 'dark'] as const)(
    'all customers side by side, %s: axe finds nothing, all of it works',
    async (theme) => {
      const { page: wide, context, troubles: wrong } = await openTab(browser, { width: 1920, height: 1000, theme });
      await wide.goto(server.address);
      const all = wide.getByRole('region', { name: 'Sandbox', exact: true });
      const toggle = all.getByRole('button', { name: 'Show all customers side by side' });
      await toggle.click();
      for (const name of ['Ann Miller', 'Olga Petrova', 'Priya Nair', 'Grace Hall']) {
        await all.getByRole('radio', { name: new RegExp(`^${name}`) }).waitFor({ state: 'attached' });
      }
      await wide.frameLocator('iframe').getByText('Hello Grace.').waitFor();
      expect(await axeViolations(wide)).toEqual([]);
      const width = await wide.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
      expect(width).toBe(0);
      await wide.reload();
      await all.getByRole('log', { name: /^What Priya Nair sees/ }).waitFor();
      await toggle.click();
      await all.getByRole('log', { name: /^What Priya Nair sees/ }).waitFor({ state: 'hidden' });
      expect(wrong).toEqual([]);
      await context.close();
    },
    60_000,
  );

  test('what is typed while signing in stays, however late it turns out that this is a sandbox and however wide the window is', async () => {
    const { page: late, context } = await openTab(browser);
    let answer = (): void => undefined;
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await late.route('**/api/v1/welcome', async (route) => {
      await asked;
      await route.continue();
    });
    await late.goto(server.address);
    await late.getByLabel('E-mail').fill('mei@parley.example');
    answer();
    await late.getByRole('region', { name: 'Sandbox', exact: true }).waitFor();
    expect(await late.getByLabel('E-mail').inputValue()).toBe('mei@parley.example');
    await late.setViewportSize({ width: 600, height: 900 });
    await late.getByRole('navigation', { name: 'Inbox or sandbox' }).waitFor();
    expect(await late.getByLabel('E-mail').inputValue()).toBe('mei@parley.example');
    await context.close();
  }, 30_000);

  test('nothing was thrown on the way', () => {
    expect(troubles.filter((one) => !one.includes('Content Security Policy'))).toEqual([]);
  });
});
