import { z } from 'zod';
import type { Change } from '../core/ports/changes.ts';
import { MAX_PAYLOAD_BYTES } from './bus.ts';

/** Changes as they go over the bus: conversations, threads, and places of threads. */
const words = z.object({
  c: z.array(z.string()).default([]),
  t: z.array(z.string()).default([]),
  p: z.array(z.tuple([z.string(), z.string()])).default([]),
});
type Words = z.output<typeof words>;

/** What {}, its keys and brackets need at most. */
const FRAME_BYTES = 40;

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

/** Puts changes into as few payloads as they fit in. */
export function encodeChanges(changes: Iterable<Change>): string[] {
  const payloads: string[] = [];
  let open: Words = { c: [], t: [], p: [] };
  let bytes = FRAME_BYTES;
  const flush = (): void => {
    if (bytes > FRAME_BYTES) payloads.push(JSON.stringify(open));
    open = { c: [], t: [], p: [] };
    bytes = FRAME_BYTES;
  };
  for (const change of changes) {
    const size = sizeOf(change);
    if (bytes + size > MAX_PAYLOAD_BYTES) flush();
    bytes += size;
    if ('conversationId' in change) open.c.push(change.conversationId);
    else if ('threadId' in change) open.t.push(change.threadId);
    else open.p.push([change.accountId, change.threadKey]);
  }
  flush();
  return payloads;
}

/** Reads a payload; what is none of ours holds no changes. */
export function decodeChanges(payload: string): Change[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(payload);
  } catch {
    return [];
  }
  const read = words.safeParse(parsed);
  if (!read.success) return [];
  return [
    ...read.data.c.map((conversationId) => ({ conversationId })),
    ...read.data.t.map((threadId) => ({ threadId })),
    ...read.data.p.map(([accountId, threadKey]) => ({ accountId, threadKey })),
  ];
}
