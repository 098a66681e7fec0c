import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createSentCopies } from '../../../../channels/email/sent-copies.ts';
import { createMailSimulator, type MailSimulator } from '../../../../channels/email/simulator/index.ts';
import { createCredentials } from '../../../../channels/email/transport/credentials.ts';
import { createAccountMemory } from '../../../kit/channels/account-memory.ts';
import { accountOn, FAST_TIMES } from '../../../kit/email/receiver.ts';
import { eventually } from '../../../kit/eventually.ts';
import { quietLog } from '../../../kit/quiet-log.ts';

let simulator: MailSimulator;
beforeEach(async () => {
  simulator = createMailSimulator();
  await simulator.start();
});
afterEach(() => simulator.stop());

test('copies that wait hold none of their bytes: each is read when its turn has come', async () => {
  const config = accountOn(simulator);
  const log = quietLog();
  const access = { memory: createAccountMemory(), accountId: config.id, clock: { nowMs: () => Date.now() }, log };
  const copies = createSentCopies({
    config,
    log,
    credentials: createCredentials(config.imap, access),
    times: FAST_TIMES,
  });
  const filed = (): number => simulator.mailbox().folder('Sent')?.mails.length ?? 0;
  const aheadOf: number[] = [];
  simulator.faults.add({ kind: 'imap_slow', command: 'APPEND', latencyMs: 50 });
  for (let number = 0; number < 5; number += 1) {
    const raw = Buffer.from(`Message-ID: <${number}@parley.test>\r\nSubject: x\r\n\r\nhello\r\n`);
    const open = async function* open() {
      aheadOf.push(number - filed());
      yield await Promise.resolve(raw);
    };
    copies.file({ sizeBytes: raw.length, open }, `${number}@parley.test`);
  }
  await eventually(() => expect(filed()).toBe(5));
  expect(aheadOf).toEqual([0, 0, 0, 0, 0]);
  copies.close();
});
