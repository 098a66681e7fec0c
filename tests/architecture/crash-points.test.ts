import { describe, expect, test } from '@jest/globals';
import { CRASH_POINTS, LETTER_CRASH_POINTS, RENEWAL_CRASH_POINTS } from '../../src/core/crash-point.ts';
import { isNode, nameOf, nodesOf, parse, readSources, type SourceFile } from './source-tree.ts';

/** Names that the files pass to `crashPoint`; a name that is no plain string is a violation of its own. */
function passedIn(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) =>
    [...nodesOf(parse(file))].flatMap((node) => {
      if (node.type !== 'CallExpression' || nameOf(node['callee']) !== 'crashPoint') return [];
      const first: unknown = Array.isArray(node['arguments']) ? node['arguments'][0] : undefined;
      const name = typeof first === 'object' && first !== null && 'expression' in first ? first.expression : undefined;
      return isNode(name) && name.type === 'StringLiteral' ? [nameOf(name)] : [`(computed in ${file.path})`];
    }),
  );
}

describe('crash points', () => {
  test.each([
    ['src', CRASH_POINTS],
    ['channels', [...LETTER_CRASH_POINTS, ...RENEWAL_CRASH_POINTS]],
  ])('every one that is named for %s is passed there, and only named ones are', (folder, named) => {
    expect([...new Set(passedIn(readSources(folder)))].sort()).toEqual([...named].sort());
  });

  test('there are enough of them, each named once', () => {
    expect(new Set(CRASH_POINTS).size).toBe(CRASH_POINTS.length);
    expect(CRASH_POINTS.length).toBeGreaterThanOrEqual(20);
  });

  test('a planted call is seen, in comments and strings it is not', () => {
    const text = "// crashPoint('a')\nconst s = \"crashPoint('b')\";\ncrashPoint('c');\ncrashPoint(name);\n";
    expect(passedIn([{ path: 'src/x.ts', text }])).toEqual(['c', '(computed in src/x.ts)']);
  });
});
