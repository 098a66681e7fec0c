/** How many messages a second, at what CPU: 1,000 chats, a platform that answers at once, then after 50 ms. */
import { measure, rotated, warmUp, withContender } from '../lib/measure.js';

export const name = 'throughput';
export const contenders = ['telegraf', 'hop', 'chatsdk', 'twohop', 'parley', 'embedded'];

/** @returns {Promise<object[]>} one row per run */
export async function run({ generator, contenders: all, names, rounds, size, say }) {
  const rows = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of rotated(names, round)) {
      await withContender(all, contender, async (it) => {
        await warmUp(generator, it, { messages: size.warmUp });
        const fast = await measure(generator, it, { messages: size.messages, inFlight: 200 });
        rows.push({ scenario: '1,000 chats, 0 ms', contender, ...fast });
        const slow = await measure(generator, it, { messages: size.messages, inFlight: 400, latencyMs: 50 });
        rows.push({ scenario: '1,000 chats, 50 ms', contender, ...slow });
        say(`${it.title}: ${fast.perSecond.toFixed(0)}/s, with 50 ms ${slow.perSecond.toFixed(0)}/s`);
      });
    }
  }
  return rows;
}
