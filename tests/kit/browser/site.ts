import type { FrameLocator, Page } from 'playwright-core';

/**
 * Opens a page of a site of another origin that shows the chat as its README says: a script, a token of the site's server, and a policy
 * that allows the gateway's script and frame and nothing inline.
 * @param chat address of the chat, with a slash at its end
 * @param site address of the page; its origin is one of those the account allows
 */
export async function openSite(
  page: Page,
  options: { site: string; chat: string; token: string },
): Promise<FrameLocator> {
  const { site, chat, token } = options;
  const gateway = new URL(chat).origin;
  if (new URL(site).origin === gateway) throw new Error('the site has to be of another origin');
  // The page comes from no server, and Chromium asks before it lets such a page reach this machine; older ones know no such question.
  await page
    .context()
    .grantPermissions(['local-network-access'])
    .catch(() => undefined);
  await page.route(site, (route) =>
    route.fulfill({
      contentType: 'text/html; charset=utf-8',
      headers: { 'content-security-policy': `default-src 'self'; script-src ${gateway}; frame-src ${gateway}` },
      body: `<!doctype html><html lang="en"><head><title>A shop</title></head><body><main><h1>A shop</h1></main>
        <script async src="${chat}widget.js" data-token="${token}"></script></body></html>`,
    }),
  );
  await page.goto(site);
  await page.getByRole('button', { name: 'Open chat' }).click();
  return page.frameLocator('iframe');
}
