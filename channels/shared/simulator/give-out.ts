import type http from 'node:http';

/** A moment after which what was written is on its way, ms. */
const ON_ITS_WAY_MS = 20;

/**
 * Sends bytes, from where the caller wants them (RFC 9110, 14).
 * @param fault `cut_download` cuts the connection after `afterBytes`, else after half of them
 */
export function giveOut(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  { bytes: whole, mime }: { bytes: Uint8Array; mime: string },
  fault: { kind: string; afterBytes?: number } | null,
): void {
  const size = whole.byteLength;
  const from = Number(/^bytes=(\d+)-$/u.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (from > 0 && from >= size) return void response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
  const bytes = whole.subarray(from);
  response.writeHead(from > 0 ? 206 : 200, {
    'content-type': mime,
    'content-length': bytes.byteLength,
    'accept-ranges': 'bytes',
    ...(from > 0 ? { 'content-range': `bytes ${from}-${size - 1}/${size}` } : {}),
  });
  if (fault?.kind !== 'cut_download') return void response.end(bytes);
  const upTo = Math.min(bytes.byteLength, fault.afterBytes ?? Math.floor(bytes.byteLength / 2));
  response.write(bytes.subarray(0, upTo), () => setTimeout(() => response.socket?.destroy(), ON_ITS_WAY_MS));
}
