/** The X that contenders talk to: the project's own simulator and the people who write direct messages. */
import { createXSimulator } from '../../dist/channels/x/simulator/index.js';
import { wordsOf } from './updates.js';

/** Characters of a message, as long as Telegram's. */
const WORDS = 400;
/** What the simulator keeps of calls and messages that are over, so that its memory does not slow it down. */
const LOG_LIMIT = 1_000;
const POLL_MS = 20;

const FIRST_PERSON = 1_600_000_000_000_000_000n;

/**
 * Limits are so wide that nobody meets them: X takes fifteen direct messages in a quarter of an hour, which says nothing of programs.
 * @param {(chat: number, text: string) => void} onReply told of each direct message of the account; chat −1: to nobody who wrote
 */
export async function startX(onReply) {
  const simulator = createXSimulator({ logLimit: LOG_LIMIT });
  /** By index of the chat. */
  const customers = new Map();
  const chats = new Map();
  function customerOf(index) {
    let customer = customers.get(index);
    if (customer === undefined) {
      customer = simulator.customer(String(FIRST_PERSON + BigInt(index)));
      customers.set(index, customer);
      chats.set(customer.id, index);
    }
    return customer;
  }
  simulator.log.onDirect(({ toUserId, text }) => onReply(chats.get(toUserId) ?? -1, text));

  /** Resolves once somebody holds a stream, or asks what is new. */
  async function connected(patienceMs) {
    const isThere = () =>
      simulator.streams.length > 0 || simulator.log.calls.some(({ route }) => route === 'GET /2/dm_events');
    for (const endMs = performance.now() + patienceMs; !isThere(); ) {
      if (performance.now() > endMs) throw new Error('nobody asks X for anything');
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  await simulator.start();
  const { appKey, appSecret, accessToken, accessSecret } = simulator.credentials;
  return {
    apiRoot: simulator.apiRoot,
    keys: { appKey, appSecret, accessToken, accessSecret },
    connected,
    /** How a run hands over its messages. */
    platform: {
      bodyOf: (number, index) => ({ customer: customerOf(index), text: wordsOf(number, WORDS) }),
      free: () => true,
      post({ customer, text }, done) {
        customer.direct(text);
        // The platform has it at once: how soon the gateway took it cannot be seen from here.
        queueMicrotask(() => done(200));
      },
      close: () => undefined,
    },
    setLatency: (ms) => simulator.setLatency(ms),
  };
}
