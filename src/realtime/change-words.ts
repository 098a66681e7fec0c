import { z } from 'zod';
import type { Change, ThreadPlace } from '../core/ports/changes.ts';
import { MAX_PAYLOAD_BYTES } from './bus.ts';

const places = z.array(z.tuple([z.string(), z.string()])).default([]);

/** Changes as they go over the bus: conversations, threads, and places of threads; `y`: places where customers write just now. */
const words = z.object({
  c: z.array(z.string()).default([]),
  t: z.array(z.string()).default([]),
  p: places,
  y: places,
});
type Words = z.output<typeof words>;

/** What {}, its keys and brackets need at most. */
const FRAME_BYTES = 50;

/** The name of a change, for dropping repeats. */
export function nameOfChange(change: Change): string {
  if ('conversationId' in change) return `c${change.conversationId}`;
  return 'threadId' in change ? `t${change.threadId}` : `p${change.accountId}\n${change.threadKey}`;
}

function sizeOf(change: Change): number {
  if ('conversationId' in change) return change.conversationId.length + 3;
  if ('threadId' in change) return change.threadId.length + 3;
  return Buffer.byteLength(JSON.stringify([change.accountId, change.threadKey])) + 1;
}

/** Puts changes, and where customers write, into as few payloads as they fit in. */
export function encodeChanges(changes: Iterable<Change>, typing: Iterable<ThreadPlace> = []): string[] {
  const payloads: string[] = [];
  let open: Words = { c: [], t: [], p: [], y: [] };
  let bytes = FRAME_BYTES;
  const flush = (): void => {
    if (bytes > FRAME_BYTES) payloads.push(JSON.stringify(open));
    open = { c: [], t: [], p: [], y: [] };
    bytes = FRAME_BYTES;
  };
  const room = (change: Change): void => {
    const size = sizeOf(change);
    if (bytes + size > MAX_PAYLOAD_BYTES) flush();
    bytes += size;
  };
  for (const place of typing) {
    room(place);
    open.y.push([place.accountId, place.threadKey]);
  }
  for (const change of changes) {
    room(change);
    if ('conversationId' in change) open.c.push(change.conversationId);
    else if ('threadId' in change) open.t.push(change.threadId);
    else open.p.push([change.accountId, change.threadKey]);
  }
  flush();
  return payloads;
}

function read(payload: string): Words | null {
  try {
    return words.safeParse(JSON.parse(payload)).data ?? null;
  } catch {
    return null;
  }
}

const placeOf = ([accountId, threadKey]: readonly [string, string]): ThreadPlace => ({ accountId, threadKey });

/** The changes of a payload; what is none of ours holds none. */
export function decodeChanges(payload: string): Change[] {
  const said = read(payload);
  if (said === null) return [];
  return [
    ...said.c.map((conversationId) => ({ conversationId })),
    ...said.t.map((threadId) => ({ threadId })),
    ...said.p.map(placeOf),
  ];
}

/** Where customers write just now, as a payload says. */
export function decodeTyping(payload: string): ThreadPlace[] {
  return (read(payload)?.y ?? []).map(placeOf);
}
