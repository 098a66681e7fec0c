import { describe, expect, test } from '@jest/globals';
import { MailUnreadable } from '../../../../channels/email/errors.ts';
import { createMailTaker } from '../../../../channels/email/mail-taker.ts';
import { parseEmail } from '../../../../channels/email/parse.ts';
import { mailPayload } from '../../../../channels/email/payload.ts';
import type { ReceivedMail } from '../../../../channels/email/transport/received-mail.ts';
import type { InboundPayload } from '../../../../src/core/ports/channel.ts';
import { recordingDeps } from '../../../kit/channels/recording.ts';
import { quietLog } from '../../../kit/quiet-log.ts';

const NEXT = { uidValidity: '7', lastUid: 3, firstUid: 1 };
const MAIL =
  'From: Ana <ana@customer.example>\r\nTo: us@example.com\r\nMessage-ID: <one@x>\r\nSubject: hi\r\n\r\nhello\r\n';

function received(raw: Buffer | null, changes: Partial<ReceivedMail> = {}): ReceivedMail {
  return {
    folder: 'INBOX',
    uidValidity: '7',
    uid: 3,
    internalDateMs: 1_700_000_000_000,
    sizeBytes: raw?.length ?? 99_000_000,
    raw,
    head: null,
    attempt: 1,
    ...changes,
  };
}

function taker(parse: typeof parseEmail = parseEmail) {
  const taken: InboundPayload[] = [];
  const { files } = recordingDeps();
  const take = createMailTaker({
    log: quietLog(),
    files,
    spamFolder: 'Junk',
    parse,
    judge: () => Promise.resolve({ proof: 'proven', reason: 'a test' }),
  });
  const sink = (payloads: readonly (Buffer | InboundPayload)[]): Promise<void> => {
    for (const one of payloads) if (!Buffer.isBuffer(one)) taken.push(one);
    return Promise.resolve();
  };
  const readOf = (index: number) => mailPayload.parse(JSON.parse(taken[index]?.data.toString('utf8') ?? 'null'));
  return { take: (mail: ReceivedMail) => take(mail, NEXT, sink), taken, readOf };
}

describe('taking a mail', () => {
  test('it is read, its place and bookmark go along, and what it was is kept beside it', async () => {
    const { take, taken, readOf } = taker();
    await take(received(Buffer.from(MAIL)));
    expect(taken[0]).toMatchObject({
      bookmark: { name: 'INBOX', epoch: '7', position: 3, base: 1 },
      original: Buffer.from(MAIL),
    });
    expect(readOf(0)).toMatchObject({
      place: { spam: false, uid: 3 },
      mail: { from: 'ana@customer.example', replyText: 'hello' },
    });
  });

  test.each([
    ['the folder', MAIL, { folder: 'Junk' }],
    ['a mark of the server', `X-Spam-Flag: YES\r\n${MAIL}`, {}],
    ['its other mark', `X-Spam-Status: Yes, score=9\r\n${MAIL}`, {}],
  ])('spam is known by %s', async (_by, raw, where) => {
    const { take, readOf } = taker();
    await take(received(Buffer.from(raw), where));
    expect(readOf(0).place.spam).toBe(true);
  });

  test('of one that is too large the head is read, and that is said', async () => {
    const { take, taken, readOf } = taker();
    const head = Buffer.from(MAIL.slice(0, MAIL.indexOf('\r\n\r\n') + 4));
    await take(received(null, { head }));
    expect(readOf(0)).toMatchObject({
      trust: { proof: 'claimed' },
      mail: { subject: 'hi', warnings: expect.arrayContaining(['too_large']) },
    });
    expect(taken[0]).not.toHaveProperty('original');
  });

  test('one that is larger than a file of ours is stored without itself, and its large files are told as such', async () => {
    const { take, taken, readOf } = taker();
    const large = Buffer.alloc(26 * 1024 * 1024, 'x').toString('base64');
    const raw = `${MAIL.replace('\r\n\r\nhello\r\n', '')}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b\r\nContent-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n${large}\r\n--b--\r\n`;
    await take(received(Buffer.from(raw)));
    expect(taken[0]).not.toHaveProperty('original');
    expect(readOf(0).mail?.files).toMatchObject([{ fileName: 'a.zip', held: null }]);
  });

  test('one that cannot be read comes three times, then it is parked with its bytes and the others go on', async () => {
    const broken = () => Promise.reject(new MailUnreadable('it goes beyond the limit of time'));
    const { take, taken, readOf } = taker(broken);
    const raw = Buffer.alloc(20 * 1024 * 1024, 'y');
    for (const attempt of [1, 2]) await expect(take(received(raw, { attempt }))).rejects.toThrow(MailUnreadable);
    expect(taken).toEqual([]);
    await take(received(raw, { attempt: 3 }));
    expect(readOf(0)).toMatchObject({ mail: null, unreadable: expect.stringContaining('limit of time') });
    expect(taken[0]?.bookmark).toMatchObject({ position: 3 });
    // As much as is one file of ours.
    expect(taken[0]?.data.length).toBeLessThan(25 * 1024 * 1024);
    expect(taken[0]?.data.includes(Buffer.alloc(300, 'y').toString('base64'))).toBe(true);
  });

  test('what is not the fault of the mail is no attempt at it', async () => {
    const away = () => Promise.reject(new Error('the disk is full'));
    const { take, taken } = taker(away);
    await expect(take(received(Buffer.from(MAIL), { attempt: 3 }))).rejects.toThrow('the disk is full');
    expect(taken).toEqual([]);
  });
});
