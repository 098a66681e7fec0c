import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import type { ChatView } from '../../../channels/telegram/simulator/index.ts';
import { launchBrowser, openTab } from './chromium.ts';
import { sendEverything } from './media-thread.ts';
import { type Platform, platformOf } from './platform.ts';
import { type SandboxServer, startSandboxServer } from './sandbox-server.ts';
import { createVisitor, type Visitor } from './visitor.ts';

/** An image element, as far as tests look at it. */
export interface Picture {
  complete: boolean;
  naturalWidth: number;
}
export const isShown = (node: Picture): boolean => node.complete && node.naturalWidth > 0;
export const hasFocus = (node: { matches(selector: string): boolean }): boolean => node.matches(':focus');

/** Mei at the desk of a sandbox to which customers sent files and everything else that is no text. */
export interface MediaDesk {
  readonly server: SandboxServer;
  readonly platform: Platform;
  readonly mei: Visitor;
  readonly page: Page;
  /** What the page said is wrong. */
  readonly troubles: readonly string[];
  /** The newest message that holds this. */
  bubble(inside: Locator): Locator;
  /** Files of this kind in the open thread. */
  shows(kind: string): Locator;
  /** Our bubbles at the platform, oldest first. */
  ours(chat: number): Promise<ChatView['entries'][number][]>;
  /** The files that go along with the reply. */
  tray(): Locator;
  sendButton(): Locator;
  /** Attaches files by the browser's own choice of files. */
  choose(...files: string[]): Promise<void>;
  openMenu(of: Locator): Promise<void>;
  /** Writes a file to choose. @returns its path */
  fileOf(name: string, bytes: Buffer | string): string;
  close(): Promise<void>;
}

/** Starts a sandbox and a browser, has everything sent and Mei signed in, with the unassigned conversations before her. */
export async function openMediaDesk(): Promise<MediaDesk> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-files-'));
  const [server, browser] = await Promise.all([startSandboxServer(), launchBrowser()]);
  const close = async (): Promise<void> => {
    await browser.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await sendEverything(server);
    return { ...(await signedInAt(server, browser, folder)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function signedInAt(server: SandboxServer, browser: Browser, folder: string): Promise<Omit<MediaDesk, 'close'>> {
  const platform = platformOf(server);
  const { page, troubles } = await openTab(browser, { width: 1600, height: 1000 });
  await page.goto(server.address);
  const mei = createVisitor(page);
  await mei.signIn('mei@parley.example', server.password);
  await mei.openView('Unassigned');
  return {
    server,
    platform,
    mei,
    page,
    troubles,
    bubble: (inside) => mei.thread().getByRole('article').filter({ has: inside }).last(),
    shows: (kind) => mei.thread().locator(`[data-attachment="${kind}"]`),
    ours: async (chat) => (await platform.view(chat)).entries.filter(({ by }) => by === 'bot'),
    tray: () => page.getByRole('list', { name: 'Files that go along' }),
    sendButton: () => page.getByRole('button', { name: 'Send', exact: true }),
    async choose(...files) {
      const [chooser] = await Promise.all([
        page.waitForEvent('filechooser'),
        page.getByRole('button', { name: 'Attach files' }).click(),
      ]);
      await chooser.setFiles(files);
    },
    async openMenu(of) {
      await of.hover();
      await of.getByRole('button', { name: 'Message actions' }).click();
      await page.getByRole('menu').waitFor();
    },
    fileOf(name, bytes) {
      const path = join(folder, name);
      writeFileSync(path, bytes);
      return path;
    },
  };
}
