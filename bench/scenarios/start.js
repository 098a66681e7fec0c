/** From starting the process to the first reply; the schema is there already, the embedded store is made anew. */
import { setTimeout as sleep } from 'node:timers/promises';
import { rotated } from '../lib/measure.js';

export const name = 'start';
export const contenders = ['telegraf', 'hop', 'chatsdk', 'twohop', 'parley', 'embedded'];

export async function run({ generator, contenders: all, names, rounds, say }) {
  const rows = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of rotated(names, round)) {
      const it = await all.launch(contender);
      try {
        rows.push({ scenario: 'cold start', contender, ...(await firstReply(generator, it, it.startedAt)) });
        await it.isUp;
        await sleep(2_000);
        rows.push({ scenario: 'idle', contender, rssMb: it.rss() });
        if (contender !== 'embedded') continue;
        it.kill();
        await sleep(500);
        const { startedAt } = await it.restart();
        rows.push({ scenario: 'cold start, again', contender, ...(await firstReply(generator, it, startedAt)) });
      } finally {
        await it.end();
      }
    }
    say(`round ${round + 1} of ${rounds}`);
  }
  return rows;
}

async function firstReply(generator, it, startedAt) {
  const result = await generator.run({ ...it.target, messages: 1, chats: 1, inFlight: 1, patienceMs: 60_000 });
  return { ...result, firstReplyMs: result.lastReplyAt - startedAt };
}
