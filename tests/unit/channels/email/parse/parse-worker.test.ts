import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, expect, test } from '@jest/globals';
import { createMailParser, type MailParser } from '../../../../../channels/email/parse-worker.ts';
import { quietLog } from '../../../../kit/quiet-log.ts';

const loader = join(import.meta.dirname, '../../../../kit/typescript-loader.js');
const real = {
  url: new URL('../../../../../channels/email/parse-worker-thread.ts', import.meta.url),
  execArgv: ['--import', loader],
};
const folder = mkdtempSync(join(tmpdir(), 'parley-mail-thread-'));
let parser: MailParser | undefined;
afterEach(() => parser?.close());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A thread that does for a mail what the mail says. */
function threadThat(name: string): { url: URL; execArgv: string[] } {
  const path = join(folder, `${name}.mjs`);
  writeFileSync(
    path,
    `import { parentPort } from 'node:worker_threads';
     parentPort.on('message', ({ id, raw }) => {
       const word = Buffer.from(raw).toString();
       if (word === 'loop') for (;;);
       if (word === 'memory') { const kept = []; for (;;) kept.push(new Array(100_000).fill(Math.random())); }
       if (word === 'exit') process.exit(1);
       parentPort.postMessage({ id, mail: { subject: word } });
     });
     parentPort.postMessage({ ready: true });`,
  );
  return { url: pathToFileURL(path), execArgv: [] };
}

test('a mail is read in the thread, files and all', async () => {
  parser = createMailParser({ log: quietLog(), thread: real });
  const file = Buffer.alloc(200_000, 7).toString('base64');
  const raw = Buffer.from(
    `Subject: hi\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\ntext\n--x\nContent-Type: image/png; name=a.png\nContent-Transfer-Encoding: base64\n\n${file}\n--x--\n`,
  );
  const [one, two] = await Promise.all([parser.parse(raw), parser.parse(raw)]);
  expect(one).toMatchObject({ subject: 'hi', text: 'text' });
  expect(one.attachments[0]?.content.length).toBe(200_000);
  expect(two.attachments[0]?.sha256).toBe(one.attachments[0]?.sha256);
}, 30_000);

test.each([
  ['loop', 'time'],
  ['memory', 'memory'],
] as const)(
  'a mail that goes beyond a limit (%s) fails alone, and says which',
  async (word, limit) => {
    const log = quietLog();
    parser = createMailParser({
      log,
      deadlineMs: limit === 'time' ? 300 : 20_000,
      memoryMb: 32,
      thread: threadThat(word),
    });
    const before = parser.parse(Buffer.from('before'));
    const bad = parser.parse(Buffer.from(word));
    const after = parser.parse(Buffer.from('after'));
    await expect(before).resolves.toMatchObject({ subject: 'before' });
    await expect(bad).rejects.toMatchObject({ name: 'MailLimitExceeded', limit });
    await expect(after).resolves.toMatchObject({ subject: 'after' });
    expect(log.lines).toMatchObject([{ level: 'warn', fields: { why: limit } }]);
  },
  30_000,
);

test('a thread that ends is replaced', async () => {
  parser = createMailParser({ log: quietLog(), thread: threadThat('exit') });
  await expect(parser.parse(Buffer.from('exit'))).rejects.toMatchObject({ name: 'MailUnreadable' });
  await expect(parser.parse(Buffer.from('after'))).resolves.toMatchObject({ subject: 'after' });
}, 30_000);

test('a mail that is too large is refused before it is copied; a closed parser says so', async () => {
  parser = createMailParser({ log: quietLog(), maxBytes: 10, thread: threadThat('size') });
  await expect(parser.parse(Buffer.alloc(11))).rejects.toMatchObject({ limit: 'size' });
  await parser.close();
  await expect(parser.parse(Buffer.alloc(1))).rejects.toMatchObject({ name: 'MailUnreadable' });
}, 30_000);
