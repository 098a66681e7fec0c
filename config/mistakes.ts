import type { z } from 'zod';

/** A key path: names of keys and positions in lists. */
export type KeyPath = readonly (string | number)[];

/** One thing wrong with the configuration, as told to people. Never holds a configured value. */
export interface Mistake {
  path: KeyPath;
  /** Position in the file, from 1; null when there is no file. */
  line: number | null;
  message: string;
  /** What to do; null where the message says it. */
  mend: string | null;
}

/** Everything wrong with one configuration file, found in one go. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly file: string;
  readonly mistakes: readonly Mistake[];

  constructor(file: string, mistakes: readonly Mistake[]) {
    const count = mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`;
    super(`${count} in ${file}:\n${mistakes.map((mistake) => `  - ${describeMistake(mistake)}`).join('\n')}`);
    this.file = file;
    this.mistakes = mistakes;
  }
}

/** Writes a path the way people read it: `accounts[0].imap.host`. */
export function formatPath(path: KeyPath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text === '' ? 'the top level' : text;
}

/** One mistake as one line of text. */
export function describeMistake(mistake: Mistake): string {
  const where = mistake.line === null ? formatPath(mistake.path) : `${formatPath(mistake.path)}, line ${mistake.line}`;
  return `${mistake.message} at ${where}${mistake.mend === null ? '' : `: ${mistake.mend}`}`;
}

/** Number of inserted, deleted, replaced or swapped neighbouring characters that turn one word into the other. */
function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const same = left[i - 1] === right[j - 1] ? 0 : 1;
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[right.length] ?? 0;
}

/** The known word somebody probably meant, or null when none is near. */
export function nearestWord(word: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** "did you mean …" where there is a near word, else the list of what is possible. */
export function suggest(word: string, known: readonly string[]): string | null {
  const nearest = nearestWord(word, known);
  if (nearest !== null) return `did you mean \`${nearest}\`?`;
  return known.length === 0 ? null : `known here: ${known.join(', ')}`;
}

/** What a schema allows at one place, as far as it matters here; taken from its JSON Schema form. */
export interface SchemaNode {
  properties?: Record<string, SchemaNode>;
  items?: SchemaNode;
  anyOf?: SchemaNode[];
  oneOf?: SchemaNode[];
}

function branches(node: SchemaNode): SchemaNode[] {
  return [node, ...(node.anyOf ?? []).flatMap(branches), ...(node.oneOf ?? []).flatMap(branches)];
}

/** Keys a schema knows at a path. */
export function keysAt(root: SchemaNode, path: KeyPath): string[] {
  let nodes = branches(root);
  for (const step of path) {
    nodes = nodes
      .flatMap((node) => (typeof step === 'number' ? [node.items] : [node.properties?.[step]]))
      .filter((node) => node !== undefined)
      .flatMap(branches);
  }
  return [...new Set(nodes.flatMap((node) => Object.keys(node.properties ?? {})))];
}

type Issue = z.core.$ZodIssue;

function keyPath(path: readonly PropertyKey[]): (string | number)[] {
  return path.map((step) => (typeof step === 'symbol' ? (step.description ?? '?') : step));
}

function lastName(path: KeyPath): string {
  const name = path.findLast((step) => typeof step === 'string');
  return name === undefined ? 'the file' : `\`${name}\``;
}

/** Of a union's branches, the one whose own shape was probably meant: it complains about the inside, not the whole. */
function intendedBranch(errors: readonly (readonly Issue[])[]): readonly Issue[] | null {
  const inside = errors.filter((issues) =>
    issues.every((issue) => issue.path.length > 0 || issue.code === 'unrecognized_keys' || issue.code === 'custom'),
  );
  return inside.toSorted((left, right) => left.length - right.length)[0] ?? null;
}

/**
 * Puts zod's issues into our words. `value` is what was parsed: it decides whether something is missing or wrong, and is
 * never repeated. `prefix` is where it sits in the file.
 */
export function mistakesOf(issues: readonly Issue[], schema: SchemaNode, prefix: KeyPath, value: unknown): Mistake[] {
  return issues.flatMap((issue): Mistake[] => {
    const inner = keyPath(issue.path);
    const path = [...prefix, ...inner];
    const mistake = (message: string, mend: string | null = null): Mistake => ({ path, line: null, message, mend });
    switch (issue.code) {
      case 'unrecognized_keys':
        return issue.keys.map((key) => ({
          path: [...path, key],
          line: null,
          message: `unknown key \`${key}\``,
          mend: suggest(key, keysAt(schema, inner)),
        }));
      case 'invalid_type':
        if (valueAt(value, inner) === undefined)
          return [mistake(`${lastName(path)} is missing`, `add it (${issue.expected})`)];
        return [mistake(`${lastName(path)} has the wrong form`, `must be ${issue.expected}`)];
      case 'invalid_value':
        if (valueAt(value, inner) === undefined) {
          return [mistake(`${lastName(path)} is missing`, `must be ${issue.values.map(String).join(' or ')}`)];
        }
        return [
          mistake(
            `${lastName(path)} is not one of the known values`,
            `must be ${issue.values.map(String).join(' or ')}`,
          ),
        ];
      case 'invalid_union': {
        const branch = intendedBranch(issue.errors);
        if (branch !== null && branch.length > 0) {
          const moved = branch.map((inside) => ({ ...inside, path: [...issue.path, ...inside.path] }));
          return mistakesOf(moved, schema, prefix, value);
        }
        return [mistake(`${lastName(path)} has none of the accepted forms`, acceptedForms(issue))];
      }
      default:
        return [mistake(`${lastName(path)} is not right`, issue.message)];
    }
  });
}

function acceptedForms(issue: Extract<Issue, { code: 'invalid_union' }>): string | null {
  const forms = issue.errors.flatMap((branch) =>
    branch.flatMap((inside) => {
      if (inside.code === 'invalid_value') return inside.values.map(String);
      return inside.code === 'invalid_type' ? [inside.expected] : [];
    }),
  );
  return forms.length === 0 ? null : `must be ${forms.join(' or ')}`;
}

/** What stands at a path of a parsed value, or undefined. */
export function valueAt(value: unknown, path: KeyPath): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = (current as Record<string | number, unknown>)[step];
  }
  return current;
}
