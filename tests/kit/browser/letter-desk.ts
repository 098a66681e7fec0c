import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import type { RemotePictures } from '../../../src/core/ports/remote-pictures.ts';
import { type LetterMade, makeLetter } from '../desk/letters.ts';
import { type DeskStand, PASSWORD, startDeskStand } from '../desk/stand.ts';
import { memoryChannel } from '../pipeline/memory-channel.ts';
import { type Look, launchBrowser, openTab } from './chromium.ts';
import { createVisitor, type Visitor } from './visitor.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** A desk of letters with an agent of ours in a browser before it. */
export interface LetterDesk {
  readonly stand: DeskStand;
  readonly page: Page;
  readonly visitor: Visitor;
  readonly address: string;
  /** What the page said is wrong. */
  readonly troubles: string[];
  /** A customer's letter, in a conversation of its own or as the next of one. */
  letter(made: LetterMade, chat?: string): Promise<{ conversation: string; message: string; chat: string }>;
  /** Opens a conversation by its address. */
  open(conversation: string): Promise<void>;
  /** Another tab of the same agent. */
  tab(look: Look): Promise<{ page: Page; troubles: readonly string[] }>;
  close(): Promise<void>;
}

/** Builds the page and starts a desk on a channel of letters. */
export async function openLetterDesk(pictures: RemotePictures): Promise<LetterDesk> {
  const pageFolder = mkdtempSync(join(tmpdir(), 'parley-letters-'));
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  const args = [vite, 'build', '--config', join(ROOT, 'src/web/vite.config.js'), '--outDir', pageFolder];
  const { capabilities } = memoryChannel();
  const [stand, browser] = await Promise.all([
    promisify(execFile)(process.execPath, args, { cwd: ROOT }).then(() =>
      startDeskStand({
        withoutWorker: true,
        channel: { capabilities: { ...capabilities, letters: true } },
        pictures,
        pageFolder,
      }),
    ),
    launchBrowser(),
  ]);
  const close = async (): Promise<void> => {
    await browser.close();
    await stand.stop();
    rmSync(pageFolder, { recursive: true, force: true });
  };
  try {
    return { ...(await signedInAt(stand, browser)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function signedInAt(stand: DeskStand, browser: Browser): Promise<Omit<LetterDesk, 'close'>> {
  const { email } = await stand.addAgent('lead', ['support'], 'Mei');
  const address = `http://127.0.0.1:${stand.port}`;
  const enter = async (look: Look) => {
    const { page, troubles } = await openTab(browser, look);
    await page.goto(address);
    const visitor = createVisitor(page);
    return { page, troubles, visitor };
  };
  const { page, troubles, visitor } = await enter({ width: 1440, height: 1000 });
  await visitor.signIn(email, PASSWORD);
  return {
    stand,
    page,
    visitor,
    address,
    troubles,
    async letter(made, chat = randomUUID()) {
      const conversation = await stand.write(chat, made.text ?? 'hello');
      return { conversation, message: await makeLetter(stand, conversation, made), chat };
    },
    async open(conversation) {
      await page.goto(`${address}/inbox/all/${conversation}`);
      await page.locator('[data-letter]').first().waitFor();
    },
    async tab(look) {
      const other = await enter(look);
      await other.page.getByLabel(/E-mail|邮箱/).fill(email);
      await other.page.getByLabel(/Password|密码/).fill(PASSWORD);
      await other.page.locator('button[type=submit]').click();
      await other.page.locator('#conversation').waitFor({ state: 'attached' });
      return other;
    },
  };
}
