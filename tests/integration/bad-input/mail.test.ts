import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseEmail } from '../../../channels/email/parse.ts';
import { fuzzRuns } from '../../kit/fuzz-runs.ts';
import { createMutator } from './mail-mutations.ts';

const root = join(import.meta.dirname, '../../fixtures/email');
const mails = readdirSync(root, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.eml'))
  .sort()
  .map((name) => readFileSync(join(root, name)));

const USUAL = 2_000;
const ASKED = fuzzRuns(USUAL);
/** Mails are read faster than updates are stored: where more are asked for, ten times as many. */
const RUNS = ASKED > USUAL ? ASKED * 10 : ASKED;
/** No mail may take longer, on a machine that does other things besides. */
const LIMIT_MS = 2_000;

describe('damaged mails', () => {
  test(
    `${RUNS} mutated mails are read, each within ${LIMIT_MS} ms`,
    async () => {
      const { next, mutate } = createMutator(20_260_302);
      const pick = (): Buffer => mails[next(mails.length)] ?? Buffer.alloc(0);
      let slowestMs = 0;
      for (let run = 0; run < RUNS; run += 1) {
        const raw = mutate(pick(), pick());
        const startMs = performance.now();
        const mail = await parseEmail(raw);
        slowestMs = Math.max(slowestMs, performance.now() - startMs);
        if (mail.text.trim() !== '' && mail.replyText.trim() === '')
          throw new Error(`run ${run}: text without reply text`);
        if (
          mail.html !== null &&
          /<script|\son[a-z]+\s*=|javascript:/i.test(
            mail.html.replaceAll(/>[^<]*</g, '><').replaceAll(/"[^"]*"/g, '""'),
          )
        )
          throw new Error(`run ${run}: live HTML`);
        expect(`${mail.text}${mail.replyText}${mail.subject}${mail.html ?? ''}`.isWellFormed()).toBe(true);
      }
      expect(slowestMs).toBeLessThan(LIMIT_MS);
    },
    60_000 + RUNS * 60,
  );
});

const HEAD = 'From: a@example.com\nSubject: x\n';
const PLAIN = `${HEAD}Content-Type: text/plain; charset=utf-8\n\n`;
const HTML = `${HEAD}Content-Type: text/html; charset=utf-8\n\n`;
const MIXED = `${HEAD}Content-Type: multipart/mixed; boundary=x\n\n`;

function nested(depth: number): string {
  let mail = HEAD;
  for (let level = 0; level < depth; level += 1)
    mail += `Content-Type: multipart/mixed; boundary=b${level}\n\n--b${level}\n`;
  return `${mail}\nwithin`;
}

/** Each would take minutes with rules that look again from every place. */
const HOSTILE: readonly (readonly [string, () => string])[] = [
  ['nested 1,000 deep', () => nested(1_000)],
  ['10,000 headers', () => `${'X-A: b\n'.repeat(10_000)}\nhi`],
  ['messages in messages', () => HEAD + 'Content-Type: message/rfc822\n\n'.repeat(100_000)],
  ['rules of dashes', () => PLAIN + '--\n'.repeat(1_000_000)],
  ['signatures', () => PLAIN + '-- \nx\n'.repeat(100_000)],
  ['one long line', () => PLAIN + 'a'.repeat(5_000_000)],
  ['attributions', () => PLAIN + 'On Monday 12:00 he wrote:\n'.repeat(100_000)],
  ['header blocks', () => PLAIN + 'From: a@b.cc\nTo: x\n\nSubject x\n'.repeat(50_000)],
  ['lines that look like boundaries', () => MIXED + '--\n'.repeat(1_000_000)],
  ['empty parts', () => MIXED + '--x\n'.repeat(1_000_000)],
  ['beginnings of yEnc', () => PLAIN + '=ybegin name=a\nxx\n'.repeat(30_000)],
  ['beginnings of uuencode', () => PLAIN + 'begin 644 a\n#0V%T\n'.repeat(50_000)],
  ['nested divs', () => HTML + '<div>'.repeat(200_000)],
  ['nested lists', () => HTML + '<ul><li>'.repeat(100_000)],
  ['openings', () => HTML + '<'.repeat(500_000)],
  ['open comments', () => HTML + '<!--'.repeat(300_000)],
  ['open titles', () => HTML + '<title>'.repeat(200_000)],
  ['open quotes', () => HTML + '<a b="'.repeat(200_000)],
  ['encoded words', () => `Subject: ${'=?utf-8?q?'.repeat(50_000)}\n\nhi`],
  ['addresses', () => `To: ${'"a" <'.repeat(50_000)}\n\nhi`],
  ['names of signs', () => `From: ${'@'.repeat(20_000)} <a@example.com>\n\nhi`],
  ['names without end', () => `From: x ${'a'.repeat(60_000)}@\n\nhi`],
  ['rules that end otherwise', () => `${PLAIN}${`${'-'.repeat(280)}x\n`.repeat(2_000)}`],
  ['long rules that end otherwise', () => `${PLAIN}${`${'-'.repeat(990)}x\n`.repeat(1_000)}`],
  ['rules of all signs', () => `${PLAIN}${`${'-_=#*~+'.repeat(40)}x\n`.repeat(2_000)}`],
  ['comments of addresses', () => `To: ${'('.repeat(300_000)}\n\nhi`],
];

describe('mails made to take long', () => {
  test.each(HOSTILE)('%s', async (_, make) => {
    const raw = Buffer.from(make());
    const startMs = performance.now();
    await parseEmail(raw);
    expect(performance.now() - startMs).toBeLessThan(LIMIT_MS);
  });

  test('a mail of 30 MB', async () => {
    const file = `${'QUJD'.repeat(19)}\n`.repeat(390_000);
    const raw = Buffer.from(
      `${MIXED}--x\nContent-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\n${file}--x--\n`,
    );
    expect(raw.length).toBeGreaterThan(30_000_000);
    const startMs = performance.now();
    const mail = await parseEmail(raw);
    expect(performance.now() - startMs).toBeLessThan(LIMIT_MS);
    expect(mail.attachments.map(({ filename, size }) => [filename, size])).toEqual([['a.pdf', 390_000 * 57]]);
  });
});
