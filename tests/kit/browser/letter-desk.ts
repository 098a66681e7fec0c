import { randomUUID } from 'node:crypto';
import type { RemotePictures } from '../../../src/core/ports/remote-pictures.ts';
import { type LetterMade, makeLetter } from '../desk/letters.ts';
import { memoryChannel } from '../pipeline/memory-channel.ts';
import { type DeskPage, openDeskPage } from './desk-page.ts';

/** A desk of letters with an agent of ours in a browser before it. */
export interface LetterDesk extends DeskPage {
  /** A customer's letter, in a conversation of its own or as the next of one. */
  letter(made: LetterMade, chat?: string): Promise<{ conversation: string; message: string; chat: string }>;
  /** Opens a conversation by its address. */
  open(conversation: string): Promise<void>;
}

/** Builds the page and starts a desk on a channel of letters. */
export async function openLetterDesk(pictures: RemotePictures): Promise<LetterDesk> {
  const { capabilities } = memoryChannel();
  const desk = await openDeskPage({
    withoutWorker: true,
    channel: { capabilities: { ...capabilities, letters: true } },
    pictures,
  });
  const { stand, page, address } = desk;
  return {
    ...desk,
    async letter(made, chat = randomUUID()) {
      const conversation = await stand.write(chat, made.text ?? 'hello');
      return { conversation, message: await makeLetter(stand, conversation, made), chat };
    },
    async open(conversation) {
      await page.goto(`${address}/inbox/all/${conversation}`);
      await page.locator('[data-letter]').first().waitFor();
    },
  };
}
