import { removeUpload } from '../api/calls.ts';
import { csrfTokenNow } from '../api/client.ts';
import { uploadFile } from '../api/upload.ts';
import { Uploads } from './uploads.ts';

/** Kinds of picture every browser shows; SVG is a document, not a picture. */
const SHOWN = ['image/jpeg', 'image/png', 'image/webp', 'image/gif'];

/** Uploads over the browser's own means. */
export function createUploads(): Uploads {
  return new Uploads({
    send: uploadFile,
    remove: removeUpload,
    newId: () => crypto.randomUUID(),
    show: (file) => (SHOWN.includes(file.type) ? URL.createObjectURL(file) : null),
    hide: (address) => URL.revokeObjectURL(address),
  });
}

/** Takes back what was uploaded and not sent when the page is left: nobody would find it again. */
export function forgetWhenLeft(uploads: Uploads): () => void {
  const left = (): void => {
    for (const id of uploads.unsent()) {
      void fetch(`/api/v1/attachments/${id}`, {
        method: 'DELETE',
        keepalive: true,
        headers: { 'x-csrf-token': csrfTokenNow() },
      }).catch(() => undefined);
    }
  };
  addEventListener('pagehide', left);
  return () => removeEventListener('pagehide', left);
}
