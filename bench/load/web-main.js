/** The process of load for the web chat, driven by its parent over IPC. */
import { createRun } from './run.js';
import { wordsOf } from './updates.js';
import { openVisitors } from './visitors.js';

async function answer({ id, spec }) {
  let run = null;
  const visitors = await openVisitors(spec, wordsOf, (chat, text) => run?.reply(chat, text));
  run = createRun(spec, visitors, () => process.send({ id, reached: true }));
  process.send({ id, result: await run.start() });
}

process.on('message', (message) => {
  answer(message).catch((error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  });
});
process.on('disconnect', () => process.exit(0));
process.send({ url: '' });
