import type http from 'node:http';
import type { PlatformClock } from '../../shared/simulator/clock.ts';
import { giveOut } from '../../shared/simulator/give-out.ts';
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
  giveOut(request, response, { bytes: file.bytes, mime: file.contentType }, fault);
}
