import { type Finding, MASK, type Span } from './finding.ts';
import { findSpans, merge } from './rules.ts';

/** A text with every secret masked; the same length in UTF-16 units as what came in. */
export interface GuardedText {
  text: string;
  findings: Finding[];
}

/** A payload with every secret masked. The very same object when nothing was found. */
export interface GuardedPayload {
  payload: unknown;
  findings: Finding[];
}

/** Below this no rule can match; most strings of a payload are shorter. */
const SHORTEST_SECRET = 8;

/** Nesting beyond this is no platform's; what lies deeper is dropped unread. */
const DEEPEST = 200;

/** What a walk over one payload gathers. */
interface Gathered {
  findings: Finding[];
  /** Originals of certain secrets; local to the call, never returned. */
  originals: Set<string>;
  /** Originals of the first walk; the second masks them wherever else they stand. */
  known: readonly string[];
  /** What the rules said of strings with findings, so that the second walk need not ask again. */
  judged: Map<string, Span[]>;
  /** Whether the first walk found a recovery phrase for certain. */
  phraseSeen: boolean;
}

/** Shorter ones (a four-digit code) would hit dates and numbers that have nothing to do with them. */
const SHORTEST_REPEAT = 6;

/** Beyond this many different secrets, repeats are left to the rules. */
const MOST_REPEATS = 50;

function findRepeats(text: string, known: readonly string[]): Span[] {
  const spans: Span[] = [];
  for (const secret of known) {
    for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + secret.length)) {
      spans.push({ rule: 'repeat', certain: true, start: at, end: at + secret.length });
    }
  }
  return spans;
}

function guardString(text: string, path: () => string, gathered: Gathered): string {
  const { findings, originals, known, judged } = gathered;
  if (text.length < SHORTEST_SECRET) return text;
  const found = judged.get(text) ?? merge(findSpans(text));
  const spans = known.length === 0 ? found : merge([...found, ...findRepeats(text, known)]);
  if (spans.length === 0) return text;
  if (known.length === 0) judged.set(text, found);
  let masked = '';
  let at = 0;
  for (const { rule, start, end, ...span } of spans) {
    // Words beside a phrase can make it look like a sentence; next to a certain one it is most likely the same again.
    const certain = span.certain || (gathered.phraseSeen && rule === 'seed-phrase');
    const common = { rule, path: path(), start, length: end - start };
    if (certain) originals.add(text.slice(start, end));
    findings.push(certain ? { ...common, certain } : { ...common, certain, secret: text.slice(start, end) });
    masked += text.slice(at, start) + MASK.repeat(end - start);
    at = end;
  }
  return masked + text.slice(at);
}

/** Where in a payload the walk is; a path is only written out when something was found. */
interface Place {
  parent: Place | null;
  step: string | number;
}

function writePath(place: Place | null): string {
  if (place === null) return '$';
  const step = place.step;
  if (typeof step === 'number') return `${writePath(place.parent)}[${step}]`;
  const named = /^[A-Za-z_][A-Za-z0-9_]*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
  return writePath(place.parent) + named;
}

/** Values a platform makes up to name things; masking one would break the link between messages. */
function isPlatformId(key: string | number, value: string): boolean {
  return (
    typeof key === 'string' && /(?:^|_)id(?:_str)?$|Id$/.test(key) && value.length <= 40 && /^[-_.:0-9]+$/.test(value)
  );
}

function walk(value: unknown, place: Place | null, depth: number, gathered: Gathered): unknown {
  if (typeof value === 'string') {
    if (value.length < SHORTEST_SECRET || (place !== null && isPlatformId(place.step, value))) return value;
    return guardString(value, () => writePath(place), gathered);
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEEPEST) {
    gathered.findings.push({ rule: 'too-deep', certain: true, path: writePath(place), start: 0, length: 0 });
    return null;
  }
  if (Array.isArray(value)) return walkList(value, place, depth, gathered);
  return walkObject(value, place, depth, gathered);
}

function walkList(
  list: readonly unknown[],
  place: Place | null,
  depth: number,
  gathered: Gathered,
): readonly unknown[] {
  let changed: unknown[] | undefined;
  for (let index = 0; index < list.length; index += 1) {
    const before = list[index];
    const after = walk(before, { parent: place, step: index }, depth + 1, gathered);
    if (after === before) continue;
    changed ??= [...list];
    changed[index] = after;
  }
  return changed ?? list;
}

function walkObject(object: object, place: Place | null, depth: number, gathered: Gathered): object {
  let changed: [string, unknown][] | undefined;
  const entries = object as Record<string, unknown>;
  const keys = Object.keys(entries);
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index] ?? '';
    const before = entries[key];
    const here = { parent: place, step: key };
    let name = key;
    if (key.length > 16) {
      const found = gathered.findings.length;
      name = guardString(key, () => `${writePath(place)}~key`, gathered);
      if (gathered.findings.length > found) here.step = name;
    }
    const after =
      typeof before === 'string' || typeof before === 'object' ? walk(before, here, depth + 1, gathered) : before;
    if (after === before && name === key) continue;
    changed ??= Object.entries(entries);
    changed[index] = [name === key ? key : `${name}#${index}`, after];
  }
  // Object.fromEntries defines properties, so a key named __proto__ stays data.
  return changed === undefined ? object : Object.fromEntries(changed);
}

function walkTwice(json: unknown): GuardedPayload {
  const first: Gathered = { findings: [], originals: new Set(), known: [], judged: new Map(), phraseSeen: false };
  const payload = walk(json, null, 0, first);
  const known = [...first.originals].filter((secret) => secret.length >= SHORTEST_REPEAT).slice(0, MOST_REPEATS);
  if (known.length === 0) return { payload, findings: first.findings };
  // The same key may stand once with "private key" beside it and once bare: what is certain once is certain everywhere.
  const phraseSeen = first.findings.some((finding) => finding.certain && finding.rule === 'seed-phrase');
  const second: Gathered = { findings: [], originals: new Set(), known, judged: first.judged, phraseSeen };
  return { payload: walk(json, null, 0, second), findings: second.findings };
}

/**
 * Masks secrets in one text. Pure. What was certain is nowhere in the result; what was not is in its finding's `secret`.
 * Offsets into the text stay true.
 */
export function guardText(text: string): GuardedText {
  const { payload, findings } = walkTwice(text);
  return { text: typeof payload === 'string' ? payload : text, findings };
}

/**
 * Masks secrets in every string of a parsed payload, long keys included. Pure; the input is not changed. Never throws for
 * anything JSON.parse may return.
 */
export function guardPayload(json: unknown): GuardedPayload {
  return walkTwice(json);
}
