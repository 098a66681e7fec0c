import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { ROOT } from './source-tree.ts';

const FIRST_JS_BYTES = 150 * 1_024;
const CSS_BYTES = 12 * 1_024;
const LAZY_CHUNK_BYTES = 60 * 1_024;

const manifestSchema = z.record(
  z.string(),
  z.looseObject({
    file: z.string(),
    isEntry: z.boolean().default(false),
    imports: z.array(z.string()).default([]),
    css: z.array(z.string()).default([]),
  }),
);
type Manifest = z.infer<typeof manifestSchema>;

/** Files of scripts that the first paint waits for: the entry and what it imports, however deep. */
function firstLoad(manifest: Manifest): Set<string> {
  const files = new Set<string>();
  const visit = (key: string): void => {
    const chunk = manifest[key];
    if (chunk === undefined || files.has(chunk.file)) return;
    files.add(chunk.file);
    for (const next of chunk.imports) visit(next);
  };
  for (const [key, chunk] of Object.entries(manifest)) if (chunk.isEntry) visit(key);
  return files;
}

/** What is over its budget, as one sentence each. @param bytesOf a file's size as it is sent */
function overBudget(manifest: Manifest, bytesOf: (file: string) => number): string[] {
  const first = firstLoad(manifest);
  const chunks = Object.values(manifest);
  const total = (files: Iterable<string>): number => [...files].reduce((sum, file) => sum + bytesOf(file), 0);
  const firstBytes = total(first);
  const cssBytes = total(new Set(chunks.flatMap((chunk) => chunk.css)));
  const lazy = new Set(chunks.map((chunk) => chunk.file).filter((file) => file.endsWith('.js') && !first.has(file)));
  return [
    ...(firstBytes > FIRST_JS_BYTES ? [`scripts of the first load: ${firstBytes} of ${FIRST_JS_BYTES} bytes`] : []),
    ...(cssBytes > CSS_BYTES ? [`styles: ${cssBytes} of ${CSS_BYTES} bytes`] : []),
    ...[...lazy].filter((file) => bytesOf(file) > LAZY_CHUNK_BYTES).map((file) => `${file}: ${bytesOf(file)} bytes`),
  ];
}

describe("the page's bytes", () => {
  let folder = '';
  let manifest: Manifest = {};
  const gzipped = (file: string): number => gzipSync(readFileSync(join(folder, file)), { level: 9 }).length;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'parley-page-'));
    const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
    const args = [vite, 'build', '--config', join(ROOT, 'src/web/vite.config.js'), '--outDir', folder];
    await promisify(execFile)(process.execPath, args, { cwd: ROOT });
    manifest = manifestSchema.parse(JSON.parse(readFileSync(join(folder, '.vite/manifest.json'), 'utf8')));
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('stay within the budget', () => {
    const bytes = [...firstLoad(manifest)].reduce((sum, file) => sum + gzipped(file), 0);
    process.stderr.write(`first load: ${(bytes / 1_024).toFixed(1)} KB of scripts, gzipped\n`);
    expect(overBudget(manifest, gzipped)).toEqual([]);
  });

  test('hold no schema library, no message parser and no code from strings: the policy refuses the last', () => {
    const code = [...new Set(Object.values(manifest).map((chunk) => chunk.file))]
      .filter((file) => file.endsWith('.js'))
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .join('\n');
    expect(code).not.toMatch(/ZodError|messageformat/);
    expect(code).not.toMatch(/\bnew Function\(|\beval\(/);
  });

  test('the page itself holds no inline script or style, which the policy would refuse', () => {
    const html = readFileSync(join(folder, 'index.html'), 'utf8');
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=/);
    expect([...html.matchAll(/<script([^>]*)>/g)].filter(([, rest]) => !/\ssrc=/.test(rest ?? ''))).toEqual([]);
  });

  test('planted fat is found where it is', () => {
    const planted = manifestSchema.parse({
      'main.tsx': { file: 'a.js', isEntry: true, imports: ['_b.js'], css: ['a.css'] },
      '_b.js': { file: 'b.js' },
      'lazy.tsx': { file: 'c.js', imports: ['_b.js'] },
    });
    const sizes: Record<string, number> = { 'a.js': 100_000, 'b.js': 60_000, 'c.js': 70_000, 'a.css': 13_000 };
    expect(overBudget(planted, (file) => sizes[file] ?? 0)).toEqual([
      'scripts of the first load: 160000 of 153600 bytes',
      'styles: 13000 of 12288 bytes',
      'c.js: 70000 bytes',
    ]);
  });
});
