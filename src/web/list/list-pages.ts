import type { Conversation, ConversationPage } from '../api/model.ts';
import type { View } from '../router/route.ts';

/** What of a list is loaded: newest first, and where it goes on. */
export interface LoadedList {
  items: readonly Conversation[];
  next: string | null;
}

/** Newest first; the id decides between two of the same moment, as on the server. */
export function byNewest(left: Conversation, right: Conversation): number {
  if (left.lastMessageAt !== right.lastMessageAt) return left.lastMessageAt < right.lastMessageAt ? 1 : -1;
  return left.id < right.id ? 1 : left.id > right.id ? -1 : 0;
}

/** The version that moved on furthest wins: answers may overtake each other. */
function newer(left: Conversation, right: Conversation): Conversation {
  return left.version > right.version ? left : right;
}

/**
 * The list after its first page was fetched again. What is older than the page's last row stays as loaded; what is newer and not
 * on the page has left the view.
 */
export function mergeFirstPage(known: LoadedList | undefined, page: ConversationPage): LoadedList {
  const last = page.items.at(-1);
  if (known === undefined || page.next === null || last === undefined) return { items: page.items, next: page.next };
  const fresh = new Set(page.items.map((item) => item.id));
  const older = known.items.filter((item) => !fresh.has(item.id) && byNewest(last, item) < 0);
  return older.length === 0
    ? { items: page.items, next: page.next }
    : { items: [...page.items, ...older], next: known.next };
}

/** The list with its next page at the end. */
export function appendPage(known: LoadedList, page: ConversationPage): LoadedList {
  const there = new Set(known.items.map((item) => item.id));
  return { items: [...known.items, ...page.items.filter((item) => !there.has(item.id))], next: page.next };
}

/** Puts a fetched conversation where it belongs, or takes it out of a view that it left. */
export function placeConversation(known: LoadedList, one: Conversation, belongs: boolean): LoadedList {
  const before = known.items.find((item) => item.id === one.id);
  const winner = before === undefined ? one : newer(before, one);
  const others = known.items.filter((item) => item.id !== one.id);
  const last = others.at(-1);
  // Beyond what is loaded it will come with its own page.
  const beyond = known.next !== null && last !== undefined && byNewest(last, winner) < 0;
  if (!belongs || (beyond && before === undefined)) return { ...known, items: others };
  return { ...known, items: [...others, winner].sort(byNewest) };
}

export function withoutConversation(known: LoadedList, id: string): LoadedList {
  return { ...known, items: known.items.filter((item) => item.id !== id) };
}

/** Rows, and below them what was found besides; what is in both is fresher in the rows. */
export function withFound(rows: readonly Conversation[], found: readonly Conversation[]): readonly Conversation[] {
  const there = new Set(rows.map((one) => one.id));
  return [...rows, ...found.filter((one) => !there.has(one.id))];
}

/** Whether a conversation is of a view; the server's rule, for rows that are changed one by one. */
export function belongsTo(view: View, one: Conversation, me: string): boolean {
  if (view === 'filed') return one.filedAs !== null;
  if (view === 'resolved') return one.status === 'resolved' && one.filedAs === null;
  if (one.status === 'resolved') return false;
  switch (view) {
    case 'mine':
      return one.owner.kind === 'agent' && one.owner.agent?.id === me;
    case 'unassigned':
      return one.owner.kind === 'queue';
    case 'bot':
      return one.owner.kind === 'bot';
    case 'all':
      return true;
  }
}

/** A row as shown, and whether it is only still there because the agent has it open. */
export interface ShownRows {
  rows: readonly Conversation[];
  /** New conversations that wait for the agent to look away. */
  waiting: number;
}

/**
 * Rows in the order they were last shown: while the agent points at the list nothing moves under the hand. Contents are fresh; what
 * left the view goes; what is new waits.
 */
export function holdOrder(shown: readonly string[], fresh: readonly Conversation[]): ShownRows {
  const byId = new Map(fresh.map((one) => [one.id, one]));
  const rows = shown.flatMap((id) => byId.get(id) ?? []);
  const held = new Set(shown);
  const lastHeld = rows.at(-1);
  const rest = fresh.filter((one) => !held.has(one.id));
  // Further pages come below and move nothing.
  const below = lastHeld === undefined ? rest : rest.filter((one) => byNewest(lastHeld, one) < 0);
  return { rows: [...rows, ...below], waiting: rest.length - below.length };
}

/** Rows with the open conversation kept where it was when it left the view, until the agent moves on. */
export function keepOpen(
  rows: readonly Conversation[],
  open: { conversation: Conversation; index: number } | null,
): readonly Conversation[] {
  if (open === null || rows.some((one) => one.id === open.conversation.id)) return rows;
  return rows.toSpliced(Math.min(open.index, rows.length), 0, open.conversation);
}
