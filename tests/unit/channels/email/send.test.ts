import { describe, expect, test } from '@jest/globals';
import { type SendParts, sendMail } from '../../../../channels/email/send.ts';
import { FileLost, StoreUnavailable } from '../../../../src/core/errors.ts';
import type { SendOutcome } from '../../../../src/core/model/outbound.ts';
import type { FileSource } from '../../../../src/core/ports/channel.ts';
import { type MemoryRecords, memoryRecords } from '../../../kit/channels/memory-records.ts';
import { quietLog } from '../../../kit/quiet-log.ts';

const { signal } = new AbortController();
const FILE = { blobId: 'a'.repeat(64), sizeBytes: 5, fileName: 'a.bin', mime: null };

/** One mail with a file, as sent by an account whose files are read so. */
async function send(open: FileSource['open'], records: MemoryRecords = letters()) {
  const log = quietLog();
  let tries = 0;
  const parts: SendParts = {
    config: { id: 'mail', address: 'support@parley.test', name: 'Support', replyAddressTag: false },
    records,
    files: { open, put: () => Promise.reject(new Error('nothing is kept here')) },
    log,
    smtp: {
      send: () => {
        tries += 1;
        return Promise.resolve({ kind: 'taken', accepted: ['ana@customer.test'], rejected: [], words: 'OK' });
      },
      probe: () => Promise.resolve({ ok: true, message: '' }),
      close: () => Promise.resolve(),
    },
    fileSent: () => undefined,
  };
  const request = {
    action: 'send' as const,
    threadKey: 'letter:a:p',
    part: { text: 'see', files: [FILE] },
    madeAtMs: Date.now(),
    idempotencyKey: 'AZigAAAAcACAAAAAAAAAAQ',
  };
  const outcome: SendOutcome = await sendMail(parts, request, signal);
  return { outcome, tries, lines: log.lines };
}

function letters(): MemoryRecords {
  const records = memoryRecords();
  records.letters.set('*', {
    to: [{ name: 'Ana', address: 'ana@customer.test' }],
    cc: [],
    bcc: [],
    subject: 'Re: a question',
    references: [],
    quoted: null,
    agentName: 'Mei',
    signature: null,
    threadId: '0198a000-0000-7000-8000-000000000001',
    writtenAtMs: 1_700_000_000_000,
  });
  return records;
}

/** Files that fail after their first bytes. */
function failing(error: Error): FileSource['open'] {
  return async function* open() {
    yield await Promise.resolve(Buffer.from('he'));
    throw error;
  };
}

describe('a mail whose file', () => {
  test('can be read is sent', async () => {
    const sent = await send(async function* open() {
      yield await Promise.resolve(Buffer.from('hello'));
    });
    expect(sent).toMatchObject({ outcome: { kind: 'sent' }, tries: 1, lines: [] });
  });

  test('is lost for good is invalid', async () => {
    const { outcome, tries, lines } = await send(failing(new FileLost(null)));
    expect(outcome).toMatchObject({ kind: 'invalid' });
    expect(tries).toBe(0);
    expect(lines).toHaveLength(1);
  });

  test.each([
    Object.assign(new Error('too many open files'), { code: 'EMFILE' }),
    Object.assign(new Error('i/o error'), { code: 'EIO' }),
    new Error('anything'),
  ])('cannot be read for now ($message) is tried again, and the log says why', async (error) => {
    const { outcome, tries, lines } = await send(failing(error));
    expect(outcome).toMatchObject({ kind: 'transient' });
    expect(tries).toBe(0);
    expect(lines).toMatchObject([{ level: 'warn', fields: { error: error.name } }]);
  });
});

test('a store that does not tell whom a mail answers makes it wait, and the log says why', async () => {
  for (const error of [new StoreUnavailable('refused', null), new TypeError('a fault of ours')]) {
    const records = { ...letters(), correspondence: () => Promise.reject(error) };
    const { outcome, tries, lines } = await send(failing(new Error('not read')), records);
    expect(outcome).toMatchObject({ kind: 'transient' });
    expect(tries).toBe(0);
    expect(lines).toMatchObject([{ level: 'warn', fields: { error: error.name } }]);
  }
});
