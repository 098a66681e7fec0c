import type { InboundAttachment } from '../core/model/attachment.ts';
import type { AccountId } from '../core/model/ids.ts';
import type { InboundEvent, InboundReceipt, Normalised } from '../core/model/inbound.ts';
import type { PlacedThread, ThreadFinder } from '../core/ports/letter-store.ts';

function inThread<Event extends InboundEvent>(event: Event, { key, kind, chatKey }: PlacedThread): Event {
  return { ...event, thread: { ...event.thread, key, kind, chatKey } };
}

/** A receipt is of the one it was sent to, whoever brought it; without a part of ours it is noise. */
async function placeReceipt(event: InboundReceipt, account: AccountId, threads: ThreadFinder): Promise<Normalised> {
  const found = await threads.ofDelivery(account, event.targetDeliveryId);
  if (found === null) {
    return { outcome: 'filed', eventKey: event.eventKey, reason: 'a receipt for nothing of ours' };
  }
  return { outcome: 'event', event: { ...inThread(event, found), author: found.author } };
}

/**
 * Puts an event into the thread it names, where its author takes part in that thread; else it stays where it says itself. Read
 * before the transaction that stores it: threads never change their key, and of two letters of one thread the connection brings the
 * second only after the first is stored.
 */
export async function placeEvent(one: Normalised, account: AccountId, threads: ThreadFinder): Promise<Normalised> {
  if (one.outcome !== 'event') return one;
  const { event } = one;
  if (event.type === 'receipt') return placeReceipt(event, account, threads);
  if (event.type !== 'message' || event.references === undefined) return one;
  const found = await threads.byReferences(account, event.references);
  return found === null ? one : { outcome: 'event', event: inThread(event, found) };
}

const ORIGINAL = {
  fileName: 'original.eml',
  mime: 'message/rfc822',
  width: null,
  height: null,
  durationMs: null,
} as const;

/**
 * Keeps what a message brings along itself: text that is a file of its own, and the message as it came. Durable before the row that
 * names it; what no row names is swept.
 */
export async function keepHeldFiles(
  one: Normalised,
  original: Buffer | undefined,
  putBlob: (data: Buffer) => Promise<string>,
): Promise<Normalised> {
  if (one.outcome !== 'event' || one.event.type !== 'message') return one;
  const files: InboundAttachment[] = [];
  for (const { content, ...file } of one.event.attachments ?? []) {
    if (content === undefined) files.push(file);
    else {
      const bytes = Buffer.from(content, 'utf8');
      files.push({ ...file, sizeBytes: bytes.length, remote: { heldBlob: await putBlob(bytes) } });
    }
  }
  if (original !== undefined) {
    const heldBlob = await putBlob(original);
    const facts = { ...ORIGINAL, sizeBytes: original.length, uniqueRef: null, remote: { heldBlob } };
    files.push({ kind: 'document', role: 'original', ...facts });
  }
  return files.length === 0 ? one : { ...one, event: { ...one.event, attachments: files } };
}
