import type { Page, Request } from 'playwright-core';
import { eventually } from '../eventually.ts';

/** Two frames on: nothing stands in for what is still to come, and nothing moves. */
const STILL = `new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(
  document.querySelector('[role="status"][aria-label]') === null &&
  document.getAnimations().every((one) => one.playState !== 'running')
))))`;

/**
 * The server holds these until there is something to tell, and players load when they are played. Of what the chat sends it reads no
 * more than that it was taken, so that the browser never says the answer has ended.
 */
function isHeld(request: Request): boolean {
  const held = /\/sandbox\/state\?after=|\/chat\/[^/]+\/(?:events|messages|presses|read|typing)$/;
  return request.resourceType() === 'media' || held.test(request.url());
}

/**
 * Follows what a tab asks for.
 * @returns waits until everything that was asked for is there and drawn
 */
export function watchSettling(page: Page): () => Promise<void> {
  const open = new Set<Request>();
  page.on('request', (request) => {
    // What the page before it asked for is nobody's any more.
    if (request.isNavigationRequest() && request.frame() === page.mainFrame()) open.clear();
    if (!isHeld(request)) open.add(request);
  });
  page.on('requestfinished', (request) => open.delete(request));
  page.on('requestfailed', (request) => open.delete(request));
  return async () => {
    await eventually(async () => {
      if (open.size > 0 || !(await page.evaluate(STILL)) || open.size > 0) {
        throw new Error(`not settled; asked for: ${[...open].map((request) => request.url()).join(', ')}`);
      }
    }, 15_000);
  };
}
