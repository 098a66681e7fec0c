import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseSync } from '@swc/core';

/** The repository's folder. */
export const ROOT = join(import.meta.dirname, '../..');

/** One of our modules; `path` is relative to the repository and uses slashes. */
export interface SourceFile {
  path: string;
  text: string;
}

/** A node of the syntax tree, as far as the rules look. */
export interface SyntaxNode {
  type: string;
  [field: string]: unknown;
}

/** One import or re-export. `typeOnly`: gone after compilation. */
export interface ImportEdge {
  specifier: string;
  typeOnly: boolean;
}

/** Written by tools from what is checked elsewhere. */
const GENERATED = /\/schema\.d\.ts$/;

/** Every TypeScript file of the given folders, but for generated ones. */
export function readSources(...folders: readonly string[]): SourceFile[] {
  return folders
    .flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !GENERATED.test(file))
    .sort()
    .map((file) => ({ path: relative(ROOT, file).replaceAll('\\', '/'), text: readFileSync(file, 'utf8') }));
}

/** Parses a module. @throws when it is no TypeScript */
export function parse(file: SourceFile): SyntaxNode {
  const program: unknown = parseSync(file.text, {
    syntax: 'typescript',
    tsx: file.path.endsWith('.tsx'),
    target: 'es2022',
  });
  if (!isNode(program)) throw new Error(`${file.path} has no syntax tree`);
  return program;
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** Every node of a tree, the tree itself first. */
export function* nodesOf(node: SyntaxNode): Generator<SyntaxNode> {
  yield node;
  for (const field of Object.values(node)) yield* nodesIn(field);
}

function* nodesIn(value: unknown): Generator<SyntaxNode> {
  if (Array.isArray(value)) for (const entry of value) yield* nodesIn(entry);
  else if (isNode(value)) yield* nodesOf(value);
  // Call arguments and list entries stand in wrappers without a type.
  else if (typeof value === 'object' && value !== null && !('start' in value && 'end' in value)) {
    for (const field of Object.values(value)) yield* nodesIn(field);
  }
}

/** The text of an identifier or a string, else ''. */
export function nameOf(node: unknown): string {
  return isNode(node) && typeof node['value'] === 'string' ? node['value'] : '';
}

/** What a module imports or exports again, dynamic imports included. */
export function importsOf(tree: SyntaxNode): ImportEdge[] {
  const edges: ImportEdge[] = [];
  for (const node of nodesOf(tree)) {
    const source = nameOf(node['source']);
    const specifiers = Array.isArray(node['specifiers']) ? node['specifiers'].filter(isNode) : [];
    const onlyTypes = specifiers.length > 0 && specifiers.every((one) => one['isTypeOnly'] === true);
    if (node.type === 'ImportDeclaration' || node.type === 'ExportNamedDeclaration') {
      if (source !== '') edges.push({ specifier: source, typeOnly: node['typeOnly'] === true || onlyTypes });
    } else if (node.type === 'ExportAllDeclaration') {
      edges.push({ specifier: source, typeOnly: node['typeOnly'] === true });
    } else if (node.type === 'CallExpression' && isNode(node['callee']) && node['callee'].type === 'Import') {
      edges.push({ specifier: dynamicTarget(node), typeOnly: false });
    }
  }
  return edges;
}

function dynamicTarget(call: SyntaxNode): string {
  const first: unknown = Array.isArray(call['arguments']) ? call['arguments'][0] : undefined;
  const expression =
    typeof first === 'object' && first !== null && 'expression' in first ? first.expression : undefined;
  return isNode(expression) && expression.type === 'StringLiteral' ? nameOf(expression) : '(computed)';
}
