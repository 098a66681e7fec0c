/**
 * `npm run api:client`: writes the page's types of the API (src/web/api/schema.d.ts) from the declared routes. No server and no
 * database is needed: the routes are declared, never called. With `--check` nothing is written; a difference ends with 1.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';
import { bringUpToDate } from './build.js';

const root = join(import.meta.dirname, '..');
const TARGET = join(root, 'src', 'web', 'api', 'schema.d.ts');
const HEADER =
  '/** The API as its routes declare it. Written by `npm run api:client`; a test holds it against them. */\n\n';

/** The types for an OpenAPI document. */
export async function typesOf(document) {
  // Through JSON: the generator resolves references in what it is given and must not touch the original.
  const tree = await openapiTS(JSON.stringify(document), { alphabetize: true });
  return HEADER + astToString(tree);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await bringUpToDate(root);
  const { describeApi } = await import(pathToFileURL(join(root, 'dist', 'src', 'api', 'describe.js')).href);
  const { declaredSandboxRoutes } = await import(pathToFileURL(join(root, 'dist', 'src', 'sandbox', 'routes.js')).href);
  const wanted = await typesOf(await describeApi(declaredSandboxRoutes));
  if (process.argv.includes('--check')) {
    let there = '';
    try {
      there = readFileSync(TARGET, 'utf8');
    } catch {
      // Missing is different.
    }
    if (there !== wanted) {
      process.stderr.write('src/web/api/schema.d.ts is not what the routes declare. Run: npm run api:client\n');
      process.exitCode = 1;
    }
  } else {
    mkdirSync(dirname(TARGET), { recursive: true });
    writeFileSync(TARGET, wanted);
  }
}
