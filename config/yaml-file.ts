import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Scalar, visit } from 'yaml';
import type { KeyPath, Mistake } from './mistakes.ts';

/** A read file: the plain value, what was wrong with it, and where each key stands. */
export interface YamlFile {
  value: unknown;
  mistakes: Mistake[];
  /** True when the text is no YAML at all, so that checking the value makes no sense. */
  unreadable: boolean;
  /** The line of a path, from 1; of its nearest parent where the path itself is not in the file. */
  lineOf(path: KeyPath): number | null;
  /**
   * Environment variables are strings. Where a number or a truth value is wanted instead, reads the strings at these
   * paths as such, if they came from the environment and look like one. True when anything changed.
   */
  retype(paths: readonly KeyPath[]): boolean;
}

/** Sentences for the parser's codes; its own messages may quote the text of the file, and so a secret. */
const SYNTAX: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'a key stands here twice',
  TAB_AS_INDENT: 'a tab is used for indenting; use spaces',
  BAD_INDENT: 'the indenting is not right',
  BAD_ALIAS: 'an alias (*name) is not right; quote text that begins with *',
  MULTIPLE_DOCS: 'the file holds more than one document (---)',
  MISSING_CHAR: 'a closing character or a comma is missing; quote text that holds any of : { } [ ] , # & *',
  BLOCK_AS_IMPLICIT_KEY: 'a value holds a colon; quote it',
};

const REFERENCE = /\$\$\{|\$\{([^}]*)\}/g;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

function pathOf(key: unknown, ancestors: readonly unknown[]): (string | number)[] {
  const path: (string | number)[] = [];
  for (const [index, ancestor] of ancestors.entries()) {
    const child = ancestors[index + 1];
    if (isSeq(ancestor)) {
      const position = child === undefined ? key : ancestor.items.indexOf(child);
      path.push(Number(position));
    } else if (typeof child === 'object' && child !== null && 'key' in child && isMap(ancestor)) {
      path.push(isScalar(child.key) ? String(child.key.value) : '?');
    }
  }
  return path;
}

/**
 * Reads YAML 1.2 and puts environment variables into its strings: `${NAME}`, or `$${` for a literal `${`. What the
 * variables hold is not searched again.
 */
export function readYaml(text: string, env: Readonly<Record<string, string | undefined>>): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const mistakes: Mistake[] = document.errors.map((error) => ({
    path: [],
    line: lines.linePos(error.pos[0]).line,
    message: SYNTAX[error.code] ?? `the file is not valid YAML here (${error.code})`,
    mend: null,
  }));
  const fromEnv = new Map<string, Scalar>();
  let unreadable = mistakes.length > 0;

  const interpolate = (node: Scalar, path: KeyPath, written: string): void => {
    const missing: string[] = [];
    const line = node.range === null || node.range === undefined ? null : lines.linePos(node.range[0]).line;
    node.value = written.replaceAll(REFERENCE, (match: string, name: string | undefined) => {
      if (name === undefined) return '${';
      if (!NAME.test(name)) {
        const mend = 'write ${NAME} with letters, digits and _, or $${ for a literal ${';
        mistakes.push({ path, line, message: 'a reference to the environment has no valid name', mend });
        return match;
      }
      const value = env[name];
      if (value === undefined || value === '') missing.push(name);
      return value ?? '';
    });
    for (const name of missing) {
      const message = `the environment variable ${name} is not set`;
      mistakes.push({ path, line, message, mend: 'set it or write the value into the file' });
    }
    fromEnv.set(JSON.stringify(path), node);
  };

  if (!unreadable) {
    visit(document, {
      Alias(_key, node) {
        if (node.resolve(document) !== undefined) return;
        const line = node.range ? lines.linePos(node.range[0]).line : null;
        mistakes.push({
          path: [],
          line,
          message: 'an alias (*name) has no anchor',
          mend: 'quote text that begins with *',
        });
        unreadable = true;
      },
      Scalar(key, node, ancestors) {
        if (key === 'key' || typeof node.value !== 'string' || !node.value.includes('${')) return;
        interpolate(node, pathOf(key, ancestors), node.value);
      },
    });
  }

  const lineOf = (path: KeyPath): number | null => {
    for (let length = path.length; length > 0; length -= 1) {
      const parent = document.getIn(path.slice(0, length - 1), true);
      const step = path[length - 1];
      if (isMap(parent)) {
        const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === step);
        if (isNode(pair?.key) && pair.key.range) return lines.linePos(pair.key.range[0]).line;
      } else if (isSeq(parent) && typeof step === 'number') {
        const item = parent.items[step];
        if (isNode(item) && item.range) return lines.linePos(item.range[0]).line;
      }
    }
    return unreadable || text.trim() === '' ? null : 1;
  };

  const file: YamlFile = {
    value: unreadable ? {} : (document.toJS() ?? {}),
    mistakes,
    unreadable,
    lineOf,
    retype(paths) {
      let changed = false;
      for (const path of paths) {
        const node = fromEnv.get(JSON.stringify(path));
        if (node === undefined || typeof node.value !== 'string') continue;
        if (/^-?\d+(?:\.\d+)?$/.test(node.value)) node.value = Number(node.value);
        else if (/^(?:true|false)$/.test(node.value)) node.value = node.value === 'true';
        else continue;
        changed = true;
      }
      if (changed) file.value = document.toJS() ?? {};
      return changed;
    },
  };
  return file;
}
