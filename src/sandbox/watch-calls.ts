const LOOK_EVERY_MS = 300;

/**
 * Calls `onChange` when the bot called its platform in a way that changes what is there already; logs tell by themselves of new messages
 * alone. @returns ends it
 */
export function watchCalls<Call extends { readonly order: number }>(
  log: { readonly calls: readonly Call[] },
  matters: (call: Call) => boolean,
  onChange: () => void,
): () => void {
  let seen = log.calls.at(-1)?.order ?? 0;
  const timer = setInterval(() => {
    const before = seen;
    seen = log.calls.at(-1)?.order ?? before;
    for (let at = log.calls.length - 1; at >= 0; at -= 1) {
      const call = log.calls[at];
      if (call === undefined || call.order <= before) return;
      if (matters(call)) {
        onChange();
        return;
      }
    }
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
