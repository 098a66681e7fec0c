import type { RenderedPart, SendOutcome } from '../../src/core/model/outbound.ts';
import type { FileSource, SendRequest } from '../../src/core/ports/channel.ts';
import type { PlaceEntry } from '../../src/core/ports/place-log.ts';
import { outcomeOfFile } from '../shared/file-trouble.ts';
import { outcomeOfThrow } from './errors.ts';
import { entryIdOf, seqOf } from './ids.ts';
import { type EntryContent, fileBytes, readPart } from './part.ts';

/** A call without files, ms. */
const CALL_MS = 8_000;
/** Slowest storage files are read from, bytes a millisecond. */
const SLOWEST_STORAGE = 2_000;

/** Writes one entry of a place and tells whoever looks at it. */
export type AppendEntry = (place: string, key: string, content: EntryContent) => Promise<PlaceEntry>;

/** Files are read whole before they are shown, so it takes as long as the storage does. */
export function sendTimeMs(part: RenderedPart): number {
  return CALL_MS + fileBytes(part) / SLOWEST_STORAGE;
}

/** What the request writes, or why it writes nothing. */
function contentOf({ action, part, threadKey, targetExternalId = '' }: SendRequest): EntryContent | SendOutcome {
  if (action === 'react') return { kind: 'invalid', reason: 'the chat knows no reactions' };
  const target = seqOf(threadKey, targetExternalId);
  if (action !== 'send' && target === null) return { kind: 'invalid', reason: 'there is no such message of ours' };
  if (action === 'delete') return { kind: 'delete', target: target ?? 0 };
  const read = readPart(part);
  if (read === null) return { kind: 'invalid', reason: 'the part was not rendered by this channel' };
  return action === 'edit' ? { kind: 'edit', target: target ?? 0, text: read.text } : { kind: 'ours', ...read };
}

/** Shows one message, or changes one: an entry in our own store, once per key. */
export async function sendToPlace(
  append: AppendEntry,
  files: FileSource,
  request: SendRequest,
  signal: AbortSignal,
): Promise<SendOutcome> {
  if (signal.aborted) return { kind: 'transient', reason: 'aborted before the call' };
  const content = contentOf(request);
  if (content.kind !== 'ours' && content.kind !== 'edit' && content.kind !== 'delete') {
    return content.kind === 'theirs' ? { kind: 'invalid', reason: 'not ours' } : content;
  }
  try {
    // What could not be read again must not be called sent.
    for (const { blobId } of content.kind === 'ours' ? (content.files ?? []) : []) {
      for await (const _piece of files.open(blobId)) if (signal.aborted) break;
    }
  } catch (error) {
    return outcomeOfFile(error);
  }
  if (signal.aborted) return { kind: 'transient', reason: 'aborted before the call' };
  try {
    const { seq } = await append(request.threadKey, request.idempotencyKey, content);
    return { kind: 'sent', externalId: request.targetExternalId ?? entryIdOf(request.threadKey, seq) };
  } catch (error) {
    return outcomeOfThrow(error);
  }
}
