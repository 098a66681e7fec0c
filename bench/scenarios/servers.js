/**
 * The memory of a bot in thousands of servers: READY, GUILD_CREATE of each with 20 channels, then people who chat there and, now and
 * then, a customer who is answered. What it takes must not grow with what is said.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { rotated, withDiscordContender } from '../lib/measure.js';
import { median } from '../load/summary.js';

export const name = 'servers';
export const contenders = ['discordjs', 'discordlean', 'parleydc'];

const CHATTER_PER_SECOND = 400;
const CUSTOMERS = { chats: 50, perSecond: 5 };
const SAMPLE_MS = 1_000;
/** After the first answer: until what the beginning left behind is collected. */
const REST_MS = 5_000;

export async function run({ contenders: all, names, rounds, size, say }) {
  const rows = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of rotated(names, round)) {
      await withDiscordContender(all, contender, size.servers, async (it, generator) => {
        const row = await chatter(it, generator, size);
        rows.push({ scenario: 'Discord: chatter in many servers', contender, ...row });
        say(
          `${it.title}, ${size.servers.toLocaleString('en')} servers: ${row.connectedMb.toFixed(0)} MB, ` +
            `${row.earlyMb.toFixed(0)} to ${row.lateMb.toFixed(0)} MB within ${size.chatterSeconds} s of chatter`,
        );
      });
    }
  }
  return rows;
}

/**
 * @returns {Promise<object>} `connectedMb` before anybody chats; `earlyMb` and `lateMb`, medians of the second and of the last fifth of the
 *   time; `peakMb`, the most there was; `samplesMb`, one a second; `dispatchMs`, CPU for one thing said in a server, answers included
 */
async function chatter(it, generator, { chatterSeconds }) {
  await generator.run({ messages: CUSTOMERS.chats, chats: CUSTOMERS.chats, inFlight: 5, patienceMs: 60_000 });
  await sleep(REST_MS);
  const connectedMb = it.rss();
  const samplesMb = [];
  const timer = setInterval(() => samplesMb.push(it.rss()), SAMPLE_MS);
  const before = it.cpu().node;
  const spec = {
    ...CUSTOMERS,
    messages: CUSTOMERS.perSecond * chatterSeconds,
    chatterPerSecond: CHATTER_PER_SECOND,
  };
  const { perSecond: _, chatter: said, ...result } = await generator.run(spec);
  clearInterval(timer);
  const fifth = (number) => {
    const length = samplesMb.length / 5;
    return median(samplesMb.slice(Math.floor(length * number), Math.floor(length * (number + 1))));
  };
  return {
    ...result,
    connectedMb,
    earlyMb: fifth(1),
    lateMb: fifth(4),
    peakMb: Math.max(...samplesMb),
    dispatchMs: (it.cpu().node - before) / said,
    samplesMb,
  };
}
