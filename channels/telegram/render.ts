import { ParleyError } from '../../src/core/errors.ts';
import type { OutboundAttachment } from '../../src/core/model/attachment.ts';
import type { Button } from '../../src/core/model/extras.ts';
import type { OutboundContent, RenderedPart } from '../../src/core/model/outbound.ts';
import { splitText } from '../shared/split-text.ts';
import { MAX_ENTITIES, telegramCapabilities } from './capabilities.ts';
import { type FlatText, flattenBody, type OutgoingEntity } from './entities-from-body.ts';
import { groupFiles, takesCaption } from './outgoing-files.ts';
import type { TelegramPart } from './part.ts';

/** There is nothing to send; Telegram refuses empty messages. */
export class EmptyTextError extends ParleyError {
  constructor() {
    super('empty_text', 'Telegram cannot send an empty message', {
      mend: 'write at least one visible character, or attach a file',
    });
  }
}

/**
 * Renders a message for Telegram, in as many parts as its limits ask for: files first, with the text below the first of them where
 * it fits (1024 UTF-16 units), else behind them (4096 units, 100 entities a part). Buttons stand below the last part.
 * @throws {EmptyTextError} when there is no file and no part would hold anything but white space.
 */
export function renderForTelegram(content: OutboundContent): RenderedPart[] {
  const buttons = content.buttons ?? [];
  const groups = groupFiles(content.attachments ?? []);
  const texts = textParts(flatten(content));
  const caption = captionFor(groups, texts, buttons.length > 0);
  const parts: TelegramPart[] = [];
  for (const [index, files] of groups.entries()) {
    parts.push({ ...(index === 0 && caption !== null ? caption : { text: '' }), media: files.map(mediaOf) });
  }
  if (caption === null) parts.push(...texts);
  const last = parts.at(-1);
  if (last === undefined) throw new EmptyTextError();
  if (buttons.length === 0) return parts.map((part) => ({ ...part }));
  return [...parts.slice(0, -1), ...withButtons(last, buttons)].map((part) => ({ ...part }));
}

function flatten(content: OutboundContent): FlatText {
  return content.body === undefined
    ? { text: plain(content.text), entities: [], blockEnds: [] }
    : flattenBody(content.body);
}

function plain(text: string): string {
  return text.toWellFormed().replaceAll(/\r\n?/gu, '\n');
}

function textParts({ text, entities, blockEnds }: FlatText): TelegramPart[] {
  const { maxLength } = telegramCapabilities.text;
  const ranges = splitText(text, { maxLength, blockEnds, latestEnd: (start) => latestEnd(entities, start) });
  return ranges.map(({ start, end }) => {
    const own = rebase(entities, start, end);
    return { text: text.slice(start, end), ...(own.length === 0 ? {} : { entities: own }) };
  });
}

/** The text as words below the first file, or null when it has to stand by itself. */
function captionFor(
  groups: readonly (readonly OutboundAttachment[])[],
  texts: readonly TelegramPart[],
  hasButtons: boolean,
): TelegramPart | null {
  const [first] = groups;
  const [only, ...more] = texts;
  if (first === undefined || only === undefined || more.length > 0 || !takesCaption(first)) return null;
  if (only.text.length > telegramCapabilities.media.captionLength) return null;
  // An album has no room for buttons; they go below the words then.
  if (hasButtons && (groups.at(-1)?.length ?? 0) > 1) return null;
  return only;
}

function mediaOf(file: OutboundAttachment): NonNullable<TelegramPart['media']>[number] {
  const { kind, blobId, fileName, mime, sizeBytes, width, height, durationMs } = file;
  return { kind, blobId, fileName, mime, sizeBytes, width, height, durationMs };
}

/** Buttons stand below one message: of an album the last file goes by itself. */
function withButtons(part: TelegramPart, buttons: readonly (readonly Button[])[]): TelegramPart[] {
  const rows = buttons.map((row) => row.map((button) => ({ ...button })));
  const { media } = part;
  if (media === undefined || media.length < 2) return [{ ...part, buttons: rows }];
  return [
    { ...part, media: media.slice(0, -1) },
    { text: '', media: media.slice(-1), buttons: rows },
  ];
}

/** The part has to end before its 101st entity begins: Telegram drops what is above the limit without a word. */
function latestEnd(entities: readonly OutgoingEntity[], start: number): number {
  if (entities.length <= MAX_ENTITIES) return Number.POSITIVE_INFINITY;
  const touching = entities.filter((entity) => entity.offset + entity.length > start);
  const excess = touching[MAX_ENTITIES];
  return excess !== undefined && excess.offset > start ? excess.offset : Number.POSITIVE_INFINITY;
}

function rebase(entities: readonly OutgoingEntity[], start: number, end: number): OutgoingEntity[] {
  const own: OutgoingEntity[] = [];
  for (const entity of entities) {
    const from = Math.max(entity.offset, start);
    const to = Math.min(entity.offset + entity.length, end);
    if (to > from && own.length < MAX_ENTITIES) own.push({ ...entity, offset: from - start, length: to - from });
  }
  return own;
}
