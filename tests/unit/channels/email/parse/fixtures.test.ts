import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseEmail, printableEmail } from '../../../../../channels/email/parse.ts';

const root = join(import.meta.dirname, '../../../../fixtures/email');
const groups = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

/** Raw mails beside what must be read out of each. The expectations were written by hand, from what a person reads in the mail. */
describe.each(groups)('mails: %s', (group) => {
  const names = readdirSync(join(root, group))
    .filter((name) => name.endsWith('.eml'))
    .map((name) => name.slice(0, -4));
  test.each(names)('%s', async (name) => {
    const expected: unknown = JSON.parse(readFileSync(join(root, group, `${name}.json`), 'utf8'));
    const mail = printableEmail(await parseEmail(readFileSync(join(root, group, `${name}.eml`))));
    expect(mail).toMatchObject(expected as object);
  });
});

test('there are at least 150 of them, in every group', () => {
  const count = groups
    .flatMap((group) => readdirSync(join(root, group)))
    .filter((name) => name.endsWith('.eml')).length;
  expect(count).toBeGreaterThanOrEqual(150);
});
