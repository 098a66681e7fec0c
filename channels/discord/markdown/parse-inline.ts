import type { Inline } from '../../../src/core/model/body.ts';

/** Finds the shown name of whom a mention names; null: unknown. */
export type NameOf = (kind: 'user' | 'role' | 'channel', id: string) => string | null;

/** Formats nest at most so deep; what lies deeper is text. Below core's limit, since blocks add levels. */
const MAX_DEPTH = 8;
/** The largest moment a Date can hold, seconds. */
const MAX_UNIX_S = 8_640_000_000_000;

const ESCAPE = /\\([^0-9A-Za-z\s])/uy;
const URL = /https?:\/\/[^\s<]+[^<.,:;"'\]\s]/uy;
const CODE = /(`+)([\s\S]*?[^`])\1(?!`)/uy;
const RUN = /`+/uy;
const LINK = /\[((?:\\[\s\S]|[^\]\\\n])+)\]\(<?(https?:\/\/[^\s<>)]+)>?(?:\s+["'][^"'\n]*["'])?\)/uy;
const ANGLED_URL = /<(https?:\/\/[^\s<>]+)>/uy;
const USER = /<@!?(\d{1,20})>/uy;
const ROLE = /<@&(\d{1,20})>/uy;
const CHANNEL = /<#(\d{1,20})>/uy;
const EMOJI = /<a?:(\w{1,32}):(\d{1,20})>/uy;
const TIMESTAMP = /<t:(-?\d{1,17})(?::[a-zA-Z])?>/uy;
const COMMAND = /<\/([^<>:\n]{1,200}):\d{1,20}>/uy;
const SPOILER = /\|\|([\s\S]+?)\|\|/uy;
const STRIKE = /~~([\s\S]+?)~~(?!_)/uy;
const STRONG = /\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)/uy;
const EMPHASIS_STAR = /\*(?=\S)((?:\*\*|\\[\s\S]|\s+(?:\\[\s\S]|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)/uy;
const UNDERLINE = /__((?:\\[\s\S]|[^\\])+?)__(?!_)/uy;
const EMPHASIS_LINE = /\b_((?:__|\\[\s\S]|[^\\_])+?)_\b/uy;

/** Where something of interest may begin. */
const NEXT = /[\\`[<|~*_]|https?:/gu;

interface Found {
  nodes: Inline[];
  end: number;
}

function at(rule: RegExp, source: string, position: number): RegExpExecArray | null {
  rule.lastIndex = position;
  return rule.exec(source);
}

/**
 * Reads one paragraph as Discord's clients do: first what stands there, then the longer of two formats that begin at the same place.
 * Never throws; the text of what does not format stays as it is.
 */
export function parseInline(source: string, nameOf: NameOf, depth = 0): Inline[] {
  const nodes: Inline[] = [];
  let position = 0;
  while (position < source.length) {
    const next = at(NEXT, source, position)?.index ?? source.length;
    if (next > position) pushText(nodes, source.slice(position, next));
    if (next >= source.length) break;
    const found = special(source, next, nameOf, depth);
    if (found === null) pushText(nodes, source.charAt(next));
    else for (const node of found.nodes) push(nodes, node);
    position = found?.end ?? next + 1;
  }
  return nodes;
}

function pushText(nodes: Inline[], value: string): void {
  push(nodes, { type: 'text', value });
}

function push(nodes: Inline[], node: Inline): void {
  const last = nodes.at(-1);
  if (node.type === 'text' && last?.type === 'text') {
    nodes[nodes.length - 1] = { type: 'text', value: last.value + node.value };
  } else if (node.type !== 'text' || node.value !== '') nodes.push(node);
}

function textNode(value: string, end: number): Found {
  return { nodes: [{ type: 'text', value }], end };
}

function special(source: string, position: number, nameOf: NameOf, depth: number): Found | null {
  const end = (match: RegExpExecArray): number => position + match[0].length;
  const deep = depth >= MAX_DEPTH;
  const inside = (text: string | undefined): Inline[] => parseInline(text ?? '', nameOf, depth + 1);
  switch (source.charAt(position)) {
    case '\\': {
      const match = at(ESCAPE, source, position);
      return match === null ? null : textNode(match[1] ?? '', end(match));
    }
    case 'h': {
      const match = at(URL, source, position);
      return match === null ? null : textNode(match[0], end(match));
    }
    case '`': {
      const match = at(CODE, source, position);
      const run = at(RUN, source, position)?.[0] ?? '`';
      return match === null
        ? textNode(run, position + run.length)
        : { nodes: [{ type: 'inlineCode', value: match[2] ?? '' }], end: end(match) };
    }
    case '[': {
      const match = deep ? null : at(LINK, source, position);
      return match === null
        ? null
        : { nodes: [{ type: 'link', url: match[2] ?? '', children: inside(match[1]) }], end: end(match) };
    }
    case '<':
      return angled(source, position, nameOf);
    default: {
      const match = deep ? null : formatAt(source, position);
      return match === null
        ? null
        : { nodes: [{ type: match.type, children: inside(match.text) }], end: position + match.length };
    }
  }
}

type Format = Extract<Inline, { children: Inline[] }>['type'];

/** A pair of marks that begins here; of two the longer one, as the clients choose. */
function formatAt(
  source: string,
  position: number,
): { type: Exclude<Format, 'link'>; text: string; length: number } | null {
  const mark = source.charAt(position);
  const rules: readonly (readonly [Exclude<Format, 'link'>, RegExp])[] =
    mark === '|'
      ? [['spoiler', SPOILER]]
      : mark === '~'
        ? [['strikethrough', STRIKE]]
        : mark === '*'
          ? [
              ['emphasis', EMPHASIS_STAR],
              ['strong', STRONG],
            ]
          : [
              ['emphasis', EMPHASIS_LINE],
              ['underline', UNDERLINE],
            ];
  let best: { type: Exclude<Format, 'link'>; text: string; length: number } | null = null;
  for (const [type, rule] of rules) {
    const match = at(rule, source, position);
    if (match !== null && match[0].length > (best?.length ?? 0)) {
      best = { type, text: match[1] ?? '', length: match[0].length };
    }
  }
  return best;
}

/** What stands in angle brackets: mentions, emoji, times, commands, addresses (reference#message-formatting). */
function angled(source: string, position: number, nameOf: NameOf): Found | null {
  const read = (rule: RegExp, node: (match: RegExpExecArray) => Inline): Found | null => {
    const match = at(rule, source, position);
    return match === null ? null : { nodes: [node(match)], end: position + match[0].length };
  };
  const text = (value: string): Inline => ({ type: 'text', value });
  return (
    read(USER, ([, id = '']) => ({ type: 'mention', externalId: id, label: `@${nameOf('user', id) ?? id}` })) ??
    read(ROLE, ([, id = '']) => text(`@${nameOf('role', id) ?? 'role'}`)) ??
    read(CHANNEL, ([, id = '']) => text(`#${nameOf('channel', id) ?? id}`)) ??
    read(EMOJI, ([, name = '', id = '']) => ({ type: 'customEmoji', externalId: id, fallback: `:${name}:` })) ??
    read(TIMESTAMP, (match) => text(momentWords(match))) ??
    read(COMMAND, ([, name = '']) => text(`/${name}`)) ??
    read(ANGLED_URL, ([, url = '']) => text(url))
  );
}

function momentWords([whole, seconds]: RegExpExecArray): string {
  const unix = Number(seconds);
  if (!Number.isSafeInteger(unix) || Math.abs(unix) > MAX_UNIX_S) return whole;
  return `${new Date(unix * 1_000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
