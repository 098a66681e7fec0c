import { describe, expect, test } from '@jest/globals';
import { codeViolations, lineCount, MAX_LINES, tooLong, WARN_LINES } from './code-rules.ts';
import { readSources } from './source-tree.ts';

const sources = readSources('src', 'channels', 'config');

describe('size', () => {
  test(`no file is over ${MAX_LINES} lines`, () => {
    expect(tooLong(sources)).toEqual([]);
  });

  test(`few files are over ${WARN_LINES} lines`, () => {
    const long = tooLong(sources, WARN_LINES);
    // Not an error each, but when there are many of them the parts are cut in the wrong places.
    if (long.length > 0) process.stderr.write(`files over ${WARN_LINES} lines:\n  ${long.join('\n  ')}\n`);
    expect(long.length).toBeLessThan(sources.length / 20);
  });

  test('a planted long file is found, one at the limit is not', () => {
    const line = 'export const a = 1;\n';
    expect(lineCount({ path: 'src/a.ts', text: line.repeat(3) })).toBe(3);
    expect(tooLong([{ path: 'src/a.ts', text: line.repeat(MAX_LINES + 1) }])).toHaveLength(1);
    expect(tooLong([{ path: 'src/a.ts', text: line.repeat(MAX_LINES) }])).toEqual([]);
  });
});

describe('code', () => {
  test('follows the style in every file of ours', () => {
    expect(codeViolations(sources)).toEqual([]);
  });

  test.each([
    ['src/store/utils.ts', ''],
    ['src/utils/text.ts', ''],
    ['src/store/accountStore.ts', ''],
    ['src/a.ts', 'export class AccountManager {}'],
    ['src/a.ts', 'export interface IStore {}'],
    ['src/a.ts', 'export type IStore = string;'],
    ['src/a.ts', "console.log('x');"],
    ['src/a.ts', 'const call = () => { console.error(1); };'],
    ['src/a.ts', 'export function f(x: any): void {}'],
    ['src/a.ts', 'const x = JSON.parse("1") as any;'],
    ['src/a.ts', 'const x: Map<string, any[]> = new Map();'],
    ['src/a.ts', 'const x = y as unknown as string;'],
    ['src/a.ts', 'const x = (y as unknown) as string;'],
    ['src/a.ts', 'const x = list[0]!;'],
    ['src/a.ts', '// @ts-ignore\nconst x = 1;'],
    ['src/a.ts', '// @ts-expect-error we know better\nconst x = 1;'],
    ['src/a.ts', '// oxlint-disable-next-line no-control-regex\nconst x = 1;'],
    ['src/a.ts', '// ==================\nconst x = 1;'],
    ['src/a.ts', "const port = process.env['PORT'];"],
    ['channels/telegram/send.ts', 'const { PORT } = process.env;'],
    ['src/a.ts', 'const s = AbortSignal.any([stopping, AbortSignal.timeout(5)]);'],
    ['src/web/list/helpers.tsx', ''],
    ['src/web/a.tsx', 'export const A = (): unknown => <p>{list[0]!}</p>;'],
  ])('a planted violation in %s is found: %s', (path, text) => {
    expect(codeViolations([{ path, text }])).toHaveLength(1);
  });

  test('words in comments and strings are no violations', () => {
    const text = "/** any: console.log of process.env */\nexport const hint = 'as any, console.log(process.env)';\n";
    expect(codeViolations([{ path: 'src/a.ts', text }])).toEqual([]);
    expect(codeViolations([{ path: 'config/load.ts', text: "export const at = process.env['A'];" }])).toEqual([]);
  });
});
