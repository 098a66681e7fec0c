import type { ConnectionState } from '../../../src/core/ports/channel.ts';
import { spoken } from '../../../src/core/rules/account-health.ts';
import { integerOf, recordOf } from '../../shared/read-unknown.ts';

/** Most updates of one answer of getUpdates. */
export const FULL_BATCH = 100;
/** What comes this late is late, however little it is. */
const LATE_MS = 60_000;
/** When an answer is full there is more behind it: then less is enough. */
const LATE_WITH_MORE_MS = 10_000;

type Lagging = Extract<ConnectionState, { state: 'lagging' }>;

/** When the newest of these updates happened, ms since the epoch; null when none of them says. */
export function newestMs(batch: readonly unknown[]): number | null {
  let newest: number | null = null;
  for (const update of batch) {
    for (const content of Object.values(recordOf(update) ?? {})) {
      // Of a press on a button only the message under it has a date, which says nothing of the press.
      const fields = recordOf(content);
      const date = integerOf(fields?.['edit_date']) ?? integerOf(fields?.['date']);
      if (date !== null && (newest === null || date * 1_000 > newest)) newest = date * 1_000;
    }
  }
  return newest;
}

/** Whether a batch shows that we are behind. @param nowMs ms since the epoch */
export function lagOf(batch: readonly unknown[], nowMs: number): Lagging | null {
  const newest = newestMs(batch);
  if (newest === null) return null;
  const behindMs = nowMs - newest;
  const more = batch.length >= FULL_BATCH;
  if (behindMs < (more ? LATE_WITH_MORE_MS : LATE_MS)) return null;
  return {
    state: 'lagging',
    code: more ? 'behind' : 'late',
    message: `Messages arrive ${spoken(behindMs)} after they were written${more ? ', and more wait at Telegram' : ''}`,
    mend: more
      ? 'It catches up by itself. If it does not, look at the load of the store and of this process.'
      : "If this stays, Telegram is late or this machine's clock is wrong.",
    behindMs,
  };
}
