import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { axeViolations } from '../kit/browser/accessibility.ts';
import { hasFocus, isShown, type MediaDesk, openMediaDesk, type Picture } from '../kit/browser/media-desk.ts';
import { FILES_CHAT, THINGS_CHAT } from '../kit/browser/media-thread.ts';
import { eventually } from '../kit/eventually.ts';

interface Player {
  currentTime: number;
  play(): Promise<void>;
}

describe('what customers send that is no text', () => {
  let desk: MediaDesk;

  beforeAll(async () => {
    desk = await openMediaDesk();
  }, 180_000);
  afterAll(async () => {
    await desk?.close();
  });

  test('the list says what it was, in the agent’s language', async () => {
    await desk.platform.send(THINGS_CHAT.id, { kind: 'location', latitude: 1.5, longitude: 2.5 });
    await desk.page.getByRole('link', { name: THINGS_CHAT.name }).getByText('Location 1.5, 2.5').waitFor();
  });

  test('pictures stand at a size that is kept before they are there', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await desk.page.route('**/preview', async (route) => {
      await held;
      await route.continue();
    });
    await desk.mei.open(FILES_CHAT.name);
    const picture = desk.shows('photo').first().getByRole('button');
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
    await desk.mei.thread().getByText('Here is the receipt').waitFor();
  });

  test('a document is a row with name, type and size that can be taken as a file', async () => {
    const row = desk.shows('document').filter({ hasText: 'statement.pdf' });
    expect(await row.textContent()).toMatch(/statement\.pdf.*PDF · \d+ byte/);
    const [download] = await Promise.all([
      desk.page.waitForEvent('download'),
      row.getByRole('link', { name: 'Download statement.pdf' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('statement.pdf');
  });

  test('voice and music have the browser’s own player, and play', async () => {
    const voice = desk.shows('voice').locator('audio');
    expect(await voice.getAttribute('preload')).toBe('none');
    expect(await voice.getAttribute('aria-label')).toBe(`Voice message from ${FILES_CHAT.name}`);
    expect(await desk.shows('voice').textContent()).toContain('0:04');
    expect(await desk.shows('audio').textContent()).toContain('3:05');
    await voice.evaluate((node: Player) => node.play());
    await eventually(async () => (await voice.evaluate((node: Player) => node.currentTime)) > 0);
  });

  test('films are players, and files once the browser cannot play them', async () => {
    // The simulator makes their bytes up: no browser plays those, and whoever sees it can still take the file.
    for (const kind of ['video', 'animation', 'videoNote']) {
      const row = desk.shows(kind);
      await row.getByText('Cannot be played here').waitFor();
      await row.getByRole('link', { name: /^Download/ }).waitFor();
    }
  });

  test('stickers are pictures; animated ones say what they stand for', async () => {
    await desk.shows('sticker').locator(`img[alt="Sticker from ${FILES_CHAT.name}: 👍"]`).waitFor();
    const animated = desk.shows('sticker').filter({ hasText: 'Animated sticker' });
    expect(await animated.textContent()).toContain('😂');
  });

  test('a file that was not fetched says why, and can be asked for', async () => {
    const row = desk.shows('document').filter({ hasText: 'recording.zip' });
    expect(await row.textContent()).toMatch(/recording\.zip · 25 MB.*This file was not fetched · it is too large/);
    const ask = row.getByRole('button', { name: 'Fetch anyway' });
    const way = '**/api/v1/attachments/*/fetch';
    await desk.page.route(way, (route) => route.abort());
    const [lost] = await Promise.all([desk.page.waitForEvent('requestfailed'), ask.click()]);
    expect(lost.url()).toMatch(/\/fetch$/);
    // What did not get through can be asked for once more.
    await eventually(async () => ask.isEnabled());
    await desk.page.unroute(way);
    await ask.click();
    await eventually(
      async () => (await desk.server.query(`SELECT FROM audit WHERE action = 'attachment.fetch'`)).length > 0,
    );
  });

  test('an album is one grid, and the lightbox goes through it', async () => {
    const album = desk.mei.thread().locator('[data-album="3"]');
    await album.scrollIntoViewIfNeeded();
    const opener = album.getByRole('button', { name: /^Enlarge/ }).first();
    await opener.click();
    const box = desk.page.getByRole('dialog', { name: 'Pictures of this message' });
    await box.getByText('1 of 3').waitFor();
    await desk.page.keyboard.press('ArrowRight');
    await box.getByText('2 of 3').waitFor();
    await desk.page.keyboard.press('+');
    await box.getByText('150%').waitFor();
    await desk.page.keyboard.press('ArrowRight');
    await box.getByText('3 of 3').waitFor();
    await box.getByText('100%').waitFor();
    await eventually(async () =>
      box.locator('img').evaluate((node: Picture) => node.complete && node.naturalWidth === 900),
    );
    expect(await axeViolations(desk.page)).toEqual([]);
    const [download] = await Promise.all([
      desk.page.waitForEvent('download'),
      box.getByRole('link', { name: 'Download' }).click(),
    ]);
    expect(await download.failure()).toBeNull();
    await desk.page.keyboard.press('Escape');
    await eventually(async () => (await box.count()) === 0);
    // The keyboard is where it was.
    await eventually(async () => opener.evaluate(hasFocus));
    await desk.mei.thread().getByText('Three pages of the form').waitFor();
  });

  test('places, contacts, polls, dice and what nobody knows are said in words', async () => {
    await desk.mei.open(THINGS_CHAT.name);
    const thread = desk.mei.thread();
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
    const quote = desk.mei.thread().getByRole('button', { name: /^Go to the message this answers/ });
    expect(await quote.textContent()).toContain('talk to a person');
    await quote.click();
    const first = desk.mei.thread().getByRole('article').first();
    expect(await first.getAttribute('data-found')).toBe('');
    expect(await first.textContent()).toContain('I want to talk to a person');
  });

  test('nothing of it is in the way of assistive technology', async () => {
    expect(await axeViolations(desk.page)).toEqual([]);
    await desk.mei.open(FILES_CHAT.name);
    await desk.shows('photo').first().waitFor();
    expect(await axeViolations(desk.page)).toEqual([]);
  });

  test('what is not here says why, at the size it has or would have', async () => {
    await desk.server.query(`
      UPDATE attachment SET state = CASE kind WHEN 'photo' THEN 'waiting' WHEN 'voice' THEN 'gone' WHEN 'audio' THEN 'erased'
          WHEN 'video' THEN 'failed' ELSE state END,
        due_at = CASE kind WHEN 'photo' THEN now() + interval '1 day' END,
        blob_id = NULL, preview_blob_id = NULL, preview_width = NULL, preview_height = NULL
      WHERE kind IN ('photo', 'voice', 'audio', 'video') AND message_id IN (
        SELECT m.id FROM message m JOIN conversation c ON c.id = m.conversation_id JOIN contact p ON p.id = c.contact_id WHERE p.display_name = '${FILES_CHAT.name}')`);
    await desk.page.reload();
    await desk.mei.openView('Unassigned');
    await desk.mei.open(FILES_CHAT.name);
    const waiting = desk.shows('photo').first().getByRole('img', { name: 'Photo · Being fetched' });
    await waiting.scrollIntoViewIfNeeded();
    const box = await waiting.boundingBox();
    expect([Math.round(box?.width ?? 0), Math.round(box?.height ?? 0)]).toEqual([320, 213]);
    await desk.shows('voice').getByText('The platform does not have this file any more').waitFor();
    await desk.shows('audio').getByText('This file was erased').waitFor();
    await desk.shows('video').getByText('This file could not be fetched').waitFor();
    await desk.shows('video').getByRole('button', { name: 'Try again' }).waitFor();
    expect(await axeViolations(desk.page)).toEqual([]);
  });

  test('presses, votes and how a customer came are said in words', async () => {
    const put = (text: string, change: string): Promise<unknown> =>
      desk.server.query(`UPDATE message SET ${change} WHERE text = '${text}'`);
    await put('Is this from you?', `entry = 'campaign-7'`);
    const pressed = { standIn: 'thing', content: { type: 'button', label: 'Yes', data: 'y' } };
    await put('I still wait', `extras = '${JSON.stringify(pressed)}'`);
    const voted = { standIn: 'thing', content: { type: 'pollAnswer', options: [0, 2] } };
    await put('[location] 1.5, 2.5', `extras = '${JSON.stringify(voted)}'`);
    await desk.page.reload();
    await desk.mei.openView('Unassigned');
    await desk.mei.open(THINGS_CHAT.name);
    for (const words of ['Came by link: campaign-7', 'Pressed: Yes', 'Voted for option 1, 3']) {
      await desk.mei.thread().getByText(words, { exact: true }).waitFor();
    }
  });

  test('the page had no trouble with any of it', () => expect(desk.troubles).toEqual([]));
});
