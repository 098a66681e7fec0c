import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core';
import { launchBrowser, openTab } from '../kit/browser/chromium.ts';
import { type SandboxServer, startSandboxServer } from '../kit/browser/sandbox-server.ts';
import { openSite } from '../kit/browser/site.ts';
import { createVisitor, type Visitor } from '../kit/browser/visitor.ts';
import { eventually } from '../kit/eventually.ts';

/** Who writes where. Priya writes directly, Kai in the support channel that everybody sees. */
const NAMES = ['Ann Miller', 'Olga Petrova', 'Priya Nair', 'Kai Becker', 'Diego Ramos'] as const;
type Name = (typeof NAMES)[number];

const questionOf = (name: Name, round: string): string => `I want to talk to a person, says ${name}, ${round}`;
const answerOf = (name: Name, round: string): string => `Hello from Mei to ${name}, ${round}`;

describe('all channels at once', () => {
  let server: SandboxServer;
  let browser: Browser;
  /** The sandbox with its customers side by side; another one for who is in the support channel; a site; and the desk. */
  let customers: Page;
  let channel: Page;
  let chat: FrameLocator;
  let mei: Visitor;
  const troubles: string[] = [];

  const region = (page: Page): Locator => page.getByRole('region', { name: 'Sandbox', exact: true });
  async function tab(width = 1440): Promise<Page> {
    const opened = await openTab(browser, { width, height: 1000 });
    opened.page.on('close', () => troubles.push(...opened.troubles));
    return opened.page;
  }

  beforeAll(async () => {
    [server, browser] = await Promise.all([startSandboxServer(), launchBrowser()]);
    const pages = await Promise.all([tab(1920), tab(), tab(), tab()]);
    const [first, second, site, desk] = pages;
    [customers, channel] = [first, second];
    await Promise.all([first, second, desk].map((page) => page.goto(server.address)));
    await region(customers).getByRole('button', { name: 'Show all customers side by side' }).click();
    await region(channel).getByRole('radio', { name: 'Discord' }).check({ force: true });
    await region(channel).getByRole('radio', { name: 'Kai Becker' }).check({ force: true });
    await region(channel).getByRole('radio', { name: 'support', exact: true }).check({ force: true });
    const made = await site.request.post(`${server.address}/api/v1/sandbox/visitors/token`, {
      data: { visitor: 'customer-2' },
    });
    const { token } = (await made.json()) as { token: string };
    const { port } = new URL(server.address);
    chat = await openSite(site, {
      site: `http://localhost:${port}/the-shop`,
      chat: `${server.address}/chat/sandbox-web/`,
      token,
    });
    mei = createVisitor(desk);
    await mei.signIn('mei@parley.example', server.password);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  }, 30_000);

  /** Everybody has written down what they say; then all of them send it. */
  async function everybodyWrites(round: string): Promise<void> {
    const phone = customers.getByLabel('Message as Ann Miller');
    const direct = customers.getByLabel('Discord message as Priya Nair');
    const support = channel.getByLabel('Discord message as Kai Becker');
    const site = chat.getByLabel('Write a message');
    await phone.fill(questionOf('Ann Miller', round));
    // In her mail program Olga writes a new mail first, and then answers ours.
    if (round === 'first') await customers.getByLabel('Subject').fill('A question');
    else await customers.getByRole('button', { name: 'Answer this mail' }).last().click();
    await customers.getByLabel('Mail of Olga Petrova').fill(questionOf('Olga Petrova', round));
    await direct.fill(questionOf('Priya Nair', round));
    await support.fill(questionOf('Kai Becker', round));
    await site.fill(questionOf('Diego Ramos', round));
    await Promise.all([
      site.press('Enter'),
      support.press('Enter'),
      phone
        .press('Enter')
        .then(() => direct.press('Enter'))
        .then(() => customers.getByRole('button', { name: 'Send as Olga Petrova', exact: true }).click()),
    ]);
  }

  /** What each of them sees. */
  function views(): Record<Name, Locator> {
    return {
      'Ann Miller': customers.getByRole('log', { name: 'What Ann Miller sees on the phone' }),
      'Olga Petrova': customers.getByRole('log', { name: 'Mails of Olga Petrova' }),
      'Priya Nair': customers.getByRole('log', { name: 'What Priya Nair sees in Direct message' }),
      'Kai Becker': channel.getByRole('log', { name: 'What Kai Becker sees in #support' }),
      'Diego Ramos': chat.getByRole('log'),
    };
  }

  /** Of mails the history that is quoted below is no second answer. */
  async function timesSeen(name: Name, text: string): Promise<number> {
    if (name !== 'Olga Petrova') return views()[name].getByText(text).count();
    const letters = await views()[name].getByRole('article').allTextContents();
    return letters.filter((letter) => letter.replaceAll(/^\s*>.*$/gm, '').includes(text)).length;
  }

  async function everyAnswerIsInItsPlace(round: string): Promise<void> {
    for (const name of NAMES) {
      await eventually(
        async () => expect([name, await timesSeen(name, answerOf(name, round))]).toEqual([name, 1]),
        45_000,
        100,
      );
      for (const other of NAMES) {
        if (other !== name)
          expect([name, other, await timesSeen(name, answerOf(other, round))]).toEqual([name, other, 0]);
      }
    }
  }

  test('everybody writes at once; the agent sees five conversations, takes each and answers each', async () => {
    await everybodyWrites('first');
    await mei.openView('Unassigned');
    const list = mei.page.getByRole('region', { name: 'Conversations' });
    for (const name of NAMES) await list.getByRole('link', { name }).waitFor({ timeout: 30_000 });
    expect(await list.getByRole('link').count()).toBe(NAMES.length);
    for (const name of NAMES) {
      await mei.openView('Unassigned');
      await mei.open(name);
      await mei.thread().getByText(questionOf(name, 'first')).first().waitFor();
      await mei.page.getByRole('button', { name: 'Take over' }).click();
      await mei.page.getByRole('main').getByText('You', { exact: true }).first().waitFor();
      await mei.reply(answerOf(name, 'first'));
      await mei.thread().getByText(answerOf(name, 'first')).waitFor();
    }
    await everyAnswerIsInItsPlace('first');
  }, 180_000);

  test('with a fault on each platform nothing is lost and nothing comes twice', async () => {
    const dock = region(mei.page);
    await mei.showDock('Trouble');
    for (const fault of [
      'Everything twice',
      'The mail server says “later”',
      'Discord is away',
      "Visitors' lines are cut",
    ]) {
      await dock.getByRole('button', { name: `Start: ${fault}` }).click();
      await dock.getByRole('button', { name: `Stop: ${fault}` }).waitFor();
    }
    await everybodyWrites('second');
    await chat.getByText('No connection. Trying again…').waitFor();
    // What a fault keeps away comes when it is over; the agent writes all the same.
    for (const name of NAMES) {
      await mei.openView('Mine');
      await mei.open(name);
      await mei.reply(answerOf(name, 'second'));
      await mei.thread().getByText(answerOf(name, 'second')).waitFor();
    }
    expect(await timesSeen('Priya Nair', answerOf('Priya Nair', 'second'))).toBe(0);
    expect(await timesSeen('Diego Ramos', answerOf('Diego Ramos', 'second'))).toBe(0);
    await dock.getByRole('button', { name: 'Stop all' }).click();
    await dock.getByText('Nothing is wrong at the moment').waitFor();
    for (const name of NAMES) {
      await mei.openView('Mine');
      await mei.open(name);
      await mei.thread().getByText(questionOf(name, 'second')).first().waitFor({ timeout: 60_000 });
    }
    await everyAnswerIsInItsPlace('second');
  }, 300_000);

  test('the store holds every word once, and every delivery ended as sent', async () => {
    const rows = await server.query<{ text: string; n: number }>(
      `SELECT split_part(text, E'\\n', 1) AS text, count(*)::int AS n FROM message
       WHERE kind IN ('inbound', 'outbound') AND author_kind IN ('contact', 'agent') GROUP BY 1 ORDER BY 1`,
    );
    const wanted = NAMES.flatMap((name) =>
      ['first', 'second'].flatMap((round) => [questionOf(name, round), answerOf(name, round)]),
    );
    expect(rows.filter(({ n }) => n !== 1)).toEqual([]);
    expect(rows.map(({ text }) => text).sort()).toEqual(wanted.sort());
    await eventually(
      async () =>
        expect(
          await server.query(`SELECT state, error FROM delivery WHERE state NOT IN ('sent', 'delivered', 'read')`),
        ).toEqual([]),
      30_000,
      200,
    );
    await Promise.all(browser.contexts().flatMap((context) => context.pages().map((page) => page.close())));
    expect(troubles).toEqual([]);
  }, 60_000);
});
