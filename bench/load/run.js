/** One run of load: hands over messages as the platform would, waits for every reply, and counts what went wrong. */
import { summarise } from './summary.js';
import { numberIn } from './updates.js';

/** Telegram repeats what was not taken; sooner than the real one, so that a restart is what is measured. */
const REPEAT_MS = 20;
/** Replies that come this long after the last one was expected still count as duplicates. */
const LINGER_MS = 300;

/**
 * A run in progress.
 * @param {object} spec
 * @param {number} spec.messages how many
 * @param {number} spec.chats over how many chats, in turn
 * @param {number} spec.connections messages handed over at once at most; Telegram's webhooks: 40
 * @param {number} [spec.inFlight] closed loop: messages without a reply at most
 * @param {number} [spec.perSecond] open loop: this rate, whatever comes back
 * @param {number} spec.patienceMs ends the run when nothing came for this long
 * @param {number} [spec.notifyAt] `onReached` is called when so many were posted; `recoveredMs` says how long after it
 *   the last message posted before was answered
 * @param {{bodyOf(number: number, chat: number): unknown, free(): boolean,
 *   post(body: unknown, done: (status: number) => void): void, close(): void}} platform how a message gets there; `done` is never called
 *   before `post` returns
 * @param {() => void} [onReached]
 */
export function createRun(spec, platform, onReached = () => undefined) {
  const { messages, chats } = spec;
  const postedAt = new Float64Array(messages);
  const replies = new Uint8Array(messages);
  const posting = new Uint8Array(chats);
  const lastIn = new Int32Array(chats).fill(-1);
  const acks = [];
  const latencies = [];
  /** Messages that wait for their chat's earlier one; per chat they go one at a time, as Telegram's do. */
  const held = [];
  let next = 0;
  let acked = 0;
  let answered = 0;
  let repeats = 0;
  let duplicated = 0;
  let reordered = 0;
  let wrongChat = 0;
  let strange = 0;
  let lastReplyMs = 0;
  let lastEventMs = performance.now();
  let startMs = 0;
  let reachedMs = Number.NaN;
  let recoveredMs = 0;
  let finish;
  const finished = new Promise((resolve) => {
    finish = resolve;
  });

  function allowed(nowMs) {
    if (next >= messages) return false;
    if (spec.perSecond !== undefined) return startMs + (next * 1_000) / spec.perSecond <= nowMs;
    return next - answered < spec.inFlight;
  }

  function pump() {
    const nowMs = performance.now();
    for (let at = 0; at < held.length && platform.free(); ) {
      if (posting[held[at].chat] === 1) at += 1;
      else post(...held.splice(at, 1));
    }
    // Whoever waits for the chat in front keeps the others from passing it only within that chat.
    while (held.length < spec.connections * 4 && platform.free() && allowed(nowMs)) {
      const number = next;
      next += 1;
      if (next === spec.notifyAt) {
        reachedMs = nowMs;
        onReached();
      }
      const chat = number % chats;
      const one = { number, chat, body: platform.bodyOf(number, chat) };
      if (posting[chat] === 1) held.push(one);
      else post(one);
    }
  }

  function post(one) {
    posting[one.chat] = 1;
    if (postedAt[one.number] === 0) postedAt[one.number] = performance.now();
    platform.post(one.body, (status) => {
      lastEventMs = performance.now();
      if (status >= 200 && status < 300) {
        acked += 1;
        posting[one.chat] = 0;
        acks.push(lastEventMs - postedAt[one.number]);
        pump();
        return;
      }
      repeats += 1;
      const again = () => (platform.free() ? post(one) : setTimeout(again, REPEAT_MS));
      setTimeout(again, REPEAT_MS);
    });
  }

  const ticker = setInterval(
    () => {
      pump();
      const nowMs = performance.now();
      const complete = acked === messages && answered === messages && nowMs - lastReplyMs > LINGER_MS;
      if (complete || nowMs - lastEventMs > spec.patienceMs) end();
    },
    spec.perSecond === undefined ? 5 : 1,
  );

  function end() {
    clearInterval(ticker);
    platform.close();
    finish({
      messages,
      acked,
      answered,
      lost: messages - answered,
      duplicated,
      reordered,
      wrongChat,
      strange,
      repeats,
      seconds: (lastReplyMs - startMs) / 1_000,
      perSecond: (answered * 1_000) / (lastReplyMs - startMs),
      ackMs: summarise(acks),
      endToEndMs: summarise(latencies),
      recoveredMs,
      lastReplyAt: performance.timeOrigin + lastReplyMs,
    });
  }

  return {
    start() {
      startMs = performance.now();
      lastEventMs = startMs;
      pump();
      return finished;
    },
    /** A reply reached the platform. @param {number} chat index of the chat it was written in; another number: none of ours */
    reply(chat, text) {
      const nowMs = performance.now();
      const number = numberIn(text);
      if (number === null || number >= messages || postedAt[number] === 0) {
        strange += 1;
        return;
      }
      lastEventMs = nowMs;
      if (chat !== number % chats) wrongChat += 1;
      replies[number] += 1;
      if (replies[number] > 1) {
        duplicated += 1;
        lastReplyMs = nowMs;
        return;
      }
      if (number < lastIn[chat]) reordered += 1;
      else lastIn[chat] = number;
      latencies.push(nowMs - postedAt[number]);
      if (postedAt[number] <= reachedMs) recoveredMs = Math.max(recoveredMs, nowMs - reachedMs);
      answered += 1;
      lastReplyMs = nowMs;
      pump();
    },
  };
}
