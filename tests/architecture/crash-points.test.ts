import { describe, expect, test } from '@jest/globals';
import { CRASH_POINTS } from '../../src/core/crash-point.ts';
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
  const passed = new Set(passedIn(readSources('src')));

  test('every named one is passed somewhere, and only named ones are', () => {
    expect([...passed].sort()).toEqual([...CRASH_POINTS].sort());
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
