import type { OutboundContent, RenderedPart } from '../../src/core/model/outbound.ts';
import { recordOf, stringOf } from '../shared/read-unknown.ts';
import { splitText } from '../shared/split-text.ts';
import { MAX_ENTITIES, telegramCapabilities } from './capabilities.ts';
import { flattenBody, type OutgoingEntity } from './entities-from-body.ts';

/** One message as we hand it to the Bot API: entities, never a parse mode, so that no text can be read as markup. */
export interface TelegramPart {
  text: string;
  entities?: readonly OutgoingEntity[];
}

/** There is nothing to send; Telegram refuses empty messages. */
export class EmptyTextError extends Error {
  override readonly name = 'EmptyTextError';
  constructor() {
    super('Telegram cannot send an empty message: write at least one visible character');
  }
}

/**
 * Renders a message for Telegram, in as many parts as its limits ask for (4096 UTF-16 units, 100 entities).
 * @throws {EmptyTextError} when no part would hold anything but white space.
 */
export function renderForTelegram(content: OutboundContent): RenderedPart[] {
  const { text, entities, blockEnds } =
    content.body === undefined ? { text: plain(content.text), entities: [], blockEnds: [] } : flattenBody(content.body);
  const ranges = splitText(text, {
    maxLength: telegramCapabilities.text.maxLength,
    blockEnds,
    latestEnd: (start) => latestEnd(entities, start),
  });
  if (ranges.length === 0) throw new EmptyTextError();
  return ranges.map(({ start, end }) => {
    const own = rebase(entities, start, end);
    const part: TelegramPart = { text: text.slice(start, end), ...(own.length === 0 ? {} : { entities: own }) };
    return { ...part };
  });
}

/** Reads back what {@link renderForTelegram} made. @throws {TypeError} when the part is not one of ours. */
export function readPart(part: RenderedPart): TelegramPart {
  const text = stringOf(part['text']);
  const entities = part['entities'];
  if (text === null || (entities !== undefined && !Array.isArray(entities))) {
    throw new TypeError('the part was not rendered by the Telegram channel: it has no text');
  }
  if (entities === undefined) return { text };
  // Written by us and stored since; the platform checks them once more.
  return { text, entities: entities.filter((entity) => recordOf(entity) !== null) as OutgoingEntity[] };
}

function plain(text: string): string {
  return text.toWellFormed().replaceAll(/\r\n?/gu, '\n');
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
