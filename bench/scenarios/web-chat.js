/** The web chat: from a visitor's POST to the answer in the visitor's stream, at 100 a second. Nobody else has the same. */
import { startWebGenerator } from '../lib/generator.js';
import { measure, rotated, withContender } from '../lib/measure.js';

export const name = 'webchat';
export const contenders = ['parleyweb', 'embeddedweb'];

const VISITORS = 200;

export async function run({ contenders: all, names, rounds, size, say }) {
  const rows = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of rotated(names, round)) {
      const generator = await startWebGenerator();
      try {
        await withContender(all, contender, async (it) => {
          const spec = { chats: VISITORS, perSecond: 100 };
          await measure(generator, it, { ...spec, messages: size.warmUp / 4 });
          const calm = await measure(generator, it, { ...spec, messages: size.seconds * 100 });
          rows.push({ scenario: 'Web chat: 100 a second', contender, ...calm });
          say(
            `${it.title}, web chat: taken p50 ${calm.ackMs.p50.toFixed(1)} ms, answered p50 ` +
              `${calm.endToEndMs.p50.toFixed(1)} ms, p99 ${calm.endToEndMs.p99.toFixed(1)} ms`,
          );
        });
      } finally {
        await generator.close();
      }
    }
  }
  return rows;
}
