/**
 * How fast mails are read, against the fastest parser library alone in the same run: `node bench/mail.js [--rounds 5] [--json FILE]`.
 * The library only splits and decodes; ours sanitises, reads HTML, splits replies and judges as well. Also the memory that one mail of
 * 25 MB takes in a process of its own.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { bringUpToDate } from '../scripts/build.js';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    json: { type: 'string' },
    large: { type: 'boolean', default: false },
  },
});

/** What is promised: share of the library's speed, MB of one large mail. */
const AIM_RATIO = 0.7;
const AIM_MB = 300;
const PASSES = 8;

const built = () => import(pathToFileURL(join(root, 'dist/channels/email/parse.js')).href);

if (values.large) {
  await large();
} else {
  await bringUpToDate(root);
  const { parseEmail } = await built();
  const { default: PostalMime } = await import('postal-mime');
  const { simpleParser } = await import('mailparser');
  const contenders = {
    parley: (raw) => parseEmail(raw),
    'postal-mime': (raw) => PostalMime.parse(raw),
    mailparser: (raw) => simpleParser(raw, { skipImageLinks: true, skipTextToHtml: true, skipTextLinks: true }),
  };
  const mails = fixtures();
  const rates = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (let round = 0; round <= Number(values.rounds); round += 1) {
    for (const [name, parse] of Object.entries(contenders)) {
      const perSecond = await measure(parse, mails);
      // The first round compiles the code.
      if (round > 0) rates[name].push(perSecond);
    }
  }
  const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
  const result = Object.fromEntries(
    Object.entries(rates).map(([name, numbers]) => [name, Math.round(median(numbers))]),
  );
  const fastest = Math.max(result['postal-mime'], result.mailparser);
  const ratio = result.parley / fastest;
  const memory = spawnSync(process.execPath, [fileURLToPath(import.meta.url), '--large'], { encoding: 'utf8' });
  if (memory.status !== 0) throw new Error(`the large mail failed: ${memory.stderr}`);
  const { rssMb, ms } = JSON.parse(memory.stdout);
  process.stdout.write(
    `${mails.length} mails, mails/s: ${Object.entries(result)
      .map(([name, rate]) => `${name} ${rate}`)
      .join(', ')}\n` +
      `÷ the faster library: ${ratio.toFixed(2)} (aim ≥ ${AIM_RATIO}: ${ratio >= AIM_RATIO ? 'kept' : 'MISSED'})\n` +
      `a mail of 25 MB: ${ms} ms, ${rssMb} MB of memory (aim < ${AIM_MB}: ${rssMb < AIM_MB ? 'kept' : 'MISSED'})\n`,
  );
  if (values.json !== undefined)
    writeFileSync(values.json, JSON.stringify({ ...result, ratio, rssMb, largeMs: ms }, null, 1));
}

function fixtures() {
  const folder = join(root, 'tests/fixtures/email');
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.eml'))
    .map((name) => readFileSync(join(folder, name)));
}

async function measure(parse, mails) {
  const startMs = performance.now();
  for (let pass = 0; pass < PASSES; pass += 1) for (const raw of mails) await parse(raw);
  return (mails.length * PASSES * 1_000) / (performance.now() - startMs);
}

/** One mail of 25 MB, in this process, which does nothing else. */
async function large() {
  const { parseEmail } = await built();
  const line = `${Buffer.alloc(57, 7).toString('base64')}\r\n`;
  const head =
    'From: a@example.com\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\ntext\r\n--x\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n';
  const raw = Buffer.concat([Buffer.from(head), Buffer.alloc(25 * 1_048_576, line), Buffer.from('\r\n--x--\r\n')]);
  const startMs = performance.now();
  const mail = await parseEmail(raw);
  const ms = Math.round(performance.now() - startMs);
  if (mail.attachments.length !== 1) throw new Error('the attachment is missing');
  process.stdout.write(JSON.stringify({ ms, rssMb: Math.round(process.resourceUsage().maxRSS / 1_024) }));
}
