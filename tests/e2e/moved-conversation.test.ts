import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { InboundMessage } from '../../src/core/model/inbound.ts';
import type { SendRequest } from '../../src/core/ports/channel.ts';
import { axeViolations } from '../kit/browser/accessibility.ts';
import { type DeskPage, openDeskPage } from '../kit/browser/desk-page.ts';
import { handingBot } from '../kit/desk/stand.ts';
import { eventually } from '../kit/eventually.ts';
import { customerMessage, memoryChannel } from '../kit/pipeline/memory-channel.ts';

const sent: SendRequest[] = [];
let desk: DeskPage;
beforeAll(async () => {
  const { capabilities } = memoryChannel();
  desk = await openDeskPage({
    bot: { ...handingBot, echoOnly: false },
    channel: {
      opensPrivately: true,
      capabilities: { ...capabilities, buttons: { maxRows: 5, maxPerRow: 5, maxLabelLength: 80, maxDataBytes: 96 } },
      render: ({ text, buttons }) => [{ text, ...(buttons === undefined ? {} : { buttons }) }],
      send: (request) => {
        sent.push(request);
        return Promise.resolve({ kind: 'sent', externalId: `out${sent.length}` });
      },
    },
  });
}, 120_000);
afterAll(() => desk.close(), 30_000);
afterEach(() => {
  expect(desk.troubles).toEqual([]);
});

const ANA = { externalId: 'ana', displayName: 'Ana Ruiz', languageCode: 'en', isBot: false };

/** What Ana says in the channel #support. */
function inPublic(text: string): InboundMessage {
  return customerMessage('support', text, {
    thread: { key: 'support', kind: 'group', title: '#support' },
    author: ANA,
  });
}

/** Her press on the button that leads into a private place. */
function arrival(): InboundMessage {
  return {
    ...inPublic('Continue in private'),
    thread: { key: 'p1', kind: 'private' },
    continues: 'support',
    extras: { arrives: true, content: { type: 'button', label: 'Continue in private', data: 'go-private' } },
  };
}

async function conversationIn(kind: 'group' | 'private'): Promise<{ id: string; number: number }> {
  return desk.stand.gateway.database.db
    .selectFrom('conversation as c')
    .innerJoin('thread as t', 't.id', 'c.thread_id')
    .select(['c.id', 'c.number'])
    .where('t.kind', '=', kind)
    .executeTakeFirstOrThrow();
}

test('a public question is answered as one, goes on in private, and is read in one scroll', async () => {
  const { page, address, stand } = desk;
  await stand.gateway.receive([inPublic('I want a person, my withdrawal is stuck')]);
  const first = await conversationIn('group');
  await page.goto(`${address}/inbox/all/${first.id}`);
  // Whoever writes here is told who reads it.
  await page.getByText('Public: everybody in #support can read your answer').waitFor();
  await page.getByLabel('Reply to Ana Ruiz').fill('Hello Ana, let us go on in private.');
  await page.keyboard.press('Control+Enter');
  await eventually(() => expect(sent.map(({ part }) => part['text'])).toContain('Hello Ana, let us go on in private.'));
  const answer = sent.find(({ part }) => part['text'] === 'Hello Ana, let us go on in private.');
  expect(answer?.part['buttons']).toEqual([[{ label: 'Continue in private', data: 'go-private' }]]);
  expect(answer?.replyToExternalId).toMatch(/^support:in/u);
  expect(await axeViolations(page)).toEqual([]);

  await stand.gateway.receive([arrival()]);
  const second = await conversationIn('private');
  // The open page learns of it by itself, and leads there.
  await page.getByText('The customer went on in another place', { exact: false }).first().waitFor();
  await page.getByRole('link', { name: `Open #${second.number}` }).click();
  await page.waitForURL(`**/${second.id}`);
  const origin = page.getByRole('region', { name: 'In public: #support' });
  await origin.getByText('my withdrawal is stuck', { exact: false }).first().waitFor();
  await origin.getByText('Hello Ana, let us go on in private.').waitFor();
  await origin.getByText('Public', { exact: true }).waitFor();
  expect(await origin.getByRole('button', { name: /More|Actions/u }).count()).toBe(0);
  expect(await page.locator('[data-public]').count()).toBe(0);
  // It stays with whoever answered.
  await page.getByText('You', { exact: true }).first().waitFor();
  await page.getByLabel('Reply to Ana Ruiz').fill('Here nobody else reads along.');
  await page.keyboard.press('Control+Enter');
  await eventually(() => {
    const last = sent.at(-1);
    expect([last?.threadKey, last?.part['text'], last?.part['buttons']]).toEqual([
      'p1',
      'Here nobody else reads along.',
      undefined,
    ]);
  });
  expect(await axeViolations(page)).toEqual([]);
}, 60_000);

test('in Chinese, dark and narrow it can be told apart too', async () => {
  const { id } = await conversationIn('private');
  const { page, troubles } = await desk.tab({ width: 390, height: 800, theme: 'dark', language: 'zh-CN' });
  await page.goto(`${desk.address}/inbox/all/${id}`);
  await page.getByRole('region', { name: '公开：#support' }).waitFor();
  expect(await page.evaluate<boolean>('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
  expect(await axeViolations(page)).toEqual([]);
  expect(troubles).toEqual([]);
}, 60_000);
