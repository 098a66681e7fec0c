import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { z } from 'zod';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const results = z.object({
  violations: z.array(
    z.object({
      id: z.string(),
      nodes: z.array(z.object({ html: z.string(), failureSummary: z.string().optional() })),
    }),
  ),
  passes: z.number(),
});

/** What axe finds wrong with what is shown now (WCAG 2.2 A and AA, and best practices), one sentence each. */
export async function axeViolations(page: Page): Promise<string[]> {
  await page.evaluate(source);
  const found = results.parse(
    await page.evaluate(
      `axe.run(document, {resultTypes: ['violations']}).then(({violations, passes}) => ({violations, passes: passes.length}))`,
    ),
  );
  // An empty page has nothing wrong either.
  if (found.passes < 5) return [`axe found almost nothing to look at (${found.passes})`];
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} — ${failureSummary?.replaceAll('\n', ' ')}`),
  );
}
