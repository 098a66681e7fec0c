import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { axeViolations } from './accessibility.ts';
import { launchBrowser } from './chromium.ts';
import { type Filled, fillSandbox } from './fill-sandbox.ts';
import { type SandboxServer, startSandboxServer } from './sandbox-server.ts';
import { openScreens, SCREENS } from './screens.ts';

/** How the page is looked at; width in pixels. */
export interface Look {
  theme: 'light' | 'dark';
  width: number;
  language: 'en-GB' | 'zh-CN';
}

/** Opens every screen in these looks: axe, errors, and whether anything is wider than the window. */
export function everyScreen(looks: readonly Look[]): void {
  describe('every screen', () => {
    let server: SandboxServer;
    let browser: Browser;
    let conversations: Filled;

    beforeAll(async () => {
      [server, browser] = await Promise.all([startSandboxServer(), launchBrowser()]);
      conversations = await fillSandbox(server);
    }, 150_000);
    afterAll(async () => {
      await browser?.close();
      await server?.stop();
    });

    describe.each(looks)('$theme, $width px, $language', (look) => {
      test('axe finds nothing, nothing is thrown, and nothing is wider than the window', async () => {
        const wrong: string[] = [];
        const withoutAxe = look.language === 'zh-CN' || look.width === 320;
        await openScreens({ browser, server, conversations, look }, async ({ name, page, troubles }) => {
          // Words and width do not change what axe finds; theme and arrangement do.
          if (!withoutAxe) for (const violation of await axeViolations(page)) wrong.push(`${name}: ${violation}`);
          for (const trouble of troubles.splice(0)) wrong.push(`${name}: ${trouble}`);
          const wider = await page.evaluate(
            'document.documentElement.scrollWidth - document.documentElement.clientWidth',
          );
          if (wider !== 0) wrong.push(`${name}: ${String(wider)} px wider than the window`);
          if (look.language === 'zh-CN' && (await page.evaluate('document.documentElement.lang')) !== 'zh-CN') {
            wrong.push(`${name}: is not in Chinese`);
          }
        });
        expect(wrong).toEqual([]);
      }, 150_000);
    });

    test('there are screens to look at', () => {
      expect(SCREENS.length).toBeGreaterThan(10);
    });
  });
}
