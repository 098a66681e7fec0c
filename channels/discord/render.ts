import { ParleyError } from '../../src/core/errors.ts';
import type { OutboundAttachment } from '../../src/core/model/attachment.ts';
import type { Button } from '../../src/core/model/extras.ts';
import type { OutboundContent, RenderedPart } from '../../src/core/model/outbound.ts';
import { splitText, type TextRange } from '../shared/split-text.ts';
import { discordCapabilities, MAX_REQUEST_BYTES } from './capabilities.ts';
import { type FlatText, flattenBody, flattenText } from './markdown/flat-text.ts';
import { writeMarkdown } from './markdown/write.ts';
import type { DiscordPart, OutgoingFile } from './part.ts';

/** There is nothing to send; Discord refuses empty messages. */
export class EmptyTextError extends ParleyError {
  constructor() {
    super('empty_text', 'Discord cannot send an empty message', {
      mend: 'write at least one visible character, or attach a file',
    });
  }
}

const { maxLength } = discordCapabilities.text;
const { maxFiles } = discordCapabilities.media;
/** Buttons side by side; a row of more becomes a list to choose from. */
const MOST_IN_ROW = 5;
/** What the form of a request takes besides its files, bytes. */
const FORM_BYTES = 64 * 1024;

/**
 * Renders a message for Discord, in as many messages as its limits ask for: files first, with the text below the first of them where
 * it fits into one message, else behind them. Code blocks are kept whole where they fit, and fenced anew where they do not. Buttons
 * stand below the last message.
 * @throws {EmptyTextError} when there is no file and no part would hold anything but white space.
 */
export function renderForDiscord(content: OutboundContent): RenderedPart[] {
  const texts = textParts(content.body === undefined ? flattenText(content.text) : flattenBody(content.body));
  const groups = groupFiles(content.attachments ?? []);
  const [words, ...more] = texts;
  const below = groups.length > 0 && more.length === 0 ? words : undefined;
  const parts: DiscordPart[] = groups.map((files, index) => ({
    ...(index === 0 && below ? below : { text: '' }),
    files,
  }));
  if (below === undefined) parts.push(...texts);
  const last = parts.pop();
  if (last === undefined) throw new EmptyTextError();
  const buttons = buttonRows(content.buttons ?? []);
  return [...parts, buttons.length === 0 ? last : { ...last, buttons }].map((part) => ({ ...part }));
}

/** Rows as they go out: links of a row that becomes a list stand in rows of their own, since a list has none. */
function buttonRows(rows: NonNullable<OutboundContent['buttons']>): Button[][] {
  return rows.flatMap((row) => {
    const all = row.map((button) => ({ ...button }));
    if (all.length <= MOST_IN_ROW) return all.length === 0 ? [] : [all];
    const [links, choices] = [all.filter((one) => 'url' in one), all.filter((one) => 'data' in one)];
    const chunks: Button[][] = choices.length === 0 ? [] : [choices];
    for (let at = 0; at < links.length; at += MOST_IN_ROW) chunks.push(links.slice(at, at + MOST_IN_ROW));
    return chunks;
  });
}

/** What of the files goes in one message: at most ten, and what one request may carry. Order is kept. */
function groupFiles(files: readonly OutboundAttachment[]): OutgoingFile[][] {
  const groups: OutgoingFile[][] = [];
  let bytes = 0;
  for (const { kind, blobId, fileName, mime, sizeBytes } of files) {
    const last = groups.at(-1);
    const file = { kind, blobId, fileName, mime, sizeBytes };
    if (last !== undefined && last.length < maxFiles && bytes + sizeBytes <= MAX_REQUEST_BYTES - FORM_BYTES) {
      last.push(file);
      bytes += sizeBytes;
    } else {
      groups.push([file]);
      bytes = sizeBytes;
    }
  }
  return groups;
}

function textParts(flat: FlatText): DiscordPart[] {
  const ranges = splitText(flat.text, {
    maxLength,
    blockEnds: flat.blockEnds,
    latestEnd: (start) => latestEnd(flat, start),
  });
  return ranges.map((range) => {
    const { start, end } = withIndent(flat, range);
    const text = flat.text.slice(start, end);
    const markdown = writeMarkdown(flat, start, end);
    return markdown === text ? { text } : { text, markdown };
  });
}

/**
 * Where a part that begins here has to end, so that what goes out fits: escapes and fences count. A code block that fits into one
 * part is not cut.
 */
function latestEnd(flat: FlatText, start: number): number {
  const end = longestFit(flat, start);
  const code = flat.spans.find(
    (span) => span.type === 'codeBlock' && span.start > start && span.start < end && span.end > end,
  );
  if (code === undefined || code.start <= start) return end;
  return writeMarkdown(flat, code.start, code.end).length <= maxLength ? code.start : end;
}

function longestFit(flat: FlatText, start: number): number {
  const fits = (end: number): boolean => writeMarkdown(flat, start, end).length <= maxLength;
  const most = Math.min(start + maxLength, flat.text.length);
  if (fits(most)) return most;
  let low = start + 1;
  let high = most;
  // What is written grows with what is to be written, but for a character or two at its end.
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  let end = low;
  while (end > start + 2 && !fits(end)) end -= 1;
  return end;
}

/** Code that goes on in another part keeps the indentation of its first line, which a cut would take for white space. */
function withIndent(flat: FlatText, range: TextRange): TextRange {
  const { start, end } = range;
  const code = flat.spans.find((span) => span.type === 'codeBlock' && span.start < start && span.end > start);
  if (code === undefined) return range;
  const line = Math.max(flat.text.lastIndexOf('\n', start - 1) + 1, code.start);
  if (flat.text.slice(line, start).trim() !== '') return range;
  const indented = { start: line, end };
  return writeMarkdown(flat, line, end).length <= maxLength && end - line <= maxLength ? indented : range;
}
