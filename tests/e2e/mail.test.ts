import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { axeViolations } from '../kit/browser/accessibility.ts';
import { launchBrowser, openTab } from '../kit/browser/chromium.ts';
import { type SandboxServer, startSandboxServer } from '../kit/browser/sandbox-server.ts';
import { createVisitor, type Visitor } from '../kit/browser/visitor.ts';
import { eventually } from '../kit/eventually.ts';

interface Picture {
  complete: boolean;
  naturalWidth: number;
}

describe('mail in the sandbox', () => {
  let server: SandboxServer;
  let browser: Browser;
  let mei: Visitor;
  let page: Page;
  let troubles: readonly string[];

  const dock = (): Locator => page.getByRole('region', { name: 'Sandbox', exact: true });
  const letters = (): Locator => dock().getByRole('log', { name: /^Mails of/ });

  beforeAll(async () => {
    [server, browser] = await Promise.all([startSandboxServer(), launchBrowser()]);
    ({ page, troubles } = await openTab(browser, { width: 1600, height: 1000 }));
    await page.goto(server.address);
    mei = createVisitor(page);
    await mei.signIn('mei@parley.example', server.password);
    await dock().getByRole('radio', { name: 'Mail' }).check({ force: true });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function hold(person: RegExp): Promise<void> {
    await dock().getByRole('radio', { name: person }).check({ force: true });
  }
  async function write(text: string, subject?: string): Promise<void> {
    if (subject !== undefined) await dock().getByLabel('Subject').fill(subject);
    await dock()
      .getByLabel(/^Mail of/)
      .fill(text);
    await dock()
      .getByRole('button', { name: /^Send as/ })
      .click();
  }

  test('a letter with a picture in its text comes in, is looked at as it was made, and is answered', async () => {
    await hold(/^Olga/);
    await dock().getByLabel('With a picture in the text').check();
    await write('I want to talk to a person\nabout this picture', 'My withdrawal');
    await mei.openView('Unassigned');
    const row = page.getByRole('region', { name: 'Conversations' }).getByRole('link', { name: /Olga Petrova/ });
    await row.getByText('My withdrawal').waitFor();
    await mei.open('Olga Petrova');
    const letter = mei.thread().getByRole('article').filter({ hasText: 'about this picture' });
    await letter.getByText('Verified', { exact: true }).waitFor();
    await letter.getByRole('button', { name: 'Show formatted' }).click();
    const picture = page.frameLocator('iframe').locator('img');
    await eventually(async () => picture.evaluate((node: Picture) => node.complete && node.naturalWidth === 640));
    expect(await axeViolations(page)).toEqual([]);
    await mei.reply('I am looking at it now.');
    const answer = letters()
      .getByRole('article', { name: 'Re: My withdrawal' })
      .filter({ hasText: 'I am looking at it now.' });
    await answer.waitFor();
    // The letter that is answered is quoted below.
    expect(await answer.textContent()).toMatch(/Olga Petrova <olga@customer\.test>:\s*> I want to talk to a person/);
  }, 60_000);

  test('the answer to the answer joins the thread, with nothing but its own words', async () => {
    await letters().getByRole('button', { name: 'Answer this mail' }).last().click();
    await write('Thank you, I am waiting.');
    const second = mei.thread().getByRole('article').filter({ hasText: 'Thank you, I am waiting.' });
    await second.waitFor();
    expect(await second.textContent()).not.toContain('I am looking at it now.');
    await second.getByRole('button', { name: 'Show the whole text' }).click();
    await second.getByText(/> I am looking at it now\./).waitFor();
  }, 60_000);

  test('an answer that comes back says so, with the words of the server', async () => {
    await mei.showDock('Trouble');
    await dock().getByRole('button', { name: 'Start: A mail bounces' }).click();
    await dock().getByText('strikes once more').waitFor();
    await mei.reply('This one will come back.');
    const bounced = mei.thread().getByRole('article').filter({ hasText: 'This one will come back.' });
    await page
      .getByRole('main')
      .getByText(/No such user here/)
      .waitFor();
    await bounced.waitFor();
    await dock().getByRole('radio', { name: 'Mail' }).check({ force: true });
  }, 60_000);

  test('somebody who only says who they are is told as such, until a person is sure', async () => {
    await hold(/^Parley/);
    await write('I want to talk to a person', 'Your account');
    await mei.openView('Unassigned');
    await mei.open('Parley Support');
    const banner = page.getByText('Nobody vouches that this was written by official-support@parley-help.test.', {
      exact: false,
    });
    await banner.waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'I am sure it is them' }).click();
    await mei.thread().getByText('You confirmed the sender').waitFor();
    expect(await banner.count()).toBe(0);
  }, 60_000);

  test('nothing was thrown on the way', () => {
    expect(troubles.filter((one) => !one.includes('Content Security Policy'))).toEqual([]);
  });
});
