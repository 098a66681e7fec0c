/**
 * Direct messages of X: from being written to the arrival of the answer. Each contender has an X of its own, without limits of rate; whoever
 * asks does so every half second, so that an answer waits for that first.
 */
import { startXGenerator } from '../lib/generator.js';
import { measure, rotated, warmUp, withContender } from '../lib/measure.js';

export const name = 'x';
export const contenders = ['twitterapi', 'parleyx', 'parleyxpoll', 'embeddedx'];

/** More than elsewhere: who asks every half second can have no more answered in it than wait then. */
const IN_FLIGHT = 800;

export async function run({ contenders: all, names, rounds, size, say }) {
  const rows = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of rotated(names, round)) {
      const generator = await startXGenerator();
      try {
        await withContender(
          all,
          contender,
          async (it) => {
            const row = (scenario, figures) => rows.push({ scenario: `X: ${scenario}`, contender, ...figures });
            await warmUp(generator, it, { messages: size.warmUp });
            const calm = await measure(generator, it, { messages: size.seconds * 100, perSecond: 100 });
            row('100 a second', calm);
            const fast = await measure(generator, it, { messages: size.messages, inFlight: IN_FLIGHT });
            row('1,000 chats, 0 ms', fast);
            const slow = await measure(generator, it, { messages: size.messages, inFlight: IN_FLIGHT, latencyMs: 50 });
            row('1,000 chats, 50 ms', slow);
            say(
              `${it.title}, X: ${fast.perSecond.toFixed(0)}/s, with 50 ms ${slow.perSecond.toFixed(0)}/s; ` +
                `at 100/s p50 ${calm.endToEndMs.p50.toFixed(0)} ms, p95 ${calm.endToEndMs.p95.toFixed(0)} ms`,
            );
          },
          generator,
        );
      } finally {
        await generator.close();
      }
    }
  }
  return rows;
}
