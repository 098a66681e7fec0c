import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { type DeskStand, PASSWORD, type StandOptions, startDeskStand } from '../desk/stand.ts';
import { type Look, launchBrowser, openTab } from './chromium.ts';
import { createVisitor, type Visitor } from './visitor.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** A desk with an agent of ours in a browser before it. */
export interface DeskPage {
  readonly stand: DeskStand;
  readonly page: Page;
  readonly visitor: Visitor;
  readonly address: string;
  /** What the page said is wrong. */
  readonly troubles: string[];
  /** Another tab of the same agent. */
  tab(look: Look): Promise<{ page: Page; troubles: readonly string[] }>;
  close(): Promise<void>;
}

/** Builds the page, starts a desk and signs a lead of the team `support` in. */
export async function openDeskPage(options: Omit<StandOptions, 'pageFolder'>): Promise<DeskPage> {
  const pageFolder = mkdtempSync(join(tmpdir(), 'parley-page-'));
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  const args = [vite, 'build', '--config', join(ROOT, 'src/web/vite.config.js'), '--outDir', pageFolder];
  const [stand, browser] = await Promise.all([
    promisify(execFile)(process.execPath, args, { cwd: ROOT }).then(() => startDeskStand({ ...options, pageFolder })),
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

async function signedInAt(stand: DeskStand, browser: Browser): Promise<Omit<DeskPage, 'close'>> {
  const { email } = await stand.addAgent('lead', ['support'], 'Mei');
  const address = `http://127.0.0.1:${stand.port}`;
  const enter = async (look: Look) => {
    const { page, troubles } = await openTab(browser, look);
    await page.goto(address);
    return { page, troubles, visitor: createVisitor(page) };
  };
  const { page, troubles, visitor } = await enter({ width: 1440, height: 1000 });
  await visitor.signIn(email, PASSWORD);
  return {
    stand,
    page,
    visitor,
    address,
    troubles,
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
