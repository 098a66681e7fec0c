import { randomBytes } from 'node:crypto';

/**
 * A piece of an upload as `multipart/form-data` (RFC 7578). Made here because the library's own form copies byte by byte and gives the
 * file no name, without which some servers take it for text.
 */
export function uploadForm({ index, bytes }: { index: number; bytes: Uint8Array }): { type: string; body: Buffer } {
  const boundary = `piece-${randomBytes(18).toString('hex')}`;
  const field = `--${boundary}\r\nContent-Disposition: form-data; name="segment_index"\r\n\r\n${index}\r\n`;
  const file = `--${boundary}\r\nContent-Disposition: form-data; name="media"; filename="piece"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(field + file), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  return { type: `multipart/form-data; boundary=${boundary}`, body };
}
