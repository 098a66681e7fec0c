import type { Browser, Page } from 'playwright-core';
import { type DeskStand, PASSWORD, type StandOptions, startDeskStand } from '../desk/stand.ts';
import { type Look, launchBrowser, openTab } from './chromium.ts';
import { createVisitor, type Visitor } from './visitor.ts';

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

/** Starts a desk and signs a lead of the team `support` in. */
export async function openDeskPage(options: StandOptions): Promise<DeskPage> {
  const [stand, browser] = await Promise.all([startDeskStand(options), launchBrowser()]);
  const close = async (): Promise<void> => {
    await browser.close();
    await stand.stop();
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
