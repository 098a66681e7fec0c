import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { axeViolations } from '../kit/browser/accessibility.ts';
import { hasFocus, type MediaDesk, openMediaDesk } from '../kit/browser/media-desk.ts';
import { drawnPicture, FILES_CHAT } from '../kit/browser/media-thread.ts';
import { eventually } from '../kit/eventually.ts';

describe('what is done with a message', () => {
  let desk: MediaDesk;

  beforeAll(async () => {
    desk = await openMediaDesk();
    await desk.mei.open(FILES_CHAT.name);
    await desk.page.getByRole('button', { name: 'Take over' }).click();
    const colours = ['#264653', '#e9c46a', '#e76f51'];
    const drawn = await Promise.all(colours.map((colour) => drawnPicture(400, 400, colour)));
    await desk.choose(...drawn.map((bytes, index) => desk.fileOf(`${index}.jpg`, bytes)));
    await eventually(async () => (await desk.tray().locator('[data-upload="there"]').count()) === 3);
    await desk.mei.reply('Three at once');
    await desk.bubble(desk.page.getByText('Three at once')).locator('[data-delivery="sent"]').waitFor();
  }, 180_000);
  afterAll(async () => {
    await desk?.close();
  });

  test('an answer to one message shows it, here and there', async () => {
    const asked = desk.bubble(desk.page.getByText('Here is the receipt'));
    await desk.openMenu(asked);
    await desk.page.getByRole('menuitem', { name: 'Reply to this' }).click();
    const bar = desk.page.locator('[data-answering]');
    await bar.getByText('Here is the receipt').waitFor();
    await desk.page.getByLabel(/^Reply to/).press('Escape');
    expect(await bar.count()).toBe(0);
    await desk.openMenu(asked);
    await desk.page.getByRole('menuitem', { name: 'Reply to this' }).click();
    await desk.mei.reply('I can read it');
    await eventually(async () => {
      const sent = (await desk.platform.sent(FILES_CHAT.id)).find(({ text }) => text === 'I can read it');
      const photo = (await desk.platform.view(FILES_CHAT.id)).entries.find(
        ({ text }) => text === 'Here is the receipt',
      );
      expect(sent?.replyToMessageId).toBe(photo?.messageIds[0]);
    });
    await desk.bubble(desk.page.getByText('I can read it')).getByText('Here is the receipt').waitFor();
    expect(await bar.count()).toBe(0);
  });

  test('a message of ours is changed where it stands', async () => {
    const own = desk.bubble(desk.page.getByText('I can read it'));
    await own.locator('[data-delivery="sent"]').waitFor();
    await desk.openMenu(own);
    await desk.page.getByRole('menuitem', { name: 'Edit' }).click();
    const editor = desk.page.getByLabel('New text of the message');
    await editor.press('Escape');
    expect(await editor.count()).toBe(0);
    await desk.openMenu(own);
    await desk.page.getByRole('menuitem', { name: 'Edit' }).click();
    await editor.fill('I can read all of it');
    await editor.press('Enter');
    await eventually(async () => {
      const entry = (await desk.ours(FILES_CHAT.id)).at(-1);
      expect([entry?.text, entry?.edited]).toEqual(['I can read all of it', true]);
    });
    const changed = desk.bubble(desk.page.getByText('I can read all of it'));
    await changed.getByText('Edited').waitFor();
    // What was done to it later does not change that it was sent.
    await eventually(async () => (await changed.locator('[data-amend]').count()) === 0);
    expect(await changed.locator('[data-delivery]').getAttribute('data-delivery')).toBe('sent');
  });

  test('words below an album are changed alone', async () => {
    const album = desk.bubble(desk.page.getByText('Three at once'));
    await desk.openMenu(album);
    await desk.page.getByRole('menuitem', { name: 'Edit' }).click();
    await desk.page.getByLabel('New text of the message').fill('All three at once');
    await desk.page.getByLabel('New text of the message').press('Enter');
    await eventually(async () => {
      const entry = (await desk.ours(FILES_CHAT.id)).find(({ shows: kinds }) => kinds.length === 3);
      expect([entry?.text, entry?.media.length]).toEqual(['All three at once', 3]);
    });
  });

  test('a change that does not arrive says so and leaves the message sent', async () => {
    await desk.platform.order('fault', {
      kind: 'refuse',
      method: 'editMessageText',
      description: 'Bad Request: message to edit not found',
      times: 1,
    });
    const own = desk.bubble(desk.page.getByText('I can read all of it'));
    await desk.openMenu(own);
    await desk.page.getByRole('menuitem', { name: 'Edit' }).click();
    await desk.page.getByLabel('New text of the message').fill('This never arrives');
    await desk.page.getByLabel('New text of the message').press('Enter');
    const changed = desk.bubble(desk.page.getByText('This never arrives'));
    await changed.getByText('The change did not arrive').waitFor();
    expect(await changed.locator('[data-delivery]').getAttribute('data-delivery')).toBe('sent');
  });

  test('a reaction is on the customer’s message, and is taken back', async () => {
    // The first that holds these words; the answer to it quotes them.
    const asked = desk.mei
      .thread()
      .getByRole('article')
      .filter({ has: desk.page.getByText('Here is the receipt') })
      .first();
    const reactions = async (): Promise<readonly string[] | undefined> =>
      (await desk.platform.view(FILES_CHAT.id)).entries.find(({ text }) => text === 'Here is the receipt')?.reactions;
    await desk.openMenu(asked);
    expect(await axeViolations(desk.page)).toEqual([]);
    await desk.page.getByRole('menuitem', { name: 'React with 👍' }).click();
    await eventually(async () => expect(await reactions()).toEqual(['👍']));
    await asked.getByText('👍', { exact: true }).waitFor();
    await desk.openMenu(asked);
    await desk.page.getByRole('menuitem', { name: 'Take our reaction back' }).click();
    await eventually(async () => expect(await reactions()).toEqual([]));
    const own = (await desk.ours(FILES_CHAT.id)).at(-1)?.messageIds[0] ?? 0;
    await desk.platform.react(FILES_CHAT.id, own, ['🎉']);
    await desk.mei.thread().getByText('🎉', { exact: true }).waitFor();
  });

  test('an album of ours disappears whole, after a question', async () => {
    const album = desk.bubble(desk.page.getByText('All three at once'));
    await desk.openMenu(album);
    await desk.page.getByRole('menuitem', { name: 'Delete' }).click();
    const question = desk.page.getByRole('dialog', { name: 'Delete this message?' });
    await question.waitFor();
    await desk.page.keyboard.press('Escape');
    await eventually(async () => (await question.count()) === 0);
    expect((await desk.ours(FILES_CHAT.id)).some(({ shows: kinds }) => kinds.length === 3)).toBe(true);
    await desk.openMenu(album);
    await desk.page.getByRole('menuitem', { name: 'Delete' }).click();
    await question.getByRole('button', { name: 'Delete for the customer' }).click();
    await eventually(async () => {
      expect((await desk.ours(FILES_CHAT.id)).some(({ shows: kinds }) => kinds.length === 3)).toBe(false);
    });
    await album.getByText('Deleted by us').waitFor();
  });

  test('the menu is reached by the keyboard, from message to message', async () => {
    const buttons = desk.mei.thread().locator('[data-message-menu]');
    await buttons.last().focus();
    await desk.page.keyboard.press('ArrowUp');
    const count = await buttons.count();
    expect(await buttons.nth(count - 2).evaluate(hasFocus)).toBe(true);
    await desk.page.keyboard.press('Enter');
    await desk.page.getByRole('menu').waitFor();
    await desk.page.keyboard.press('Escape');
    await eventually(async () => (await desk.page.getByRole('menu').count()) === 0);
  });

  test('the page had no trouble with any of it', () => expect(desk.troubles).toEqual([]));
});
