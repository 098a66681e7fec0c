import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { axeViolations } from '../kit/browser/accessibility.ts';
import { launchBrowser, openTab } from '../kit/browser/chromium.ts';
import { drawnPicture, FILES_CHAT, sendEverything, THINGS_CHAT } from '../kit/browser/media-thread.ts';
import { type Platform, platformOf } from '../kit/browser/platform.ts';
import { type SandboxServer, startSandboxServer } from '../kit/browser/sandbox-server.ts';
import { createVisitor, type Visitor } from '../kit/browser/visitor.ts';
import { eventually } from '../kit/eventually.ts';

interface Picture {
  complete: boolean;
  naturalWidth: number;
}
interface Player {
  currentTime: number;
  play(): Promise<void>;
}
const isShown = (node: Picture): boolean => node.complete && node.naturalWidth > 0;
const hasFocus = (node: { matches(selector: string): boolean }): boolean => node.matches(':focus');

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

describe('files and everything else that is no text', () => {
  let server: SandboxServer;
  let browser: Browser;
  let platform: Platform;
  let mei: Visitor;
  let page: Page;
  let troubles: string[];
  let folder: string;

  /** The newest message that holds this. */
  const bubble = (inside: Locator): Locator => mei.thread().getByRole('article').filter({ has: inside }).last();
  const shows = (kind: string): Locator => mei.thread().locator(`[data-attachment="${kind}"]`);
  /** Our bubbles at the platform, oldest first. */
  const ours = async (chat: number) => (await platform.view(chat)).entries.filter(({ by }) => by === 'bot');
  const tray = (): Locator => page.getByRole('list', { name: 'Files that go along' });
  const sendButton = (): Locator => page.getByRole('button', { name: 'Send', exact: true });

  async function choose(...files: string[]): Promise<void> {
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('button', { name: 'Attach files' }).click(),
    ]);
    await chooser.setFiles(files);
  }
  async function openMenu(of: Locator): Promise<void> {
    await of.hover();
    await of.getByRole('button', { name: 'Message actions' }).click();
    await page.getByRole('menu').waitFor();
  }
  async function fileOf(name: string, bytes: Buffer | string): Promise<string> {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'parley-files-'));
    [server, browser] = await Promise.all([startSandboxServer(), launchBrowser()]);
    platform = platformOf(server);
    await sendEverything(server);
    const tab = await openTab(browser, { width: 1600, height: 1000 });
    ({ page, troubles } = tab);
    await page.goto(server.address);
    mei = createVisitor(page);
    await mei.signIn('mei@parley.example', server.password);
    await mei.openView('Unassigned');
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  describe('what customers send', () => {
    test('the list says what it was, in the agent’s language', async () => {
      await platform.send(THINGS_CHAT.id, { kind: 'location', latitude: 1.5, longitude: 2.5 });
      await page.getByRole('link', { name: THINGS_CHAT.name }).getByText('Location 1.5, 2.5').waitFor();
    });

    test('pictures stand at a size that is kept before they are there', async () => {
      let release = (): void => undefined;
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      await page.route('**/preview', async (route) => {
        await held;
        await route.continue();
      });
      await mei.open(FILES_CHAT.name);
      const picture = shows('photo').first().getByRole('button');
      await picture.waitFor();
      const before = await picture.boundingBox();
      release();
      const image = picture.locator('img');
      await image.scrollIntoViewIfNeeded();
      await eventually(async () => image.evaluate(isShown));
      const after = await picture.boundingBox();
      expect([after?.width, after?.height]).toEqual([before?.width, before?.height]);
      // 1200 × 800 within 320 × 320.
      expect([Math.round(after?.width ?? 0), Math.round(after?.height ?? 0)]).toEqual([320, 213]);
      expect(await image.getAttribute('alt')).toBe(`Photo from ${FILES_CHAT.name}`);
      await mei.thread().getByText('Here is the receipt').waitFor();
    });

    test('a document is a row with name, type and size that can be taken as a file', async () => {
      const row = shows('document').filter({ hasText: 'statement.pdf' });
      expect(await row.textContent()).toMatch(/statement\.pdf.*PDF · \d+ byte/);
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        row.getByRole('link', { name: 'Download statement.pdf' }).click(),
      ]);
      expect(download.suggestedFilename()).toBe('statement.pdf');
    });

    test('voice and music have the browser’s own player, and play', async () => {
      const voice = shows('voice').locator('audio');
      expect(await voice.getAttribute('preload')).toBe('none');
      expect(await voice.getAttribute('aria-label')).toBe(`Voice message from ${FILES_CHAT.name}`);
      expect(await shows('voice').textContent()).toContain('0:04');
      expect(await shows('audio').textContent()).toContain('3:05');
      await voice.evaluate((node: Player) => node.play());
      await eventually(async () => (await voice.evaluate((node: Player) => node.currentTime)) > 0);
    });

    test('films are players, and files once the browser cannot play them', async () => {
      // The simulator makes their bytes up: no browser plays those, and whoever sees it can still take the file.
      for (const kind of ['video', 'animation', 'videoNote']) {
        const row = shows(kind);
        await row.getByText('Cannot be played here').waitFor();
        await row.getByRole('link', { name: /^Download/ }).waitFor();
      }
    });

    test('stickers are pictures; animated ones say what they stand for', async () => {
      await shows('sticker').locator(`img[alt="Sticker from ${FILES_CHAT.name}: 👍"]`).waitFor();
      const animated = shows('sticker').filter({ hasText: 'Animated sticker' });
      expect(await animated.textContent()).toContain('😂');
    });

    test('a file that was not fetched says why, and can be asked for', async () => {
      const row = shows('document').filter({ hasText: 'recording.zip' });
      expect(await row.textContent()).toMatch(/recording\.zip · 25 MB.*This file was not fetched · it is too large/);
      await row.getByRole('button', { name: 'Fetch anyway' }).click();
      await eventually(
        async () =>
          (await server.query(`SELECT FROM audit WHERE action LIKE 'attachment.%' AND action LIKE '%etch%'`)).length >
          0,
      );
    });

    test('an album is one grid, and the lightbox goes through it', async () => {
      const album = mei.thread().locator('[data-album="3"]');
      await album.scrollIntoViewIfNeeded();
      const opener = album.getByRole('button', { name: /^Enlarge/ }).first();
      await opener.click();
      const box = page.getByRole('dialog', { name: 'Pictures of this message' });
      await box.getByText('1 of 3').waitFor();
      await page.keyboard.press('ArrowRight');
      await box.getByText('2 of 3').waitFor();
      await page.keyboard.press('+');
      await box.getByText('150%').waitFor();
      await page.keyboard.press('ArrowRight');
      await box.getByText('3 of 3').waitFor();
      await box.getByText('100%').waitFor();
      await eventually(async () =>
        box.locator('img').evaluate((node: Picture) => node.complete && node.naturalWidth === 900),
      );
      expect(await axeViolations(page)).toEqual([]);
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        box.getByRole('link', { name: 'Download' }).click(),
      ]);
      expect(await download.failure()).toBeNull();
      await page.keyboard.press('Escape');
      await eventually(async () => (await box.count()) === 0);
      // The keyboard is where it was.
      await eventually(async () => opener.evaluate(hasFocus));
      await mei.thread().getByText('Three pages of the form').waitFor();
    });

    test('places, contacts, polls, dice and what nobody knows are said in words', async () => {
      await mei.open(THINGS_CHAT.name);
      const thread = mei.thread();
      await thread.getByText('48.8584, 2.2945 · within 12 m').waitFor();
      const map = thread.getByRole('link', { name: 'Open in OpenStreetMap' }).first();
      expect(await map.getAttribute('href')).toBe(
        'https://www.openstreetmap.org/?mlat=48.858400&mlon=2.294500#map=16/48.858400/2.294500',
      );
      expect(await map.getAttribute('rel')).toBe('noopener noreferrer');
      for (const words of [
        'Central Branch',
        'Long Street 4',
        'Carl Young',
        '+15550100',
        'Which network?',
        'TRC20',
        'rolled 5',
        'This kind of message cannot be shown yet: giveaway',
        'Forwarded from the channel Parley Gifts',
      ]) {
        await thread.getByText(words, { exact: true }).waitFor();
      }
    });

    test('what is answered stands above the answer and leads to it', async () => {
      const quote = mei.thread().getByRole('button', { name: /^Go to the message this answers/ });
      expect(await quote.textContent()).toContain('talk to a person');
      await quote.click();
      const first = mei.thread().getByRole('article').first();
      expect(await first.getAttribute('data-found')).toBe('');
      expect(await first.textContent()).toContain('I want to talk to a person');
    });

    test('nothing of it is in the way of assistive technology', async () => {
      expect(await axeViolations(page)).toEqual([]);
      await mei.open(FILES_CHAT.name);
      await shows('photo').first().waitFor();
      expect(await axeViolations(page)).toEqual([]);
    });
  });

  describe('what agents send', () => {
    test('a photo by the choice of files, with words below it', async () => {
      await page.getByRole('button', { name: 'Take over' }).click();
      await choose(await fileOf('map.jpg', await drawnPicture(640, 480, '#457b9d')));
      await tray().locator('[data-upload="there"]').waitFor();
      expect(await tray().locator('img').count()).toBe(1);
      await mei.reply('This is the way');
      await eventually(async () => {
        expect((await ours(FILES_CHAT.id)).at(-1)).toMatchObject({ text: 'This is the way', shows: ['photo'] });
      });
      await bubble(page.getByText('This is the way')).locator('[data-attachment="photo"] img').waitFor();
      expect(await tray().count()).toBe(0);
    });

    test('a picture by paste, without a word', async () => {
      await page.evaluate(handOver('paste', 'main textarea'));
      await tray().getByText('paste.png').waitFor();
      await tray().locator('[data-upload="there"]').waitFor();
      await sendButton().click();
      await eventually(async () => {
        expect((await ours(FILES_CHAT.id)).at(-1)).toMatchObject({ text: '', shows: ['photo'] });
      });
    });

    test('an album by drop and by choice', async () => {
      await page.evaluate(handOver('drop', 'main [role="log"]'));
      await tray().getByText('drop.png').waitFor();
      await choose(
        await fileOf('one.jpg', await drawnPicture(400, 400, '#264653')),
        await fileOf('two.jpg', await drawnPicture(400, 400, '#e9c46a')),
      );
      await eventually(async () => (await tray().locator('[data-upload="there"]').count()) === 3);
      await mei.reply('Three at once');
      await eventually(async () => {
        expect((await ours(FILES_CHAT.id)).at(-1)).toMatchObject({
          text: 'Three at once',
          shows: ['photo', 'photo', 'photo'],
        });
      });
      await bubble(page.getByText('Three at once')).locator('[data-album="3"]').waitFor();
    });

    test('a document keeps its name', async () => {
      await choose(await fileOf('terms.txt', 'The terms.'));
      await tray().locator('[data-upload="there"]').waitFor();
      await sendButton().click();
      await eventually(async () => {
        const last = (await ours(FILES_CHAT.id)).at(-1);
        expect(last?.shows).toEqual(['document']);
        expect(last?.media[0]?.name).toBe('terms.txt');
      });
    });

    test('a file that is too large is refused in words, before a byte of it is sent', async () => {
      const asked: string[] = [];
      page.on('request', (request) => {
        if (request.method() === 'POST' && request.url().includes('/attachments')) asked.push(request.url());
      });
      const path = await fileOf('film.mov', '');
      truncateSync(path, 50_000_001);
      await choose(path);
      await tray().getByText('Too large: Telegram takes at most 50 MB. Make it smaller, or send a link.').waitFor();
      expect(await sendButton().isDisabled()).toBe(true);
      await page.getByText('Remove what is not taken, then send').waitFor();
      expect(await axeViolations(page)).toEqual([]);
      await page.getByRole('button', { name: 'Remove film.mov' }).click();
      expect(await tray().count()).toBe(0);
      expect(asked).toEqual([]);
    });

    test('an upload that is given up leaves nothing behind', async () => {
      await choose(await fileOf('wrong.txt', 'Not this one.'));
      await tray().locator('[data-upload="there"]').waitFor();
      await page.getByRole('button', { name: 'Remove wrong.txt' }).click();
      await eventually(
        async () => (await server.query('SELECT FROM attachment WHERE message_id IS NULL')).length === 0,
      );
    });

    test('long words say beforehand that they follow as a message of their own', async () => {
      await choose(await fileOf('long.txt', 'A file.'));
      await tray().locator('[data-upload="there"]').waitFor();
      await page.getByLabel(/^Reply to/).fill('word '.repeat(220));
      await page.getByText('Text over 1,024 characters follows as a message of its own').waitFor();
      await page.getByLabel(/^Reply to/).fill('');
      await page.getByRole('button', { name: 'Remove long.txt' }).click();
    });
  });

  describe('what is done with a message', () => {
    test('an answer to one message shows it, here and there', async () => {
      const asked = bubble(page.getByText('Here is the receipt'));
      await openMenu(asked);
      await page.getByRole('menuitem', { name: 'Reply to this' }).click();
      const bar = page.locator('[data-answering]');
      await bar.getByText('Here is the receipt').waitFor();
      await page.getByLabel(/^Reply to/).press('Escape');
      expect(await bar.count()).toBe(0);
      await openMenu(asked);
      await page.getByRole('menuitem', { name: 'Reply to this' }).click();
      await mei.reply('I can read it');
      await eventually(async () => {
        const sent = (await platform.sent(FILES_CHAT.id)).find(({ text }) => text === 'I can read it');
        const photo = (await platform.view(FILES_CHAT.id)).entries.find(({ text }) => text === 'Here is the receipt');
        expect(sent?.replyToMessageId).toBe(photo?.messageIds[0]);
      });
      await bubble(page.getByText('I can read it')).getByText('Here is the receipt').waitFor();
      expect(await bar.count()).toBe(0);
    });

    test('a message of ours is changed where it stands', async () => {
      const own = bubble(page.getByText('I can read it'));
      await own.locator('[data-delivery="sent"]').waitFor();
      await openMenu(own);
      await page.getByRole('menuitem', { name: 'Edit' }).click();
      const editor = page.getByLabel('New text of the message');
      await editor.press('Escape');
      expect(await editor.count()).toBe(0);
      await openMenu(own);
      await page.getByRole('menuitem', { name: 'Edit' }).click();
      await editor.fill('I can read all of it');
      await editor.press('Enter');
      await eventually(async () => {
        const entry = (await ours(FILES_CHAT.id)).at(-1);
        expect([entry?.text, entry?.edited]).toEqual(['I can read all of it', true]);
      });
      const changed = bubble(page.getByText('I can read all of it'));
      await changed.getByText('Edited').waitFor();
      // What was done to it later does not change that it was sent.
      await eventually(async () => (await changed.locator('[data-amend]').count()) === 0);
      expect(await changed.locator('[data-delivery]').getAttribute('data-delivery')).toBe('sent');
    });

    test('words below an album are changed alone', async () => {
      const album = bubble(page.getByText('Three at once'));
      await openMenu(album);
      await page.getByRole('menuitem', { name: 'Edit' }).click();
      await page.getByLabel('New text of the message').fill('All three at once');
      await page.getByLabel('New text of the message').press('Enter');
      await eventually(async () => {
        const entry = (await ours(FILES_CHAT.id)).find(({ shows: kinds }) => kinds.length === 3);
        expect([entry?.text, entry?.media.length]).toEqual(['All three at once', 3]);
      });
    });

    test('a change that does not arrive says so and leaves the message sent', async () => {
      await platform.order('fault', {
        kind: 'refuse',
        method: 'editMessageText',
        description: 'Bad Request: message to edit not found',
        times: 1,
      });
      const own = bubble(page.getByText('I can read all of it'));
      await openMenu(own);
      await page.getByRole('menuitem', { name: 'Edit' }).click();
      await page.getByLabel('New text of the message').fill('This never arrives');
      await page.getByLabel('New text of the message').press('Enter');
      const changed = bubble(page.getByText('This never arrives'));
      await changed.getByText('The change did not arrive').waitFor();
      expect(await changed.locator('[data-delivery]').getAttribute('data-delivery')).toBe('sent');
    });

    test('a reaction is on the customer’s message, and is taken back', async () => {
      // The first that holds these words; the answer to it quotes them.
      const asked = mei
        .thread()
        .getByRole('article')
        .filter({ has: page.getByText('Here is the receipt') })
        .first();
      const reactions = async (): Promise<readonly string[] | undefined> =>
        (await platform.view(FILES_CHAT.id)).entries.find(({ text }) => text === 'Here is the receipt')?.reactions;
      await openMenu(asked);
      expect(await axeViolations(page)).toEqual([]);
      await page.getByRole('menuitem', { name: 'React with 👍' }).click();
      await eventually(async () => expect(await reactions()).toEqual(['👍']));
      await asked.getByText('👍', { exact: true }).waitFor();
      await openMenu(asked);
      await page.getByRole('menuitem', { name: 'Take our reaction back' }).click();
      await eventually(async () => expect(await reactions()).toEqual([]));
      const own = (await ours(FILES_CHAT.id)).at(-1)?.messageIds[0] ?? 0;
      await platform.react(FILES_CHAT.id, own, ['🎉']);
      await mei.thread().getByText('🎉', { exact: true }).waitFor();
    });

    test('an album of ours disappears whole, after a question', async () => {
      const album = bubble(page.getByText('All three at once'));
      await openMenu(album);
      await page.getByRole('menuitem', { name: 'Delete' }).click();
      const question = page.getByRole('dialog', { name: 'Delete this message?' });
      await question.waitFor();
      await page.keyboard.press('Escape');
      await eventually(async () => (await question.count()) === 0);
      expect((await ours(FILES_CHAT.id)).some(({ shows: kinds }) => kinds.length === 3)).toBe(true);
      await openMenu(album);
      await page.getByRole('menuitem', { name: 'Delete' }).click();
      await question.getByRole('button', { name: 'Delete for the customer' }).click();
      await eventually(async () => {
        expect((await ours(FILES_CHAT.id)).some(({ shows: kinds }) => kinds.length === 3)).toBe(false);
      });
      await album.getByText('Deleted by us').waitFor();
    });

    test('the menu is reached by the keyboard, from message to message', async () => {
      const buttons = mei.thread().locator('[data-message-menu]');
      await buttons.last().focus();
      await page.keyboard.press('ArrowUp');
      const count = await buttons.count();
      expect(await buttons.nth(count - 2).evaluate(hasFocus)).toBe(true);
      await page.keyboard.press('Enter');
      await page.getByRole('menu').waitFor();
      await page.keyboard.press('Escape');
      await eventually(async () => (await page.getByRole('menu').count()) === 0);
    });
  });

  test('the demo phones send things and show what arrives', async () => {
    await mei.holdPhoneOf('Ann Miller');
    const phone = page.getByRole('region', { name: 'Sandbox', exact: true });
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
    await mei.openView('All');
    await mei.open('Ann Miller');
    for (const kind of ['photo', 'document', 'voice', 'sticker']) await shows(kind).first().waitFor();
    await mei.thread().locator('[data-album="3"]').waitFor();
    await page.getByRole('button', { name: 'Take over' }).click();
    await choose(await fileOf('reply.jpg', await drawnPicture(300, 300, '#2a9d8f')));
    await tray().locator('[data-upload="there"]').waitFor();
    await mei.reply('For you');
    const arrived = phone.locator('img[alt="reply.jpg"], img[alt="Photo"]').last();
    await arrived.waitFor();
    await eventually(async () => arrived.evaluate((node: Picture) => node.complete && node.naturalWidth === 300));
    const last = phone.getByText('For you');
    await last.waitFor();
    await last.hover();
    await phone.getByRole('button', { name: 'React with ❤' }).last().click();
    await mei.thread().getByText('❤', { exact: true }).waitFor();
    await openMenu(bubble(page.getByText('For you')));
    await page.getByRole('menuitem', { name: 'Edit' }).click();
    await page.getByLabel('New text of the message').fill('For you, Ann');
    await page.getByLabel('New text of the message').press('Enter');
    await phone.getByText('For you, Ann').waitFor();
    await phone.getByText('edited').waitFor();
  }, 60_000);

  test('who blocks the bot is named in the thread, and who comes back too', async () => {
    await page.getByRole('button', { name: 'Block the bot' }).click();
    await mei.thread().getByText('The customer blocked the bot').waitFor();
    await mei.write('I am back');
    await mei.thread().getByText('The customer can be written to again').waitFor();
  });

  test('what is not here says why, at the size it has or would have', async () => {
    await server.query(`
      UPDATE attachment SET state = CASE kind WHEN 'photo' THEN 'waiting' WHEN 'voice' THEN 'gone' WHEN 'audio' THEN 'erased'
          WHEN 'video' THEN 'failed' ELSE state END,
        due_at = CASE kind WHEN 'photo' THEN now() + interval '1 day' END,
        blob_id = NULL, preview_blob_id = NULL, preview_width = NULL, preview_height = NULL
      WHERE kind IN ('photo', 'voice', 'audio', 'video') AND message_id IN (
        SELECT m.id FROM message m JOIN conversation c ON c.id = m.conversation_id JOIN contact p ON p.id = c.contact_id WHERE p.display_name = '${FILES_CHAT.name}')`);
    await page.reload();
    await mei.openView('Mine');
    await mei.open(FILES_CHAT.name);
    const waiting = shows('photo').first().getByRole('img', { name: 'Photo · Being fetched' });
    await waiting.scrollIntoViewIfNeeded();
    const box = await waiting.boundingBox();
    expect([Math.round(box?.width ?? 0), Math.round(box?.height ?? 0)]).toEqual([320, 213]);
    await shows('voice').getByText('The platform does not have this file any more').waitFor();
    await shows('audio').getByText('This file was erased').waitFor();
    await shows('video').getByText('This file could not be fetched').waitFor();
    await shows('video').getByRole('button', { name: 'Try again' }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
  });

  test('presses, votes and how a customer came are said in words', async () => {
    const put = (text: string, change: string): Promise<unknown> =>
      server.query(`UPDATE message SET ${change} WHERE text = '${text}'`);
    await put('Is this from you?', `entry = 'campaign-7'`);
    const pressed = { standIn: 'thing', content: { type: 'button', label: 'Yes', data: 'y' } };
    await put('I still wait', `extras = '${JSON.stringify(pressed)}'`);
    const voted = { standIn: 'thing', content: { type: 'pollAnswer', options: [0, 2] } };
    await put('[location] 1.5, 2.5', `extras = '${JSON.stringify(voted)}'`);
    await page.reload();
    await mei.openView('Unassigned');
    await mei.open(THINGS_CHAT.name);
    for (const words of ['Came by link: campaign-7', 'Pressed: Yes', 'Voted for option 1, 3']) {
      await mei.thread().getByText(words, { exact: true }).waitFor();
    }
  });

  test('the page had no trouble with any of it', () => expect(troubles).toEqual([]));
});
