import type { Block, Body, Inline } from '../../src/core/model/body.ts';

/** A MessageEntity of the Bot API; offset and length in UTF-16 units. */
export type OutgoingEntity = { offset: number; length: number } & (
  | {
      type:
        | 'bold'
        | 'italic'
        | 'underline'
        | 'strikethrough'
        | 'spoiler'
        | 'code'
        | 'blockquote'
        | 'expandable_blockquote';
    }
  | { type: 'pre'; language?: string }
  | { type: 'text_link'; url: string }
  | { type: 'text_mention'; user: { id: number; is_bot: false; first_name: string } }
  | { type: 'custom_emoji'; custom_emoji_id: string }
);

type EntityKind = OutgoingEntity extends infer E ? (E extends unknown ? Omit<E, 'offset' | 'length'> : never) : never;

/** Text and entities of a whole message, before it is split. */
export interface FlatText {
  text: string;
  /** By offset. */
  entities: OutgoingEntity[];
  /** Offsets at which blocks end, ascending. */
  blockEnds: number[];
}

const MARKS = {
  strong: 'bold',
  emphasis: 'italic',
  underline: 'underline',
  strikethrough: 'strikethrough',
  spoiler: 'spoiler',
} as const;

/** Flattens a body tree; the text is the same as core's `plainText` gives. */
export function flattenBody(body: Body): FlatText {
  const out: FlatText = { text: '', entities: [], blockEnds: [] };
  blocks(out, body.tree.children);
  out.entities.sort((a, b) => a.offset - b.offset || b.length - a.length);
  return out;
}

function blocks(out: FlatText, nodes: readonly Block[]): void {
  for (const [index, node] of nodes.entries()) {
    if (index > 0) out.text += '\n';
    block(out, node);
    out.blockEnds.push(out.text.length);
  }
}

function block(out: FlatText, node: Block): void {
  switch (node.type) {
    case 'paragraph':
      return inlines(out, node.children);
    case 'heading':
      return cover(out, { type: 'bold' }, () => inlines(out, node.children));
    case 'blockquote':
      // Telegram's quotes do not nest; an inner one is dropped by the platform, its text stays.
      return cover(out, { type: node.collapsed === true ? 'expandable_blockquote' : 'blockquote' }, () =>
        blocks(out, node.children),
      );
    case 'list':
      for (const [index, item] of node.children.entries()) {
        if (index > 0) out.text += '\n';
        out.text += node.ordered ? `${(node.start ?? 1) + index}. ` : '• ';
        blocks(out, item.children);
        out.blockEnds.push(out.text.length);
      }
      return;
    case 'codeBlock': {
      const kind =
        node.language === null ? { type: 'pre' as const } : { type: 'pre' as const, language: node.language };
      return cover(out, kind, () => append(out, node.value));
    }
    case 'thematicBreak':
      return append(out, '———');
  }
}

function inlines(out: FlatText, nodes: readonly Inline[]): void {
  for (const node of nodes) inline(out, node);
}

function inline(out: FlatText, node: Inline): void {
  switch (node.type) {
    case 'text':
      return append(out, node.value);
    case 'break':
      return append(out, '\n');
    case 'inlineCode':
      return cover(out, { type: 'code' }, () => append(out, node.value));
    case 'mention':
      return mention(out, node.externalId, node.label);
    case 'customEmoji':
      return cover(out, { type: 'custom_emoji', custom_emoji_id: node.externalId }, () => append(out, node.fallback));
    case 'link': {
      const start = out.text.length;
      inlines(out, node.children);
      // A link that shows its own address is found by Telegram itself.
      if (out.text.slice(start) !== node.url) addEntity(out, start, { type: 'text_link', url: node.url });
      return;
    }
    default:
      return cover(out, { type: MARKS[node.type] }, () => inlines(out, node.children));
  }
}

function mention(out: FlatText, externalId: string | null, label: string): void {
  const id = externalId === null ? Number.NaN : Number(externalId);
  if (!Number.isSafeInteger(id) || id <= 0) return append(out, label);
  cover(out, { type: 'text_mention', user: { id, is_bot: false, first_name: label } }, () => append(out, label));
}

function append(out: FlatText, value: string): void {
  // Telegram drops carriage returns, which would move every offset behind them.
  out.text += value.toWellFormed().replaceAll(/\r\n?/gu, '\n');
}

function cover(out: FlatText, kind: EntityKind, write: () => void): void {
  const start = out.text.length;
  write();
  addEntity(out, start, kind);
}

function addEntity(out: FlatText, start: number, kind: EntityKind): void {
  const length = out.text.length - start;
  if (length > 0) out.entities.push({ ...kind, offset: start, length });
}
