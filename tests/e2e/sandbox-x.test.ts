import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { axeViolations } from '../kit/browser/accessibility.ts';
import { launchBrowser, openTab } from '../kit/browser/chromium.ts';
import { type SandboxServer, startSandboxServer } from '../kit/browser/sandbox-server.ts';
import { createVisitor, type Visitor } from '../kit/browser/visitor.ts';
import { eventually } from '../kit/eventually.ts';

/** A picture of one point. */
const LOGO = {
  name: 'logo.png',
  mimeType: 'image/png',
  buffer: Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  ),
};

describe('X in the sandbox', () => {
  let server: SandboxServer;
  let browser: Browser;
  let page: Page;
  let mei: Visitor;
  let troubles: readonly string[];

  const dock = (): Locator => mei.dock();
  const log = (): Locator => dock().getByRole('log');
  const choose = (name: string | RegExp): Promise<void> => mei.choose(name);
  const show = (name: 'Posts' | 'Messages'): Promise<void> => dock().getByText(name, { exact: true }).click();
  const post = (text: string): Promise<void> => mei.writeInto(/^Post as .*(?<!now)$/, text);
  const direct = (text: string): Promise<void> => mei.writeInto(/^Direct message as/, text);
  const add = async (name: string): Promise<void> => {
    await dock().getByRole('button', { name: 'Add somebody on X' }).click();
    await dock().getByLabel('Name').fill(name);
    await dock().getByRole('button', { name: 'Add', exact: true }).click();
    // Until then what is written is somebody else's.
    await dock().getByLabel(`Post as ${name}`, { exact: true }).waitFor();
  };
  const step = (): Locator => page.getByRole('alertdialog', { name: 'Before it becomes public' });

  beforeAll(async () => {
    [server, browser] = await Promise.all([startSandboxServer(), launchBrowser()]);
    ({ page, troubles } = await openTab(browser, { width: 1440, height: 1000 }));
    await page.goto(server.address);
    mei = createVisitor(page);
    await mei.signIn('mei@parley.example', server.password);
    await choose('X');
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  }, 30_000);

  test('a mention becomes a draft, a person sends it, and the customer goes on in private: linked in one scroll', async () => {
    await post('my withdrawal is stuck, please help');
    await mei.openView('Unassigned');
    await mei.open('Ana Costa');
    await mei.thread().getByText('Mentioned us').waitFor();
    await page.getByText('Public: everybody on X can read your answer').waitFor();
    // The bot said nothing by itself.
    expect(await log().getByRole('article', { name: 'Post of Support' }).count()).toBe(0);
    const card = page.getByRole('region', { name: 'The bot would answer' });
    await card.getByText('Please send a direct message to @ExampleSupport', { exact: false }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await card.getByRole('button', { name: 'Send this' }).click();
    await step().getByText('Everybody can read this answer, for good.', { exact: false }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await step().getByRole('button', { name: 'Yes, send publicly' }).click();
    await log().getByRole('article', { name: 'Post of Support' }).waitFor();
    await log().getByText('Replying to @ana_costa').waitFor();
    await card.waitFor({ state: 'detached' });

    await log().getByRole('button', { name: 'Send a private message' }).click();
    await direct('here I am, my user id is 48151623');
    await page.getByText('The customer went on in another place.', { exact: false }).waitFor();
    await page.getByRole('link', { name: /^Open #/ }).click();
    await mei.thread().getByText('my user id is 48151623').first().waitFor();
    const began = page.locator('[data-origin]');
    await began.getByText('Public', { exact: true }).waitFor();
    await began.getByText('my withdrawal is stuck', { exact: false }).first().waitFor();
    expect(await page.getByText('Public: everybody on X').count()).toBe(0);
    // In private ids may be named, and nothing is asked twice.
    await mei.reply('Thank you, 48151623 is verified.');
    await log().getByText('48151623 is verified').waitFor();
    await show('Posts');
    expect(await log().getByText('48151623').count()).toBe(0);
    expect(await axeViolations(page)).toEqual([]);
  }, 90_000);

  test('data of an account does not become public, whoever presses what', async () => {
    await choose(/^Tom Okafor/);
    await post('where is my deposit? please help');
    await mei.openView('Unassigned');
    await mei.open('Tom Okafor');
    const box = page.getByLabel('Reply to Tom Okafor');
    await box.fill('Your id 20981234 and 0x52908400098527886E0F7030069857D2E4169EE7 are fine');
    await page.getByRole('button', { name: 'Send publicly', exact: true }).click();
    await step().getByText('Everybody would read this:', { exact: false }).waitFor();
    await step().getByText('20981234').waitFor();
    await step().getByText('a wallet address', { exact: false }).waitFor();
    expect(await step().getByRole('button', { name: 'Yes, send publicly' }).count()).toBe(0);
    expect(await axeViolations(page)).toEqual([]);
    await step().getByRole('button', { name: 'Change the text' }).click();
    await box.fill('We are on it');
    await step().waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Send publicly', exact: true }).click();
    // Back is back: nothing was sent, the words are there.
    await step().getByRole('button', { name: 'Back' }).click();
    expect(await box.inputValue()).toBe('We are on it');
    await page.getByRole('button', { name: 'Send publicly', exact: true }).click();
    await step().getByRole('button', { name: 'Yes, send publicly' }).click();
    await log().getByText('We are on it').waitFor();
    expect(await server.query(`SELECT FROM message WHERE text LIKE '%20981234%' AND kind = 'outbound'`)).toEqual([]);
  }, 60_000);

  test('files alone go out in the same two steps', async () => {
    await page.locator('[data-attach]').setInputFiles(LOGO);
    await page.getByRole('button', { name: `Remove ${LOGO.name}` }).waitFor();
    await page.getByRole('button', { name: 'Send publicly', exact: true }).click();
    await step().getByRole('button', { name: 'Yes, send publicly' }).click();
    await log().getByRole('article', { name: 'Post of Support' }).getByRole('img').waitFor({ timeout: 20_000 });
  }, 60_000);

  test('what the bot would say leaves alone what the agent wrote, with its files', async () => {
    await add('Rosa Lind');
    await post('how do I withdraw? please help');
    await mei.openView('Unassigned');
    await mei.open('Rosa Lind');
    const box = page.getByLabel('Reply to Rosa Lind');
    await box.fill('My own words');
    await page.locator('[data-attach]').setInputFiles(LOGO);
    await page.getByRole('button', { name: `Remove ${LOGO.name}` }).waitFor();
    const card = page.getByRole('region', { name: 'The bot would answer' });
    const proposed = (await card.locator('[data-suggested]').textContent()) ?? '';
    // Back is back to where it was asked.
    await card.getByRole('button', { name: 'Send this' }).click();
    await card.getByRole('button', { name: 'Back' }).click();
    expect(await box.inputValue()).toBe('My own words');
    await card.getByRole('button', { name: 'Send this' }).click();
    await step().getByText('Everybody can read this answer, for good.', { exact: false }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await step().getByRole('button', { name: 'Yes, send publicly' }).click();
    const sent = log().getByRole('article', { name: 'Post of Support' });
    await sent.getByText(proposed.slice(0, 40)).waitFor();
    expect(await sent.getByRole('img').count()).toBe(0);
    await card.waitFor({ state: 'detached' });
    expect(await box.inputValue()).toBe('My own words');
    await page.getByRole('button', { name: `Remove ${LOGO.name}` }).click();
    await box.fill('');
  }, 90_000);

  test('to change it first, what is written stays and the rest comes below it', async () => {
    await add('Sam Oyelaran');
    await post('my deposit is missing, please help');
    await mei.open('Sam Oyelaran');
    const box = page.getByLabel('Reply to Sam Oyelaran');
    await box.fill('Hello Sam.');
    const card = page.getByRole('region', { name: 'The bot would answer' });
    const proposed = (await card.locator('[data-suggested]').textContent()) ?? '';
    await card.getByRole('button', { name: 'Change it first' }).click();
    expect(await box.inputValue()).toBe(`Hello Sam.\n\n${proposed}`);
    await card.waitFor({ state: 'detached' });
  }, 60_000);

  test('Enter that is held, or pressed twice, passes neither the one step nor the other', async () => {
    await page.evaluate(`localStorage.setItem('parley.preferences', '{"enterSends":true}')`);
    await page.reload();
    const box = page.getByLabel('Reply to Sam Oyelaran');
    await box.fill('Pressed with a heavy hand');
    await box.press('Enter');
    await page.keyboard.press('Enter');
    await step().and(page.locator('[data-public-step=fine]')).waitFor();
    await page.keyboard.press('Enter');
    for (let repeats = 0; repeats < 5; repeats += 1) await page.keyboard.down('Enter');
    await page.keyboard.up('Enter');
    // The keys of the step are its own: the next one leads on, and Escape leads back into the text.
    await step().and(page.locator(':focus')).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await step().waitFor({ state: 'detached' });
    expect(await box.inputValue()).toBe('Pressed with a heavy hand');
    await box.and(page.locator(':focus')).waitFor();
    expect(await server.query(`SELECT FROM message WHERE text LIKE 'Pressed with%'`)).toEqual([]);

    // Held from the text on.
    for (let repeats = 0; repeats < 5; repeats += 1) await page.keyboard.down('Enter');
    await step().and(page.locator('[data-public-step=fine]')).waitFor();
    for (let repeats = 0; repeats < 5; repeats += 1) await page.keyboard.down('Enter');
    await page.keyboard.up('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await eventually(
      async () => expect(await server.query(`SELECT FROM message WHERE text LIKE 'Pressed with%'`)).toHaveLength(1),
      10_000,
    );
    await page.evaluate(`localStorage.setItem('parley.preferences', '{}')`);
    await page.reload();
    await choose('X');
  }, 60_000);

  test('what asks for nothing is filed, found by its words, and opened with one click', async () => {
    await choose(/^李娜/);
    await post('gm everyone, to the moon today');
    await mei.openView('Spam and noise');
    const row = page.getByRole('region', { name: 'Conversations' }).getByRole('link', { name: '李娜' });
    const [{ number } = { number: 0 }] = await server.query<{ number: number }>(
      `SELECT number FROM conversation WHERE filed_as IS NOT NULL AND preview LIKE '%the moon%'`,
    );
    // By what the row shows, which the server does not look for, and by its words there.
    for (const words of [`#${number}`, 'moon gm', 'the moon']) {
      const looked = page.waitForResponse((answer) => new URL(answer.url()).searchParams.get('words') === words);
      await page.getByRole('searchbox').fill(words);
      await (await looked).finished();
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
      await row.waitFor({ timeout: 2_000 });
    }
    await mei.open('李娜');
    await page.getByText('It only names us and asks for nothing', { exact: false }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Open it: somebody should answer' }).click();
    await eventually(
      async () =>
        expect(
          await server.query(`SELECT FROM conversation WHERE filed_as IS NULL AND preview LIKE '%the moon%'`),
        ).toHaveLength(1),
      10_000,
    );
    await page.getByRole('searchbox').fill('');
  }, 60_000);

  test('an encrypted message is told apart, and answered with where else to find us', async () => {
    await show('Messages');
    await dock().getByRole('button', { name: 'Encrypted: the desk cannot read it' }).click();
    await direct('can you read this?');
    await log().getByText('our support team cannot read it here', { exact: false }).waitFor({ timeout: 20_000 });
    expect(await server.query(`SELECT FROM message WHERE text LIKE '%can you read%'`)).toEqual([]);
  }, 60_000);

  test('a lost answer is looked up: the post is there once', async () => {
    await choose(/^Ana Costa/);
    await show('Messages');
    await choose(/^Trouble/);
    await dock()
      .getByRole('button', { name: /X's answer is lost/ })
      .click();
    await choose('X');
    await mei.openView('Mine');
    await mei.open('Ana Costa');
    await mei.reply('Only once, please');
    await log().getByText('Only once, please').waitFor();
    await eventually(
      async () =>
        expect(
          await server.query(
            `SELECT d.state, d.ambiguous::int AS ambiguous FROM delivery d JOIN message m ON m.id = d.message_id WHERE m.text = 'Only once, please'`,
          ),
        ).toEqual([{ state: 'sent', ambiguous: 1 }]),
      30_000,
    );
    expect(await log().getByText('Only once, please').count()).toBe(1);
    expect(troubles).toEqual([]);
  }, 90_000);
});
