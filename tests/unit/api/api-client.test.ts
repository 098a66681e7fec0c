import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { typesOf } from '../../../scripts/api-client.js';
import { describeApi, listRoutes } from '../../../src/api/describe.ts';
import { declaredSandboxRoutes } from '../../../src/sandbox/routes.ts';

const ROOT = join(import.meta.dirname, '../../..');

test('the page’s types are what the routes declare (else: npm run api:client)', async () => {
  const there = readFileSync(join(ROOT, 'src/web/api/schema.d.ts'), 'utf8');
  expect(await typesOf(await describeApi(declaredSandboxRoutes))).toBe(there);
}, 60_000);

test('the document is OpenAPI 3.1, names every operation once and leaves nothing unreferenced', async () => {
  const document = z
    .looseObject({
      openapi: z.string(),
      paths: z.record(z.string(), z.record(z.string(), z.looseObject({ operationId: z.string() }))),
      components: z.looseObject({ schemas: z.record(z.string(), z.unknown()) }),
    })
    .parse(await describeApi());
  expect(document.openapi).toBe('3.1.0');
  const names = Object.values(document.paths).flatMap((path) => Object.values(path).map((one) => one.operationId));
  expect(new Set(names).size).toBe(names.length);
  const text = JSON.stringify(document);
  for (const name of Object.keys(document.components.schemas)) expect(text).toContain(`#/components/schemas/${name}"`);
});

test('the routes of the sandbox say that they are its own, and are not there without it', async () => {
  const plain = (await listRoutes()).map(({ method, url }) => `${method} ${url}`);
  const added = (await listRoutes(declaredSandboxRoutes)).filter(
    ({ method, url }) => !plain.includes(`${method} ${url}`),
  );
  expect(added.length).toBeGreaterThan(4);
  expect(added.filter(({ policy, url }) => policy !== 'sandbox' || !url.startsWith('/api/v1/sandbox/'))).toEqual([]);
});
