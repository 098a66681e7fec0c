import { parentPort } from 'node:worker_threads';
import { parseEmail } from './parse.ts';

/** What the thread is asked. */
export interface ParseRequest {
  id: number;
  raw: Uint8Array;
}

/** Buffers below this size may share Node's pool, which cannot change hands. */
const OWN_BUFFER_BYTES = 65_536;

/** The thread in which mails are read; see parse-worker.ts for who speaks to it. */
parentPort?.on('message', (request: ParseRequest) => {
  parseEmail(request.raw).then(
    (mail) => {
      const buffers = mail.attachments
        .map(({ content }) => content.buffer)
        .filter((buffer) => buffer instanceof ArrayBuffer && buffer.byteLength >= OWN_BUFFER_BYTES);
      parentPort?.postMessage({ id: request.id, mail }, [...new Set(buffers)] as ArrayBuffer[]);
    },
    (error: unknown) => {
      parentPort?.postMessage({ id: request.id, failure: error instanceof Error ? error.name : 'unknown' }, []);
    },
  );
});
parentPort?.postMessage({ ready: true }, []);
