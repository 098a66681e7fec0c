import { isNode, nameOf, nodesOf, parse, type SourceFile, type SyntaxNode } from './source-tree.ts';

/** No file is longer; a file that wants to be does two things. */
export const MAX_LINES = 400;
/** From here on a file is on its way there. */
export const WARN_LINES = 300;

const BANNED_FILE = /(?:^|\/)(?:utils?|helpers?|misc|common|types)(?:\.tsx?|\/)/;
const BANNED_NAME = /(?:Manager|Utils?|Helper)$/;
const SUPPRESSION = /@ts-(?:ignore|nocheck|expect-error)|eslint-disable|biome-ignore/;
/** A suppressed lint rule says why. */
const BARE_LINT = /oxlint-disable(?!-next-line [a-z0-9/-]+ -- \S)/;

/** Node 20 collects a signal of a time that only `any` holds, and it never aborts; browsers do not. */
const LOST_TIME = /AbortSignal\.any\([^)]*AbortSignal\.timeout\(/u;

/** The one module that reads the environment. */
const ENVIRONMENT_READER = 'config/load.ts';

/** Where a library's types are narrower than what it takes; each says so beside the cast. */
const CASTS_AT_LIBRARIES = ['channels/telegram/transport/api.ts', 'src/queue/postgres-backend.ts'];

export function lineCount(file: SourceFile): number {
  return file.text.split('\n').length - (file.text.endsWith('\n') ? 1 : 0);
}

/** Files over the limit. */
export function tooLong(files: readonly SourceFile[], limit = MAX_LINES): string[] {
  return files.filter((file) => lineCount(file) > limit).map((file) => `${file.path}: ${lineCount(file)} lines`);
}

/** Everything in the files that the style forbids, as one sentence each. */
export function codeViolations(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const found: string[] = [];
    if (!/^[a-z0-9/.-]+$/.test(file.path)) found.push('its name is not kebab-case');
    if (BANNED_FILE.test(file.path)) found.push('its name says nothing about what it holds');
    if (SUPPRESSION.test(file.text)) found.push('a checker is silenced');
    if (!file.path.startsWith('src/web/') && LOST_TIME.test(file.text))
      found.push('a time that may be collected before it comes: linked() keeps it');
    if (BARE_LINT.test(file.text)) found.push('a lint rule is silenced without a reason');
    if (/^\s*(?:\/\/|\/?\*+)\s*[-=*#─]{5,}/mu.test(file.text)) found.push('a banner comment');
    for (const node of nodesOf(parse(file))) {
      const wrong = wrongNode(file.path, node);
      if (wrong !== null) found.push(wrong);
    }
    return found.map((what) => `${file.path}: ${what}`);
  });
}

function wrongNode(path: string, node: SyntaxNode): string | null {
  switch (node.type) {
    case 'TsKeywordType':
      return node['kind'] === 'any' ? 'the type any' : null;
    case 'MemberExpression':
      return wrongMember(path, node);
    case 'TsNonNullExpression':
      return 'a non-null assertion';
    case 'TsAsExpression':
      return doubleCast(node) && !CASTS_AT_LIBRARIES.includes(path) ? 'a cast by way of unknown' : null;
    case 'TsInterfaceDeclaration':
    case 'TsTypeAliasDeclaration': {
      const name = nameOf(node['id']);
      return /^I[A-Z]/.test(name) ? `the I-prefixed name ${name}` : bannedName(name);
    }
    case 'ClassDeclaration':
    case 'FunctionDeclaration':
      return bannedName(nameOf(node['identifier']));
    case 'VariableDeclarator':
      return bannedName(nameOf(node['id']));
    default:
      return null;
  }
}

function wrongMember(path: string, node: SyntaxNode): string | null {
  const object = nameOf(node['object']);
  const property = nameOf(node['property']);
  if (object === 'console') return `console.${property}`;
  if (object === 'process' && property === 'env' && path !== ENVIRONMENT_READER) return 'the environment is read';
  return null;
}

function doubleCast(node: SyntaxNode): boolean {
  let inner: unknown = node['expression'];
  while (isNode(inner) && inner.type === 'ParenthesisExpression') inner = inner['expression'];
  if (!isNode(inner) || inner.type !== 'TsAsExpression') return false;
  const to = inner['typeAnnotation'];
  return isNode(to) && to['kind'] === 'unknown';
}

function bannedName(name: string): string | null {
  return BANNED_NAME.test(name) ? `the banned name ${name}` : null;
}
