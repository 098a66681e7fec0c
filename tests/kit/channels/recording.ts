import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { FileLost } from '../../../src/core/errors.ts';
import type { ChannelDeps, ConnectionState } from '../../../src/core/ports/channel.ts';
import { quietLog } from '../quiet-log.ts';
import { type MemoryRecords, memoryRecords } from './memory-records.ts';

/** Dependencies of a channel account that remember all that was said to them. */
export interface RecordingDeps extends ChannelDeps {
  readonly records: MemoryRecords;
  readonly states: readonly ConnectionState[];
  /** Everything logged, reported and heard so far, as text. */
  said(): string;
  /** Adds something to what was said: an error, an outcome. Stacks and causes are included. */
  hear(value: unknown): void;
}

export function recordingDeps(blobs: Map<string, Uint8Array> = new Map()): RecordingDeps {
  const log = quietLog();
  const states: ConnectionState[] = [];
  const heard: unknown[] = [];
  return {
    log,
    clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
    onState: (state) => void states.push(state),
    states,
    files: {
      async *open(blobId) {
        const content = blobs.get(blobId);
        if (content === undefined) throw new FileLost(`no blob ${blobId}`);
        yield await Promise.resolve(content);
      },
      put(content) {
        const id = createHash('sha256').update(content).digest('hex');
        blobs.set(id, content);
        return Promise.resolve(id);
      },
    },
    records: memoryRecords(),
    said: () => inspect([log.lines, states, heard], { depth: 12, showHidden: true, maxArrayLength: null }),
    hear: (value) => void heard.push(value),
  };
}
