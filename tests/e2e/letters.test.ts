import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { FrameLocator, Locator } from 'playwright-core';
import sharp from 'sharp';
import { Refused } from '../../src/core/errors.ts';
import { axeViolations } from '../kit/browser/accessibility.ts';
import { type LetterDesk, openLetterDesk } from '../kit/browser/letter-desk.ts';
import { isShown } from '../kit/browser/media-desk.ts';
import { fileConversation } from '../kit/desk/letters.ts';
import { eventually } from '../kit/eventually.ts';

const PICTURE = await sharp({ create: { width: 40, height: 30, channels: 3, background: 'red' } })
  .png()
  .toBuffer();

let desk: LetterDesk;
/** Where a link leads that says something else. */
let liar = '';
const elsewhere = createServer((_request, reply) => reply.end('elsewhere'));
const fetched: string[] = [];
beforeAll(async () => {
  await new Promise<void>((resolve) => {
    elsewhere.listen(0, '127.0.0.1', resolve);
  });
  const place = elsewhere.address();
  liar = `http://127.0.0.1:${typeof place === 'object' && place !== null ? place.port : 0}`;
  desk = await openLetterDesk({
    fetch(url) {
      fetched.push(url);
      return url.endsWith('lost.png')
        ? Promise.reject(new Refused('remote_unreachable', 'not there'))
        : Promise.resolve({ mime: 'image/png', bytes: PICTURE });
    },
  });
}, 120_000);
afterAll(async () => {
  elsewhere.closeAllConnections();
  elsewhere.close();
  await desk.close();
}, 30_000);
afterEach(() => {
  expect(desk.troubles).toEqual([]);
});

const article = (): Locator => desk.page.getByRole('article').last();
const frame = (): FrameLocator => desk.page.frameLocator('iframe');
const query = async (sql: string, values: unknown[]): Promise<Record<string, unknown>[]> =>
  (await desk.stand.gateway.database.pool.query<Record<string, unknown>>(sql, values)).rows;

/** Where something is once it has stopped moving: pictures that have just come push what is below them. */
async function restingPlace(thing: Locator): Promise<{ x: number; y: number }> {
  await thing.scrollIntoViewIfNeeded();
  let before = '';
  return eventually(
    async () => {
      const box = await thing.boundingBox();
      const now = JSON.stringify(box);
      const rests = now === before;
      before = now;
      if (box === null || !rests) throw new Error('it is still moving');
      return box;
    },
    10_000,
    100,
  );
}

const FULL = 'Where is it?\n\nOn Monday Support wrote:\n> It is on its way.';
const html =
  (): string => `<p style="color: rgb(200, 0, 0); background-image: url(https://evil.example/b.png); position: fixed">Where is it?</p>
<img src="cid:photo@1" alt="the card"><img data-remote-src="https://shop.example/a.png" alt="shop">
<img data-remote-src="https://shop.example/lost.png" alt="lost"><img width="1" height="1" data-remote-src="https://track.example/o.gif">
<img alt="within" src="data:image/png;base64,${PICTURE.toString('base64')}">
<p><a href="${liar}/login">https://bank.example/login</a></p>`;

test('a letter shows who wrote it, whether that is sure, what is new first, and what it was', async () => {
  const { conversation } = await desk.letter({
    text: 'Where is it?',
    html: html(),
    facts: {
      subject: 'Lost card',
      fullText: FULL,
      proof: 'claimed',
      proofReason: 'no signature of the domain',
      warnings: ['lookalike_name', 'something_new'],
      replyTo: [{ address: 'thief@evil.example', name: 'Mia Keller' }],
      cc: [{ address: 'boss@example.com', name: 'The Boss' }],
      sealed: 'signed',
    },
    files: [
      { role: 'inline', bytes: PICTURE, mime: 'image/png', contentId: 'photo@1' },
      { role: 'file', bytes: Buffer.from('a,b'), name: 'list.csv', mime: 'text/csv' },
      { role: 'original', bytes: Buffer.from('From: a'), name: 'original.eml', mime: 'message/rfc822' },
    ],
  });
  await desk.open(conversation);
  const { page } = desk;
  await page.locator(`[data-row="${conversation}"]`).getByText('Lost card').waitFor();
  await page.locator('header [data-subject]').getByText('Lost card').waitFor();
  await article().getByText('Mia Keller <mia@example.com>', { exact: true }).first().waitFor();
  await article().getByText('This sender is not verified: do not tell anything about an account.').waitFor();
  await article().getByText('no signature of the domain').waitFor();
  await article().getByText("The sender's name looks like an address or like us.").waitFor();
  await article().getByText('something_new').waitFor();
  await article().getByText('Answers go to somebody else than who wrote: Mia Keller <thief@evil.example>').waitFor();
  await article().getByText('Signed', { exact: true }).waitFor();
  // The subject is the conversation's: it stands once, in the head.
  expect(await article().getByText('Lost card').count()).toBe(0);
  await article().getByText('to Support and 1 other').click();
  await article().getByText('The Boss <boss@example.com>').waitFor();
  // Only what is a file of the customer's is listed.
  expect(await article().locator('[data-attachment]').count()).toBe(1);
  await article().getByText('list.csv').waitFor();
  expect(await article().getByRole('link', { name: 'Download the original' }).count()).toBe(1);

  expect(await article().locator('[data-whole-text]').count()).toBe(0);
  await article().getByRole('button', { name: 'Show the whole text' }).click();
  expect(await article().locator('[data-whole-text]').textContent()).toBe(FULL);
  expect(await axeViolations(page)).toEqual([]);
}, 60_000);

test('formatted: own pictures at once, those from elsewhere on a click and through us, trackers never', async () => {
  const { conversation } = await desk.letter({
    text: 'Where is it?',
    html: html(),
    files: [{ role: 'inline', bytes: PICTURE, mime: 'image/png', contentId: 'photo@1' }],
  });
  const outside: string[] = [];
  desk.page.on('request', (request) => {
    if (!request.url().startsWith(desk.address) && !request.url().startsWith('data:')) outside.push(request.url());
  });
  await desk.open(conversation);
  await article().getByRole('button', { name: 'Show formatted' }).click();
  const iframe = desk.page.locator('iframe');
  await iframe.waitFor();
  expect(await iframe.getAttribute('sandbox')).toBe('allow-popups allow-popups-to-escape-sandbox');
  await frame().getByText('Where is it?').waitFor();
  expect(await frame().getByAltText('the card').evaluate(isShown)).toBe(true);
  expect(await frame().getByAltText('within').evaluate(isShown)).toBe(true);
  expect(await frame().getByAltText('shop').getAttribute('src')).toBeNull();
  await article().getByText('3 pictures from elsewhere are not shown.').waitFor();
  await article().getByText('1 looks like a tracker and is never fetched: track.example').waitFor();
  const words = frame().getByText('Where is it?');
  expect(await words.getAttribute('style')).toBe('color:rgb(200, 0, 0)');
  expect(
    await words.evaluate((node) => {
      const view = Reflect.get(node.ownerDocument, 'defaultView');
      return view.getComputedStyle(node).color;
    }),
  ).toBe('rgb(200, 0, 0)');
  const link = frame().getByRole('link');
  expect(await link.textContent()).toBe(`https://bank.example/login (${new URL(liar).host})`);
  expect(await link.getAttribute('title')).toBe(`${liar}/login`);
  expect([await link.getAttribute('target'), await link.getAttribute('rel')]).toEqual([
    '_blank',
    'noopener noreferrer',
  ]);
  expect(await axeViolations(desk.page)).toEqual([]);

  fetched.length = 0;
  await article().getByRole('button', { name: 'Show 2 pictures' }).click();
  await article().getByText('1 picture could not be fetched.').waitFor();
  await eventually(() => frame().getByAltText('shop').evaluate(isShown), 5_000);
  expect(fetched.toSorted()).toEqual(['https://shop.example/a.png', 'https://shop.example/lost.png']);
  expect(outside).toEqual([]);

  // A link opens a tab of its own that knows nothing of us.
  const box = await restingPlace(link);
  const opened = desk.page.context().waitForEvent('page');
  await desk.page.mouse.click(box.x + 20, box.y + 8);
  const tab = await opened;
  await tab.waitForLoadState();
  expect([tab.url(), await tab.evaluate('opener'), await tab.evaluate('document.referrer')]).toEqual([
    `${liar}/login`,
    null,
    '',
  ]);
  await tab.close();
  // The driver's own listeners, put there to look at the frame, are what the frame stops at each event of the mouse.
  expect(new Set(desk.troubles.splice(0))).toEqual(
    new Set([
      "console: Blocked script execution in 'about:srcdoc' because the document's frame is sandboxed and the 'allow-scripts' permission is not set.",
    ]),
  );

  const height = (await iframe.boundingBox())?.height ?? 0;
  await article().getByRole('button', { name: 'Taller' }).click();
  await eventually(async () => ((await iframe.boundingBox())?.height ?? 0) > height * 1.4, 3_000);
}, 60_000);

test('an answer goes to whom it says, and to those who were copied only if they are kept', async () => {
  const { conversation } = await desk.letter({ facts: { subject: 'Lost card' } });
  await query(
    `INSERT INTO thread_participant (thread_id, external_id, display_name, role, proven)
    SELECT thread_id, p.id, p.name, p.role, true FROM conversation,
      (VALUES ('boss@example.com', 'The Boss', 'copied'), ('mia@example.com', 'Mia Keller', 'customer')) AS p(id, name, role)
    WHERE conversation.id = $1`,
    [conversation],
  );
  await desk.open(conversation);
  const { page } = desk;
  await page.getByText('2 people').click();
  await page.getByRole('list', { name: 'Who takes part' }).getByText('The Boss <boss@example.com>').waitFor();
  await page.getByText('2 people').click();
  const lines = page.getByRole('group', { name: 'Recipients and subject' });
  await lines.getByRole('list', { name: 'To' }).getByText('Mia Keller <mia@example.com>').waitFor();
  expect(await lines.getByLabel('Subject').inputValue()).toBe('Re: Lost card');
  expect(await lines.getByRole('list', { name: 'Cc' }).count()).toBe(0);
  await lines.getByText(/The letter of Mia Keller .* is quoted below\./).waitFor();
  await lines.getByRole('button', { name: 'Send a copy to The Boss <boss@example.com>' }).click();
  await lines.getByRole('list', { name: 'Cc' }).getByText('The Boss <boss@example.com>').waitFor();
  await lines.getByRole('button', { name: 'Bcc' }).click();
  const bcc = lines.getByLabel('Bcc', { exact: true }).last();
  await bcc.pressSequentially('nobody');
  await bcc.press('Enter');
  await lines.getByText('This is no address.').waitFor();
  await bcc.fill('');
  await bcc.pressSequentially('audit@example.org');
  await bcc.press('Enter');
  await lines.getByRole('list', { name: 'Bcc' }).getByText('audit@example.org').waitFor();
  await lines.getByLabel('Subject').fill('Your card');
  expect(await axeViolations(page)).toEqual([]);
  // What was decided outlives leaving the conversation.
  await page.reload();
  await lines.getByRole('list', { name: 'Cc' }).getByText('The Boss <boss@example.com>').waitFor();

  // Without anybody there is nothing to send.
  await page.getByLabel(/^Reply to/).fill('Here it is');
  await lines.getByRole('button', { name: 'Remove Mia Keller <mia@example.com>' }).click();
  await lines.getByText('Nobody gets this. Add a recipient.').waitFor();
  expect(await page.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(true);
  const to = lines.getByRole('textbox', { name: 'To' });
  await to.fill('Mia <mia@example.com>,');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('article').getByText('Here it is').waitFor();
  await eventually(
    async () =>
      (await query('SELECT 1 FROM message WHERE conversation_id = $1 AND kind = $2', [conversation, 'outbound']))
        .length === 1,
    5_000,
  );
  const [row] = await query('SELECT extras FROM message WHERE conversation_id = $1 AND kind = $2', [
    conversation,
    'outbound',
  ]);
  expect(row?.['extras']).toEqual({
    letter: {
      subject: 'Your card',
      to: [{ address: 'mia@example.com', name: 'Mia' }],
      cc: [{ address: 'boss@example.com', name: 'The Boss' }],
      bcc: [{ address: 'audit@example.org', name: '' }],
    },
  });
  // The next one begins anew.
  expect(await lines.getByRole('list', { name: 'Cc' }).count()).toBe(0);
  await lines.getByRole('list', { name: 'To' }).getByText('Mia Keller <mia@example.com>').waitFor();
}, 60_000);

test('an answer that would go to somebody else than who wrote says so', async () => {
  const { conversation } = await desk.letter({
    facts: { replyTo: [{ address: 'other@example.net', name: '' }] },
  });
  await desk.open(conversation);
  const lines = desk.page.getByRole('group', { name: 'Recipients and subject' });
  await lines.getByRole('list', { name: 'To' }).getByText('other@example.net').waitFor();
  await lines
    .getByText('Answers go where the letter asks, not to who wrote it: Mia Keller <mia@example.com>')
    .waitFor();
}, 30_000);

test('what is filed says why, and one click makes it a customer’s again', async () => {
  const { conversation } = await desk.letter({ facts: { subject: 'Buy now' }, text: 'Buy now!' });
  await fileConversation(desk.stand, conversation, 'spam');
  const { page } = desk;
  await page.goto(`${desk.address}/inbox/mine`);
  await desk.visitor.openView('Spam and noise');
  await page.locator(`[data-row="${conversation}"]`).click();
  await page.getByText('The mail server took this for spam. Nobody has to answer it.').waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await page.getByRole('button', { name: "Not spam: treat as a customer's" }).click();
  await page.getByText('You took this out of spam and machine mail').waitFor();
  expect(await page.getByText('The mail server took this for spam').count()).toBe(0);
  expect(await query('SELECT status, filed_as FROM conversation WHERE id = $1', [conversation])).toEqual([
    { status: 'open', filed_as: null },
  ]);
}, 30_000);

test('a letter that came back says so with the server’s words; one that is late too', async () => {
  const { conversation } = await desk.letter({});
  await desk.open(conversation);
  for (const text of ['first answer', 'second answer']) {
    await desk.visitor.reply(text);
    await desk.page.getByRole('article').getByText(text).waitFor();
  }
  await eventually(
    async () => (await query('SELECT 1 FROM delivery WHERE conversation_id = $1', [conversation])).length === 2,
    5_000,
  );
  await query(`UPDATE delivery SET state = 'sending' WHERE conversation_id = $1`, [conversation]);
  await query(`UPDATE delivery SET state = 'sent', finished_at = now() WHERE conversation_id = $1`, [conversation]);
  await query(
    `UPDATE delivery SET state = 'bounced', error_kind = 'bounced', error = '550 5.1.1 no such user' WHERE id =
      (SELECT id FROM delivery WHERE conversation_id = $1 ORDER BY out_seq LIMIT 1)`,
    [conversation],
  );
  await query(
    `UPDATE delivery SET error_kind = 'delayed', error = '451 4.7.1 greylisted' WHERE conversation_id = $1 AND state = 'sent'`,
    [conversation],
  );
  await query('UPDATE conversation SET version = version + 1 WHERE id = $1', [conversation]);
  await desk.open(conversation);
  const { page } = desk;
  const bounced = page.locator('[data-delivery="bounced"]');
  await bounced.waitFor();
  expect(await bounced.textContent()).toBe('Came back · the other side returned it · 550 5.1.1 no such user');
  expect(await page.locator('[data-delayed]').textContent()).toBe(
    'the other side has not taken it yet and goes on trying · 451 4.7.1 greylisted',
  );
  await page.getByRole('button', { name: 'Dismiss', exact: true }).click();
  await page.getByText('Came back, dismissed by an agent').waitFor();
}, 30_000);

test.each([
  ['dark', 'en-GB', 1_440],
  ['light', 'zh-CN', 1_440],
  ['dark', 'zh-CN', 380],
] as const)(
  'in %s, %s, %d px: nothing is inaccessible or cut',
  async (theme, language, width) => {
    const { conversation } = await desk.letter({
      html: html(),
      facts: {
        subject: `A very long subject ${'that goes on '.repeat(20)}`,
        fullText: FULL,
        proof: 'claimed',
        warnings: ['several_from'],
        cc: [{ address: `${'long'.repeat(12)}@example.com`, name: 'n'.repeat(80) }],
      },
    });
    const { page, troubles } = await desk.tab({ theme, language, width, height: 900 });
    await page.goto(`${desk.address}/inbox/all/${conversation}`);
    await page.locator('[data-letter]').waitFor();
    await page.locator('article button[aria-expanded]').last().click();
    await page.locator('iframe').waitFor();
    await page.frameLocator('iframe').getByText('Where is it?').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    const sizes = await page.evaluate('[document.documentElement.scrollWidth, innerWidth]');
    expect(sizes).toEqual([width, width]);
    if (process.env['PARLEY_SHOTS'] !== undefined) {
      await page.screenshot({ path: `${process.env['PARLEY_SHOTS']}/${theme}-${language}-${width}.png` });
    }
    expect(troubles).toEqual([]);
    await page.close();
  },
  60_000,
);
