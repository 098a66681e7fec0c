import { truncateSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { axeViolations } from '../kit/browser/accessibility.ts';
import { type MediaDesk, openMediaDesk, type Picture } from '../kit/browser/media-desk.ts';
import { drawnPicture, FILES_CHAT } from '../kit/browser/media-thread.ts';
import { eventually } from '../kit/eventually.ts';

/** Puts files on the page as a paste or a drop does; the browser makes the picture itself. */
const handOver = (event: 'paste' | 'drop', target: string): string => `(async () => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 300, height: 200 });
  canvas.getContext('2d').fillRect(20, 20, 100, 100);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
  const data = new DataTransfer();
  data.items.add(new File([blob], '${event}.png', { type: 'image/png' }));
  const element = document.querySelector('${target}');
  if ('${event}' === 'paste') {
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  } else {
    for (const type of ['dragenter', 'dragover', 'drop'])
      element.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
})()`;

describe('what agents send that is no text', () => {
  let desk: MediaDesk;

  beforeAll(async () => {
    desk = await openMediaDesk();
    await desk.mei.open(FILES_CHAT.name);
  }, 180_000);
  afterAll(async () => {
    await desk?.close();
  });

  test('a photo by the choice of files, with words below it', async () => {
    await desk.page.getByRole('button', { name: 'Take over' }).click();
    await desk.choose(desk.fileOf('map.jpg', await drawnPicture(640, 480, '#457b9d')));
    await desk.tray().locator('[data-upload="there"]').waitFor();
    expect(await desk.tray().locator('img').count()).toBe(1);
    await desk.mei.reply('This is the way');
    await eventually(async () => {
      expect((await desk.ours(FILES_CHAT.id)).at(-1)).toMatchObject({ text: 'This is the way', shows: ['photo'] });
    });
    await desk.bubble(desk.page.getByText('This is the way')).locator('[data-attachment="photo"] img').waitFor();
    expect(await desk.tray().count()).toBe(0);
  });

  test('a picture by paste, without a word', async () => {
    await desk.page.evaluate(handOver('paste', 'main textarea'));
    await desk.tray().getByText('paste.png').waitFor();
    await desk.tray().locator('[data-upload="there"]').waitFor();
    await desk.sendButton().click();
    await eventually(async () => {
      expect((await desk.ours(FILES_CHAT.id)).at(-1)).toMatchObject({ text: '', shows: ['photo'] });
    });
  });

  test('an album by drop and by choice', async () => {
    await desk.page.evaluate(handOver('drop', 'main [role="log"]'));
    await desk.tray().getByText('drop.png').waitFor();
    await desk.choose(
      desk.fileOf('one.jpg', await drawnPicture(400, 400, '#264653')),
      desk.fileOf('two.jpg', await drawnPicture(400, 400, '#e9c46a')),
    );
    await eventually(async () => (await desk.tray().locator('[data-upload="there"]').count()) === 3);
    await desk.mei.reply('Three at once');
    await eventually(async () => {
      expect((await desk.ours(FILES_CHAT.id)).at(-1)).toMatchObject({
        text: 'Three at once',
        shows: ['photo', 'photo', 'photo'],
      });
    });
    await desk.bubble(desk.page.getByText('Three at once')).locator('[data-album="3"]').waitFor();
  });

  test('a document keeps its name', async () => {
    await desk.choose(desk.fileOf('terms.txt', 'The terms.'));
    await desk.tray().locator('[data-upload="there"]').waitFor();
    await desk.sendButton().click();
    await eventually(async () => {
      const last = (await desk.ours(FILES_CHAT.id)).at(-1);
      expect(last?.shows).toEqual(['document']);
      expect(last?.media[0]?.name).toBe('terms.txt');
    });
  });

  test('a file that is too large is refused in words, before a byte of it is sent', async () => {
    const asked: string[] = [];
    desk.page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().includes('/attachments')) asked.push(request.url());
    });
    const path = desk.fileOf('film.mov', '');
    truncateSync(path, 50_000_001);
    await desk.choose(path);
    await desk.tray().getByText('Too large: Telegram takes at most 50 MB. Make it smaller, or send a link.').waitFor();
    expect(await desk.sendButton().isDisabled()).toBe(true);
    await desk.page.getByText('Remove what is not taken, then send').waitFor();
    expect(await axeViolations(desk.page)).toEqual([]);
    await desk.page.getByRole('button', { name: 'Remove film.mov' }).click();
    expect(await desk.tray().count()).toBe(0);
    expect(asked).toEqual([]);
  });

  test('an upload that is given up leaves nothing behind', async () => {
    await desk.choose(desk.fileOf('wrong.txt', 'Not this one.'));
    await desk.tray().locator('[data-upload="there"]').waitFor();
    await desk.page.getByRole('button', { name: 'Remove wrong.txt' }).click();
    await eventually(
      async () => (await desk.server.query('SELECT FROM attachment WHERE message_id IS NULL')).length === 0,
    );
  });

  test('long words say beforehand that they follow as a message of their own', async () => {
    await desk.choose(desk.fileOf('long.txt', 'A file.'));
    await desk.tray().locator('[data-upload="there"]').waitFor();
    await desk.page.getByLabel(/^Reply to/).fill('word '.repeat(220));
    await desk.page.getByText('Text over 1,024 characters follows as a message of its own').waitFor();
    await desk.page.getByLabel(/^Reply to/).fill('');
    await desk.page.getByRole('button', { name: 'Remove long.txt' }).click();
  });

  test('the demo phones send things and show what arrives', async () => {
    await desk.mei.holdPhoneOf('Ann Miller');
    const phone = desk.page.getByRole('region', { name: 'Sandbox', exact: true });
    for (const what of ['a photo', 'an album', 'a document', 'a voice message', 'a location', 'a sticker']) {
      await phone.getByRole('button', { name: `Send ${what}` }).click();
    }
    await eventually(async () => {
      const shown = await phone
        .locator('[data-thing]')
        .evaluateAll((nodes: { dataset: Record<string, string> }[]) => nodes.map((node) => node.dataset['thing']));
      expect(shown.toSorted((left, right) => String(left).localeCompare(String(right)))).toEqual([
        'document',
        'location',
        'photo',
        'photo',
        'photo',
        'photo',
        'sticker',
        'voice',
      ]);
    });
    await desk.mei.openView('All');
    await desk.mei.open('Ann Miller');
    for (const kind of ['photo', 'document', 'voice', 'sticker']) await desk.shows(kind).first().waitFor();
    await desk.mei.thread().locator('[data-album="3"]').waitFor();
    await desk.page.getByRole('button', { name: 'Take over' }).click();
    await desk.choose(desk.fileOf('reply.jpg', await drawnPicture(300, 300, '#2a9d8f')));
    await desk.tray().locator('[data-upload="there"]').waitFor();
    await desk.mei.reply('For you');
    const arrived = phone.locator('img[alt="reply.jpg"], img[alt="Photo"]').last();
    await arrived.waitFor();
    await eventually(async () => arrived.evaluate((node: Picture) => node.complete && node.naturalWidth === 300));
    const last = phone.getByText('For you');
    await last.waitFor();
    await last.hover();
    await phone.getByRole('button', { name: 'React with ❤' }).last().click();
    await desk.mei.thread().getByText('❤', { exact: true }).waitFor();
    await desk.openMenu(desk.bubble(desk.page.getByText('For you')));
    await desk.page.getByRole('menuitem', { name: 'Edit' }).click();
    await desk.page.getByLabel('New text of the message').fill('For you, Ann');
    await desk.page.getByLabel('New text of the message').press('Enter');
    await phone.getByText('For you, Ann').waitFor();
    await phone.getByText('edited').waitFor();
  }, 60_000);

  test('who blocks the bot is named in the thread, and who comes back too', async () => {
    await desk.page.getByRole('button', { name: 'Block the bot' }).click();
    await desk.mei.thread().getByText('The customer blocked the bot').waitFor();
    await desk.mei.write('I am back');
    await desk.mei.thread().getByText('The customer can be written to again').waitFor();
  });

  test('the page had no trouble with any of it', () => expect(desk.troubles).toEqual([]));
});
