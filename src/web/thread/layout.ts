import type { Message, Origin } from '../api/model.ts';
import type { Outgoing } from '../outbox/outgoing.ts';

/** Messages of one author within this time stand together under one name. */
const TOGETHER_MS = 5 * 60_000;

/** One line of a thread as it is drawn. */
export type Line =
  | { type: 'day'; key: string; atMs: number }
  | { type: 'conversation'; key: string; conversationId: string; atMs: number }
  /** What began elsewhere, before the conversation it goes on in. */
  | { type: 'origin'; key: string; origin: Origin; lines: readonly Line[] }
  | { type: 'unread'; key: string; count: number }
  | { type: 'activity'; key: string; message: Message }
  | { type: 'filed'; key: string; reason: FiledReason; messages: readonly Message[] }
  | { type: 'group'; key: string; messages: readonly Message[] }
  | { type: 'outgoing'; key: string; entries: readonly Outgoing[] };

/** Why the customer's messages were kept without calling anybody; only these are folded. */
export type FiledReason = 'flood' | 'blocked';

/** Null: the message counts. */
export function filedReason({ state, stateReason }: Message): FiledReason | null {
  return state === 'filed' && (stateReason === 'flood' || stateReason === 'blocked') ? stateReason : null;
}

/** How a thread is laid out. `dayOf`: midnight before a moment, in the agent's zone. */
export interface Layout {
  dayOf(atMs: number): number;
  unreadFrom: { seq: number; count: number } | null;
  /** Left out: nothing began elsewhere. */
  origins?: readonly Origin[];
  /** There are older entries that are not loaded: where the first one's conversation began is not known. */
  more?: boolean;
}

/** The lines of a thread, oldest first. */
export function layoutThread(items: readonly Message[], outgoing: readonly Outgoing[], options: Layout): Line[] {
  const lines: Line[] = [];
  let group: Message[] = [];
  let day = Number.NaN;
  let conversationId = items[0]?.conversationId;
  const close = (): void => {
    const first = group[0];
    const reason = first === undefined ? null : filedReason(first);
    if (first !== undefined && reason !== null) {
      lines.push({ type: 'filed', key: first.id, reason, messages: group });
    } else if (first !== undefined) lines.push({ type: 'group', key: first.id, messages: group });
    group = [];
  };
  const startDay = (atMs: number): void => {
    const midnight = options.dayOf(atMs);
    if (midnight === day) return;
    close();
    day = midnight;
    lines.push({ type: 'day', key: `day-${midnight}`, atMs: midnight });
  };
  const beginIn = (conversation: string): void => {
    for (const origin of options.origins ?? []) {
      if (origin.continuedIn !== conversation) continue;
      const inside = layoutThread(origin.items, [], { dayOf: options.dayOf, unreadFrom: null });
      lines.push({ type: 'origin', key: `origin-${origin.id}`, origin, lines: inside });
      // Inside it days have gone on.
      day = Number.NaN;
    }
  };
  if (conversationId !== undefined && options.more !== true) beginIn(conversationId);
  for (const message of items) {
    const atMs = Date.parse(message.at);
    if (message.conversationId !== conversationId) {
      close();
      conversationId = message.conversationId;
      lines.push({ type: 'conversation', key: `conversation-${message.id}`, conversationId, atMs });
      beginIn(conversationId);
    }
    startDay(atMs);
    if (options.unreadFrom?.seq === message.seq) {
      close();
      lines.push({ type: 'unread', key: 'unread', count: options.unreadFrom.count });
    }
    if (message.kind === 'activity') {
      close();
      lines.push({ type: 'activity', key: message.id, message });
    } else {
      if (!together(group.at(-1), message)) close();
      group.push(message);
    }
  }
  close();
  const [first] = outgoing;
  if (first !== undefined) {
    startDay(first.atMs);
    lines.push({ type: 'outgoing', key: 'outgoing', entries: outgoing });
  }
  return lines;
}

function together(before: Message | undefined, message: Message): boolean {
  const filed = filedReason(message);
  if (before !== undefined && (filed !== null || filedReason(before) !== null)) return filed === filedReason(before);
  return (
    before !== undefined &&
    before.kind === message.kind &&
    before.author.kind === message.author.kind &&
    before.author.id === message.author.id &&
    Date.parse(message.at) - Date.parse(before.at) < TOGETHER_MS
  );
}

/**
 * Where the customer's unread messages begin, as it was when the thread was opened; of many, where the loaded ones do. `count`: of
 * those from there on.
 */
export function firstUnread(items: readonly Message[], unread: number): { seq: number; count: number } | null {
  if (unread <= 0) return null;
  const inbound = items.filter((one) => one.kind === 'inbound' && filedReason(one) === null).slice(-unread);
  const [first] = inbound;
  return first === undefined ? null : { seq: first.seq, count: inbound.length };
}
