import { escapeMarkdown, PLAIN_URL } from './escape.ts';
import type { FlatText, Span } from './flat-text.ts';
import { parseMarkdown } from './parse.ts';

/** How marks nest, from the outside in, so that the same formatting always gives the same text. */
const ORDER = ['spoiler', 'strong', 'emphasis', 'underline', 'strikethrough', 'link'] as const;
type Mark = (typeof ORDER)[number];

const SIGNS: Readonly<Record<Exclude<Mark, 'link'>, string>> = {
  spoiler: '||',
  strong: '**',
  emphasis: '*',
  underline: '__',
  strikethrough: '~~',
};

const LANGUAGE = /^[a-z0-9_+\-.#]{1,32}$/iu;

interface Range {
  from: number;
  to: number;
}

/**
 * A stretch of a message as Discord's Markdown: shown, it is that text, formatted as far as Discord can. Formats that would spoil the
 * text they stand in are left out, line by line.
 */
export function writeMarkdown(flat: FlatText, from: number, to: number): string {
  const own = flat.spans.flatMap((span): Span[] => {
    const start = Math.max(span.start, from);
    const end = Math.min(span.end, to);
    // A mention that is cut is no mention; its words stay.
    return start < end && (span.type !== 'raw' || (start === span.start && end === span.end))
      ? [{ ...span, start, end }]
      : [];
  });
  const writer = { text: flat.text, spans: own };
  let markdown = '';
  let at = from;
  for (const code of own.filter((span) => span.type === 'codeBlock').toSorted((a, b) => a.start - b.start)) {
    if (code.start < at || !isWritable(flat.text.slice(code.start, code.end))) continue;
    markdown += writeLines(writer, at, code.start) + writeFence(writer, code);
    at = code.end;
    // A fence ends at its line; what follows begins a new one anyway.
    if (flat.text.charAt(at) !== '\n' && at < to) markdown += '\n';
  }
  return markdown + writeLines(writer, at, to);
}

interface Writer {
  text: string;
  spans: readonly Span[];
}

function isWritable(code: string): boolean {
  return !code.includes('```') && code.trim() !== '';
}

function writeFence({ text, spans }: Writer, code: Span & { type: 'codeBlock' }): string {
  const language = code.language !== null && LANGUAGE.test(code.language) ? code.language : '';
  const lines = `\`\`\`${language}\n${text.slice(code.start, code.end)}\n\`\`\``;
  const quoted = spans.some((span) => span.type === 'quote' && span.start <= code.start && span.end >= code.end);
  // The first line stands behind what its own line has already.
  const before = quoted && text.charAt(code.start - 1) !== '\n' && code.start > 0 ? '' : '> ';
  return quoted
    ? lines
        .split('\n')
        .map((line, index) => (index === 0 ? before : '> ') + line)
        .join('\n')
    : lines;
}

function writeLines(writer: Writer, from: number, to: number): string {
  if (to <= from) return '';
  let markdown = '';
  let at = from;
  for (;;) {
    const lineBreak = writer.text.indexOf('\n', at);
    const end = lineBreak < 0 || lineBreak >= to ? to : lineBreak;
    markdown += writeLine(
      writer,
      { from: at, to: end },
      at === 0 || writer.text.charAt(at - 1) === '\n' || at === from,
    );
    if (end >= to) return markdown;
    markdown += '\n';
    at = end + 1;
    if (at >= to) return markdown;
  }
}

function writeLine(writer: Writer, { from, to }: Range, isLineStart: boolean): string {
  const covers = (span: Span): boolean => span.start <= from && span.end >= to && to > from;
  const quote = isLineStart && writer.spans.some((span) => span.type === 'quote' && covers(span)) ? '> ' : '';
  if (from === to) return quoteOfEmptyLine(writer, from, isLineStart);
  const plain = escapeMarkdown(writer.text.slice(from, to), isLineStart);
  const heading = writer.spans.find((span) => span.type === 'heading' && covers(span));
  const inline = writeMarks(writer, { from, to }, 0, isLineStart);
  const prefix = heading?.type === 'heading' && isLineStart ? `${'#'.repeat(heading.depth)} ` : '';
  const formatted = prefix + inline;
  if (formatted === plain) return quote + plain;
  return quote + (showsAs(writer, formatted, { from, to }) ? formatted : plain);
}

/** Without its mark an empty line would end the quote. */
function quoteOfEmptyLine({ spans }: Writer, at: number, isLineStart: boolean): string {
  const within = spans.some((span) => span.type === 'quote' && span.start <= at && span.end > at);
  return within && isLineStart ? '> ' : '';
}

/** Whether what was written for a line is seen as that line's text. */
function showsAs({ text, spans }: Writer, markdown: string, { from, to }: Range): boolean {
  const names = new Map<string, string>();
  let wanted = '';
  let at = from;
  for (const span of spans.filter(({ type }) => type === 'raw').toSorted((a, b) => a.start - b.start)) {
    if (span.type !== 'raw' || span.start < at || span.end > to) continue;
    const id = /\d+/u.exec(span.markdown)?.[0] ?? '';
    const emoji = /^<:(\w+):/u.exec(span.markdown)?.[1];
    names.set(id, id);
    wanted += text.slice(at, span.start) + (emoji === undefined ? `@${id}` : `:${emoji}:`);
    at = span.end;
  }
  wanted += text.slice(at, to);
  const seen = parseMarkdown(markdown, (_kind, id) => names.get(id) ?? null).text;
  return seen.trim() === wanted.trim();
}

function writeMarks(writer: Writer, range: Range, level: number, isLineStart: boolean): string {
  const mark = ORDER[level];
  if (mark === undefined) return writeLeaves(writer, range, isLineStart);
  let markdown = '';
  let at = range.from;
  const startsLine = (from: number): boolean => isLineStart && from === range.from;
  for (const { from, to, url } of stretchesOf(writer, range, mark)) {
    markdown += writeMarks(writer, { from: at, to: from }, level + 1, startsLine(at));
    const inner = writeMarks(writer, { from, to }, level + 1, startsLine(from));
    markdown +=
      mark === 'link' ? writeLink(writer.text.slice(from, to), inner, url) : SIGNS[mark] + inner + SIGNS[mark];
    at = to;
  }
  return markdown + writeMarks(writer, { from: at, to: range.to }, level + 1, startsLine(at));
}

/** Where a mark lies within a range: joined where they touch, without white space at their ends. */
function stretchesOf({ text, spans }: Writer, range: Range, mark: Mark): (Range & { url: string })[] {
  if (range.from >= range.to) return [];
  const joined: (Range & { url: string })[] = [];
  for (const span of spans.filter(({ type }) => type === mark).toSorted((a, b) => a.start - b.start)) {
    const from = Math.max(span.start, range.from);
    const to = Math.min(span.end, range.to);
    if (from >= to) continue;
    const url = span.type === 'link' ? span.url : '';
    const last = joined.at(-1);
    if (last !== undefined && from <= last.to && (url === last.url || from < last.to)) last.to = Math.max(last.to, to);
    else joined.push({ from, to, url });
  }
  return joined.flatMap((one) => {
    const { length } = text.slice(one.from, one.to).trimStart();
    const from = one.to - length;
    const to = from + text.slice(from, one.to).trimEnd().length;
    return from < to ? [{ ...one, from, to }] : [];
  });
}

function writeLink(label: string, inner: string, url: string): string {
  if (!URL.canParse(url)) return inner;
  const { protocol } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') {
    const address = url.replace(/^(?:mailto|tel):/u, '');
    return label.includes(address) ? inner : `${inner} (${escapeMarkdown(address, false)})`;
  }
  const safe = url.replaceAll(
    /[()<>\s\\*|`"']/gu,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
  if (label === url) return PLAIN_URL.test(url) ? url : `<${safe}>`;
  return `[${inner}](${safe})`;
}

/** Text, code and mentions, which hold no further marks. */
function writeLeaves(writer: Writer, range: Range, isLineStart: boolean): string {
  if (range.from >= range.to) return '';
  let markdown = '';
  let at = range.from;
  const plain = (to: number): string => escapeMarkdown(writer.text.slice(at, to), isLineStart && at === range.from);
  const leaves = writer.spans
    .filter(({ type }) => type === 'inlineCode' || type === 'raw')
    .toSorted((a, b) => a.start - b.start);
  for (const span of leaves) {
    const from = Math.max(span.start, at);
    const to = Math.min(span.end, range.to);
    if (from >= to) continue;
    const text = writer.text.slice(from, to);
    // Half a mention, or code that ends itself, is text.
    const whole = span.type === 'raw' && from === span.start && to === span.end;
    const code = span.type === 'inlineCode' && !text.includes('`') && text.trim() !== '';
    if (!whole && !code) continue;
    markdown += plain(from) + (span.type === 'raw' ? span.markdown : `\`${text}\``);
    at = to;
  }
  return markdown + plain(range.to);
}
