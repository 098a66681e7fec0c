import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { ensureBrowser, findBrowser } from '../servers/programs.js';

/** Nothing of the browser's own may use the network or the processor while something is measured. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

/** Starts the machine's Chromium. @throws {Error} naming the package when there is none */
export async function launchBrowser(): Promise<Browser> {
  const missing = ensureBrowser();
  const executablePath = findBrowser();
  if (missing !== undefined || executablePath === undefined) throw new Error(`The tests need ${missing}.`);
  return chromium.launch({ executablePath, args: FLAGS });
}

export interface Look {
  width?: number;
  height?: number;
  theme?: 'light' | 'dark';
  /** Of the browser: what the page speaks when nobody chose. */
  language?: string;
}

/** A fresh profile with one tab. What the page says is wrong is collected in `troubles`. */
export async function openTab(
  browser: Browser,
  { width = 1440, height = 900, theme = 'light', language = 'en-GB' }: Look = {},
): Promise<{ context: BrowserContext; page: Page; troubles: string[] }> {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    locale: language,
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('pageerror', (error) => troubles.push(`thrown: ${error.message}`));
  page.on('console', (message) => {
    // What a request came to is told as an error too; tests look at the page for that.
    const text = message.text();
    if (message.type() === 'error' && !text.startsWith('Failed to load resource')) troubles.push(`console: ${text}`);
  });
  return { context, page, troubles };
}
