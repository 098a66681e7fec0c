import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { compileMessage } from '@lingui/message-utils/compileMessage';
import { z } from 'zod';
import { isNode, nameOf, nodesOf, parse, ROOT, readSources, type SourceFile } from './source-tree.ts';

const messages = z.record(z.string(), z.string());
const folders = readdirSync(join(ROOT, 'src/web'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name === 'catalogues')
  .map((entry) => join(entry.parentPath, entry.name));
const read = (folder: string, language: string) =>
  messages.parse(JSON.parse(readFileSync(join(folder, `${language}.json`), 'utf8')));
const page = readSources('src/web');

/** Names of the values a message wants. */
function placeholdersOf(text: string): string[] {
  const names = new Set<string>();
  const visit = (part: unknown): void => {
    if (!Array.isArray(part)) {
      if (typeof part === 'object' && part !== null) for (const choice of Object.values(part)) visit(choice);
      return;
    }
    for (const one of part) {
      if (Array.isArray(one) && typeof one[0] === 'string') names.add(one[0]);
      if (Array.isArray(one)) for (const inner of one.slice(1)) visit(inner);
    }
  };
  visit(compileMessage(text));
  return [...names].sort();
}

/** Attributes whose text people see or hear. */
const SEEN = ['label', 'title', 'placeholder', 'alt', 'hint', 'aria-label'];
/** Refusals of requests that the page never makes. */
const OF_CLIENTS = ['request', 'cursor', 'events_expired', 'content_type', 'upgrade'];
/** Words that are the same in every language. */
const SAME_EVERYWHERE = /^(?:Parley|Esc)$/;

/** Words in the page's code that no catalogue holds: they would stay English for everybody. */
function bareWords(files: readonly SourceFile[]): string[] {
  const told: string[] = [];
  for (const file of files) {
    for (const node of nodesOf(parse(file))) {
      const text = wordsIn(node).trim();
      if (/\p{L}{2,}/u.test(text) && !SAME_EVERYWHERE.test(text)) told.push(`${file.path}: ${text}`);
    }
  }
  return told;
}

function wordsIn(node: { type: string; [field: string]: unknown }): string {
  if (node.type === 'JSXText') return nameOf(node);
  if (node.type !== 'JSXAttribute' || !SEEN.includes(nameOf(node['name']))) return '';
  const { value } = node;
  return isNode(value) && value.type === 'StringLiteral' ? nameOf(value) : '';
}

/** Ids written out in calls of t(). Those put together from parts are covered by their types. */
function idsUsed(files: readonly SourceFile[]): Set<string> {
  const ids = new Set<string>();
  for (const file of files)
    for (const [, id] of file.text.matchAll(/\bt\(\s*'([^']+)'/g)) if (id !== undefined) ids.add(id);
  return ids;
}

describe("the page's words", () => {
  test('there are catalogues', () => expect(folders.length).toBeGreaterThanOrEqual(2));

  test.each(folders.map((folder) => relative(ROOT, folder)))('%s: both languages say the same things', (name) => {
    const [en, zh] = [read(join(ROOT, name), 'en'), read(join(ROOT, name), 'zh')];
    expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
    const apart = Object.keys(en).filter((id) => {
      const [left, right] = [placeholdersOf(en[id] ?? ''), placeholdersOf(zh[id] ?? '')];
      return left.join() !== right.join();
    });
    expect(apart).toEqual([]);
    expect(Object.keys(en).filter((id) => (en[id] ?? '').trim() === '' || (zh[id] ?? '').trim() === '')).toEqual([]);
  });

  test('no id is in two catalogues: the page has one space of names', () => {
    const all = folders.flatMap((folder) => Object.keys(read(folder, 'en')));
    expect(all.filter((id, index) => all.indexOf(id) !== index)).toEqual([]);
  });

  test('every id that is used exists', () => {
    const known = new Set(folders.flatMap((folder) => Object.keys(read(folder, 'en'))));
    expect([...idsUsed(page)].filter((id) => !known.has(id))).toEqual([]);
  });

  test('every refusal an agent may meet has words', () => {
    const [, table = ''] =
      /const STATUS[^{]*\{([^}]*)\}/.exec(readFileSync(join(ROOT, 'src/api/failures.ts'), 'utf8')) ?? [];
    const codes = [...table.matchAll(/(\w+): \d+/g)].map(([, code]) => code ?? '');
    expect(codes.length).toBeGreaterThan(20);
    const known = new Set(Object.keys(read(join(ROOT, 'src/web/i18n/catalogues'), 'en')));
    const silent = [...codes, 'internal', 'unavailable'].filter((code) => !known.has(`failed.${code}`));
    expect(silent.filter((code) => !OF_CLIENTS.includes(code))).toEqual([]);
  });

  test('every visible word comes from a catalogue', () => {
    expect(bareWords(page)).toEqual([]);
    const planted = 'export const A = () => <p title="Hello there">Sign in<b label={t("x")}>·</b></p>;';
    expect(bareWords([{ path: 'src/web/a.tsx', text: planted }])).toHaveLength(2);
  });

  test('placeholders are seen in plain messages and within plurals', () => {
    expect(placeholdersOf('{name} has {count, plural, one {# mail of {kind}} other {# mails of {kind}}}')).toEqual([
      'count',
      'kind',
      'name',
    ]);
  });
});
