import { createHmac, timingSafeEqual } from 'node:crypto';
import type { PlatformClock } from '../../shared/simulator/clock.ts';
import type { StoredAttachment } from './world.ts';

/** How long a link to an attachment lives; the platform's own are good for about a day. */
export const LINK_LIFE_MS = 24 * 3_600_000;

const KEY = 'links of the simulator';

function mark(path: string, ex: string, is: string): string {
  return createHmac('sha256', KEY).update(`${path}?${ex}&${is}`).digest('hex');
}

/** A signed link that runs out, as the platform puts it into messages (docs, "Signed Attachment CDN URLs"). */
export function signLink(
  origin: string,
  channelId: string,
  file: StoredAttachment,
  clock: PlatformClock,
  lifeMs = LINK_LIFE_MS,
): string {
  const path = `/attachments/${channelId}/${file.id}/${encodeURIComponent(file.filename)}`;
  const nowSeconds = Math.floor(clock.nowMs() / 1_000);
  const ex = (nowSeconds + Math.floor(lifeMs / 1_000)).toString(16);
  const is = nowSeconds.toString(16);
  return `${origin}${path}?ex=${ex}&is=${is}&hm=${mark(path, ex, is)}&`;
}

/** Whether a link was made by {@link signLink} and has not run out. */
export function isLinkGood(url: URL, clock: PlatformClock): boolean {
  const [ex, is, hm] = ['ex', 'is', 'hm'].map((name) => url.searchParams.get(name) ?? '');
  if (ex === undefined || is === undefined || hm === undefined) return false;
  const expected = Buffer.from(mark(url.pathname, ex, is));
  const given = Buffer.from(hm);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
  return Number.parseInt(ex, 16) * 1_000 > clock.nowMs();
}
