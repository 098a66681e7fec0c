/** kill -9 in the middle of half its load, and a restart at once: how long until what was posted before is answered. */
import { measure, rotated, warmUp, withContender } from '../lib/measure.js';

export const name = 'recovery';
export const contenders = ['telegraf', 'hop', 'parley', 'embedded'];

export async function run({ generator, contenders: all, names, rounds, size, say }) {
  const rows = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of rotated(names, round)) {
      await withContender(all, contender, async (it) => {
        await warmUp(generator, it, { messages: size.warmUp });
        const most = await measure(generator, it, { messages: Math.ceil(size.messages / 2), inFlight: 200 });
        const perSecond = most.perSecond / 2;
        const messages = Math.ceil(perSecond * size.seconds);
        const spec = { messages, perSecond, notifyAt: Math.ceil(messages / 2), patienceMs: 20_000 };
        const result = await generator.run({ ...it.target, ...spec }, () => {
          it.kill();
          void it.restart();
        });
        rows.push({ scenario: 'kill -9 at half load', contender, ...result });
        say(
          `${it.title}: ${(result.recoveredMs / 1_000).toFixed(2)} s, ` +
            `${result.lost} lost, ${result.duplicated} doubled of ${messages}`,
        );
      });
    }
  }
  return rows;
}
