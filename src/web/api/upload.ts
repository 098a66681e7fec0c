import { csrfTokenNow, toldOfSession } from './client.ts';
import { asFailure, failureOf } from './failure.ts';
import type { Attachment } from './model.ts';

/** A file on its way to the server. */
export interface UploadRequest {
  conversationId: string;
  /** Made here: the same file sent again under it is there once. */
  id: string;
  file: File;
  /** @param share from 0 to 1 */
  onProgress(share: number): void;
  signal: AbortSignal;
}

function headersOf(request: XMLHttpRequest): Headers {
  const headers = new Headers();
  for (const name of ['retry-after', 'x-request-id']) {
    const value = request.getResponseHeader(name);
    if (value !== null) headers.set(name, value);
  }
  return headers;
}

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Brings one file to the server, as it is. By XMLHttpRequest: `fetch` does not tell how far an upload is.
 * @throws {ApiFailure} as every call; an upload that was given up (its `signal`) counts as one that could not be made
 */
export function uploadFile({ conversationId, id, file, onProgress, signal }: UploadRequest): Promise<Attachment> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const query = new URLSearchParams({ id, name: file.name === '' ? 'file' : file.name });
    request.open('POST', `/api/v1/conversations/${conversationId}/attachments?${query}`);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.setRequestHeader('x-csrf-token', csrfTokenNow());
    request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(total === 0 ? 0 : loaded / total));
    const giveUp = (): void => request.abort();
    signal.addEventListener('abort', giveUp);
    request.addEventListener('loadend', () => {
      signal.removeEventListener('abort', giveUp);
      const { status } = request;
      if (status === 201) {
        // The server's own document says what a 201 holds.
        resolve(JSON.parse(request.responseText) as Attachment);
      } else if (status === 0) reject(asFailure(null));
      else {
        const response = new Response(null, { status, headers: headersOf(request) });
        reject(toldOfSession(failureOf(response, read(request.responseText))));
      }
    });
    request.send(file);
  });
}
