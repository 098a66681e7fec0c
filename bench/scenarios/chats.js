/** One chat, where order forbids any doing side by side, and ten thousand, with the memory they leave behind. */
import { measure, rotated, warmUp, withContender } from '../lib/measure.js';

export const name = 'chats';
export const contenders = ['telegraf', 'hop', 'chatsdk', 'parley', 'embedded'];

export async function run({ generator, contenders: all, names, rounds, size, say }) {
  const rows = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of rotated(names, round)) {
      await withContender(all, contender, async (it) => {
        const idle = it.rss();
        await warmUp(generator, it, { messages: size.warmUp });
        const one = await measure(generator, it, { messages: Math.ceil(size.messages / 4), chats: 1, inFlight: 50 });
        rows.push({ scenario: '1 chat', contender, ...one });
        const messages = Math.max(size.messages, 10_000);
        const many = await measure(generator, it, { messages, chats: 10_000, inFlight: 200 });
        rows.push({ scenario: '10,000 chats', contender, idleRssMb: idle, ...many });
        say(
          `${it.title}: 1 chat ${one.perSecond.toFixed(0)}/s, 10,000 chats ${many.perSecond.toFixed(0)}/s, ` +
            `${idle.toFixed(0)} to ${many.rssMb.toFixed(0)} MB`,
        );
      });
    }
  }
  return rows;
}
