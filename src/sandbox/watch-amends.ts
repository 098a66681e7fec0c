import type { PlatformLog } from '../../channels/telegram/simulator/index.ts';

const LOOK_EVERY_MS = 300;
/** What changes a message that is there; the log tells by itself of new ones alone. */
const AMENDS = /^(?:edit|delete)|^setMessageReaction$/;

/** Calls when one of ours was changed, deleted or reacted with at the platform. @returns ends it */
export function watchAmends(log: Pick<PlatformLog, 'calls'>, onChange: () => void): () => void {
  let seen = log.calls.at(-1)?.order ?? 0;
  const timer = setInterval(() => {
    const before = seen;
    seen = log.calls.at(-1)?.order ?? before;
    for (let at = log.calls.length - 1; at >= 0; at -= 1) {
      const call = log.calls[at];
      if (call === undefined || call.order <= before) return;
      if (AMENDS.test(call.method)) {
        onChange();
        return;
      }
    }
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
