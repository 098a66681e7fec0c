import type http from 'node:http';
import type { PlatformClock } from './clock.ts';
import type { DrawnFaults } from './faults.ts';
import { isLinkGood } from './file-links.ts';
import type { World } from './world.ts';

/** Gives an attachment out by its signed link, whole or from an offset; links that ran out are 404. */
export function serveFile(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  url: URL,
  { world, clock, faults }: { world: World; clock: PlatformClock; faults: DrawnFaults },
): void {
  const [, , channelId = '', fileId = ''] = url.pathname.split('/');
  const file = world.channels
    .get(channelId)
    ?.messages.flatMap((message) => message.attachments)
    .find((one) => one.id === fileId);
  const fault = faults.forCall('file', channelId);
  if (fault?.kind === 'drop_before') return void response.socket?.destroy();
  if (fault?.kind === 'hang_before') return;
  if (fault?.kind === 'error_before' || fault?.kind === 'refuse') {
    return void response.writeHead(fault.status ?? (fault.kind === 'refuse' ? 403 : 500)).end();
  }
  if (fault?.kind === 'rate_limited') {
    return void response.writeHead(429, { 'retry-after': String(fault.retryAfterSeconds ?? 1) }).end();
  }
  if (file === undefined || !isLinkGood(url, clock)) {
    return void response.writeHead(404, { 'content-type': 'text/plain' }).end('This content is no longer available.');
  }
  const size = file.bytes.byteLength;
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (from > 0 && from >= size) return void response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
  const bytes = file.bytes.subarray(from);
  response.writeHead(from > 0 ? 206 : 200, {
    'content-type': file.contentType,
    'content-length': bytes.byteLength,
    'accept-ranges': 'bytes',
    ...(from > 0 ? { 'content-range': `bytes ${from}-${size - 1}/${size}` } : {}),
  });
  if (fault?.kind !== 'cut_download') return void response.end(bytes);
  const upTo = Math.min(bytes.byteLength, fault.afterBytes ?? Math.floor(bytes.byteLength / 2));
  response.write(bytes.subarray(0, upTo), () => setTimeout(() => response.socket?.destroy(), 20));
}
