import type { Conversation } from '../api/model.ts';
import type { View } from '../router/route.ts';

let shown: { view: View; ids: readonly string[] } = { view: 'mine', ids: [] };

/** The list says in which order it shows its rows. */
export function publishOrder(view: View, rows: readonly Conversation[]): void {
  shown = { view, ids: rows.map((one) => one.id) };
}

/** The conversation after this one in the order of the list, else the one before: where "resolve and next" goes. */
export function neighbourOf(view: View, id: string): string | null {
  if (shown.view !== view) return null;
  const index = shown.ids.indexOf(id);
  if (index < 0) return shown.ids[0] ?? null;
  return shown.ids[index + 1] ?? shown.ids[index - 1] ?? null;
}
