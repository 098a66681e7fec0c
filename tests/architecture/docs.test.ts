import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { CRASH_POINTS } from '../../src/core/crash-point.ts';
import { ROOT } from './source-tree.ts';

const pages = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
  ...readdirSync(join(ROOT, 'channels'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('README.md'))
    .map((name) => join('channels', name)),
].sort();

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const scripts = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read('package.json'))).scripts;
const OURS = /^(?:src|channels|config|docs|docker|tests|scripts|bench|bin)\//;

/** What a page points at and is not there: links, paths of files in `code`, npm scripts. */
function danglingIn(page: string, text: string): string[] {
  const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)/g)]
    .map(([, target]) => target ?? '')
    .filter((target) => !existsSync(join(ROOT, dirname(page), target)));
  const paths = [...text.matchAll(/`([\w./-]+)`/g)]
    .map(([, path]) => path ?? '')
    .filter((path) => OURS.test(path) && !existsSync(join(ROOT, path)) && path !== 'config/parley.yaml');
  const called = [...text.matchAll(/npm run ([\w:-]+)/g)]
    .map(([, name]) => name ?? '')
    .filter((name) => scripts[name] === undefined);
  return [...links, ...paths, ...called.map((name) => `npm run ${name}`)];
}

describe('pages', () => {
  test.each(pages)('%s points only at what exists', (page) => {
    expect(danglingIn(page, read(page))).toEqual([]);
  });

  test('a planted dead link, path and script are found', () => {
    const text = '[a](nowhere.md) [b](https://example.com) `src/core/nowhere.ts` `npm run nothing` [c](CHANGELOG.md#x)';
    expect(danglingIn('README.md', text)).toEqual(['nowhere.md', 'src/core/nowhere.ts', 'npm run nothing']);
  });

  test('the architecture says of every crash point what a crash there does', () => {
    const rows = read('docs/architecture.md')
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    const named = rows.flatMap((row) =>
      [...(row.split('|')[1] ?? '').matchAll(/`([a-z]+\.[a-z-]+)`/g)].map(([, name]) => name ?? ''),
    );
    expect(named.toSorted()).toEqual([...CRASH_POINTS].toSorted());
  });

  test('every decision is in the list of decisions, and no longer than a page', () => {
    const folder = join(ROOT, 'docs/decisions');
    const list = read('docs/decisions/README.md');
    const decisions = readdirSync(folder).filter((name) => /^\d{4}-/.test(name));
    expect(decisions.length).toBeGreaterThan(0);
    expect(decisions.filter((name) => !list.includes(`(${name})`))).toEqual([]);
    const long = decisions.filter((name) => readFileSync(join(folder, name), 'utf8').split('\n').length > 60);
    expect(long.map((name) => relative(ROOT, join(folder, name)))).toEqual([]);
  });
});
