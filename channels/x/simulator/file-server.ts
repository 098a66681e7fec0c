import type http from 'node:http';
import { giveOut } from '../../shared/simulator/give-out.ts';
import type { DrawnFaults } from './faults.ts';
import type { Media } from './world.ts';

/** Where X keeps what everybody may see: pictures of posts, videos of posts and messages. */
const PUBLIC_FILE =
  /^\/(?:media|tweet_video|dm_gif|ext_tw_video\/\d+\/pu\/vid\/\w+|dm_video\/\d+\/vid\/\w+)\/([\w.-]{1,100})$/u;

/** The name of the file a path of X's file hosts names; null: it names none. */
export function publicFileIn(path: string): string | null {
  return PUBLIC_FILE.exec(path)?.[1] ?? null;
}

/** Gives out a file of a post, whole or from an offset. */
export function servePublicFile(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  media: Media | undefined,
  faults: DrawnFaults,
): void {
  const fault = faults.forCall('file', null);
  if (fault?.kind === 'drop_before') return void response.socket?.destroy();
  if (fault?.kind === 'hang_before') return;
  if (fault?.kind === 'error_before') return void response.writeHead(fault.status ?? 503).end();
  if (fault?.kind === 'refuse') return void response.writeHead(fault.status ?? 403).end();
  if (fault?.kind === 'rate_limited') return void response.writeHead(429).end();
  if (media === undefined) return void response.writeHead(404).end();
  giveOut(request, response, media, fault);
}
