/** How long one message takes when there is room: at 100 a second, and at 70 % of what the contender can do. */
import { measure, rotated, warmUp, withContender } from '../lib/measure.js';

export const name = 'latency';
export const contenders = ['telegraf', 'twohop', 'chatsdk', 'parley', 'embedded'];

export async function run({ generator, contenders: all, names, rounds, size, say }) {
  const rows = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of rotated(names, round)) {
      await withContender(all, contender, async (it) => {
        await warmUp(generator, it, { messages: size.warmUp });
        const calm = await measure(generator, it, { messages: size.seconds * 100, perSecond: 100 });
        rows.push({ scenario: '100 a second', contender, ...calm });
        const most = await measure(generator, it, { messages: Math.ceil(size.messages / 2), inFlight: 200 });
        const perSecond = most.perSecond * 0.7;
        const messages = Math.ceil(perSecond * size.seconds);
        const busy = await measure(generator, it, { messages, perSecond });
        rows.push({ scenario: '70 % of its most', contender, ...busy });
        say(
          `${it.title}: at 100/s p99 ${calm.endToEndMs.p99.toFixed(1)} ms, ` +
            `at ${perSecond.toFixed(0)}/s p99 ${busy.endToEndMs.p99.toFixed(1)} ms`,
        );
      });
    }
  }
  return rows;
}
