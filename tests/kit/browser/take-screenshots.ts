import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launchBrowser } from './chromium.ts';
import { fillSandbox } from './fill-sandbox.ts';
import { startSandboxServer } from './sandbox-server.ts';
import { openScreens } from './screens.ts';

const LOOKS = [
  { name: 'light-wide', look: { theme: 'light', width: 1440, height: 900 } },
  { name: 'dark-wide', look: { theme: 'dark', width: 1440, height: 900 } },
  { name: 'light-narrow', look: { theme: 'light', width: 380, height: 780 } },
  { name: 'dark-narrow', look: { theme: 'dark', width: 380, height: 780 } },
  { name: 'chinese-wide', look: { theme: 'light', width: 1440, height: 900, language: 'zh-CN' } },
  { name: 'small-320', look: { theme: 'light', width: 320, height: 640 } },
] as const;

const [folder = '.', ...names] = process.argv.slice(2);
const server = await startSandboxServer();
const browser = await launchBrowser();
try {
  const conversations = await fillSandbox(server);
  for (const { name: lookName, look } of LOOKS) {
    const into = join(folder, lookName);
    mkdirSync(into, { recursive: true });
    const options = { browser, server, conversations, look, ...(names.length === 0 ? {} : { names }) };
    await openScreens(options, async ({ name, page }) => {
      await page.screenshot({ path: join(into, `${name}.png`) });
    });
  }
} finally {
  await browser.close();
  await server.stop();
}
