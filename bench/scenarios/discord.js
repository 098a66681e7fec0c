/**
 * Telegram's scenarios of throughput and latency over Discord: half of the chats are direct messages, half are authors in support channels.
 * Each contender has a Discord of its own.
 */
import { measure, rotated, warmUp, withDiscordContender } from '../lib/measure.js';

export const name = 'discord';
export const contenders = ['discordjs', 'parleydc', 'embeddeddc'];

export async function run({ contenders: all, names, rounds, size, say }) {
  const rows = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of rotated(names, round)) {
      await withDiscordContender(all, contender, 0, async (it, generator) => {
        const row = (scenario, figures) => rows.push({ scenario: `Discord: ${scenario}`, contender, ...figures });
        await warmUp(generator, it, { messages: size.warmUp });
        const calm = await measure(generator, it, { messages: size.seconds * 100, perSecond: 100 });
        row('100 a second', calm);
        const fast = await measure(generator, it, { messages: size.messages, inFlight: 200 });
        row('1,000 chats, 0 ms', fast);
        const perSecond = fast.perSecond * 0.7;
        const busy = await measure(generator, it, { messages: Math.ceil(perSecond * size.seconds), perSecond });
        row('70 % of its most', busy);
        const slow = await measure(generator, it, { messages: size.messages, inFlight: 400, latencyMs: 50 });
        row('1,000 chats, 50 ms', slow);
        say(
          `${it.title}, Discord: ${fast.perSecond.toFixed(0)}/s, with 50 ms ${slow.perSecond.toFixed(0)}/s; ` +
            `at 100/s p99 ${calm.endToEndMs.p99.toFixed(1)} ms, at ${perSecond.toFixed(0)}/s p99 ${busy.endToEndMs.p99.toFixed(1)} ms`,
        );
      });
    }
  }
  return rows;
}
