import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { outcomeOf, type SmtpResult } from '../../../../../channels/email/errors.ts';
import {
  createMailSimulator,
  type FaultRule,
  type MailSimulator,
} from '../../../../../channels/email/simulator/index.ts';
import type { RawMail } from '../../../../../channels/email/transport/outgoing-mail.ts';
import type { SmtpSender } from '../../../../../channels/email/transport/smtp-sender.ts';
import { accountOn } from '../../../../kit/email/receiver.ts';
import { mailOf, senderFor } from '../../../../kit/email/smtp-account.ts';

const ANN = 'ann@example.test';
const BOB = 'bob@example.test';
/** Larger than all buffers between here and the server together. */
const LARGE_BYTES = 8_000_000;

let simulator: MailSimulator;
let sender: SmtpSender;
const never = new AbortController().signal;

beforeEach(async () => {
  simulator = createMailSimulator();
  await simulator.start();
  sender = senderFor(accountOn(simulator));
});
afterEach(async () => {
  await sender.close();
  await simulator.stop();
});

const newId = (): string => `<${randomUUID()}@parley.test>`;

async function send(
  options: { to?: string[]; raw?: RawMail; id?: string; fillBytes?: number; signal?: AbortSignal } = {},
): Promise<{ result: SmtpResult; id: string; outcome: string }> {
  const id = options.id ?? newId();
  const to = options.to ?? [ANN];
  const raw = options.raw ?? mailOf(id, to.join(', '), options.fillBytes);
  const envelope = { from: simulator.address, to };
  const result = await sender.send({ envelope, raw }, options.signal ?? never);
  return { result, id, outcome: outcomeOf(result, id).kind };
}

describe('a mail', () => {
  test('arrives byte for byte, dots and all, over one connection for many', async () => {
    for (let count = 0; count < 3; count += 1) {
      const { result, id, outcome } = await send();
      expect(result).toMatchObject({ kind: 'taken', accepted: [ANN], rejected: [] });
      expect(outcome).toBe('sent');
      expect(simulator.log.copies(id, ANN)[0]?.raw.toString()).toBe(mailOf(id, ANN).toString());
    }
    const [letter] = await simulator.customer(ANN).inbox();
    expect(letter).toMatchObject({ subject: 'Hello', from: { address: 'support@parley.test', name: 'Support' } });
    expect(letter?.text).toContain('.Hello,\n.\nthere');
  });

  test('is read from a source that is opened for each try', async () => {
    const id = newId();
    const whole = mailOf(id, ANN, 200_000);
    async function* open(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < whole.byteLength; at += 1_000) yield whole.subarray(at, at + 1_000);
    }
    const { outcome } = await send({ id, raw: { sizeBytes: whole.byteLength, open } });
    expect(outcome).toBe('sent');
    expect(simulator.log.copies(id)[0]?.raw.equals(whole)).toBe(true);
  });

  test('whose source breaks is not sent, not even in part', async () => {
    // oxlint-disable-next-line require-yield -- it breaks before it gives anything more
    async function* open(): AsyncGenerator<Uint8Array> {
      yield mailOf(newId(), ANN);
      throw new Error('the disk is gone');
    }
    const { result } = await send({ raw: { sizeBytes: 5_000, open } });
    expect(result).toMatchObject({ kind: 'not_sent', code: 'cut' });
    expect(simulator.log.mails).toHaveLength(0);
    expect((await send()).outcome).toBe('sent');
  });

  test('may have a null sender, so that nothing bounces to us', async () => {
    const id = newId();
    const result = await sender.send({ envelope: { from: '', to: [ANN] }, raw: mailOf(id, ANN) }, never);
    expect(result.kind).toBe('taken');
    expect(simulator.log.copies(id)[0]?.from).toBe('');
  });

  test('for several has a result for each', async () => {
    simulator.faults.add({
      kind: 'smtp_refuse',
      at: 'recipient',
      address: BOB,
      code: 550,
      words: '5.1.1 No such user',
    });
    const { result, outcome } = await send({ to: [ANN, BOB] });
    expect(outcome).toBe('sent');
    expect(result).toEqual({
      kind: 'taken',
      accepted: [ANN],
      rejected: [{ address: BOB, domain: 'example.test', code: 550, enhanced: '5.1.1', words: 'No such user' }],
      words: expect.stringMatching(/^250 /u),
    });
  });

  test.each(['a@example.test>\r\nRCPT TO:<b@example.test', 'a@example.test\nx', '<a@example.test>'])(
    'for an address that would smuggle commands is refused by ourselves: %j',
    async (address) => {
      const { outcome } = await send({ to: [address] });
      expect(outcome).toBe('invalid');
      expect(simulator.log.mails).toHaveLength(0);
    },
  );

  test('larger than the server takes is not begun', async () => {
    await simulator.stop();
    simulator = createMailSimulator({ sizeBytes: 100_000 });
    await simulator.start();
    sender = senderFor(accountOn(simulator));
    const { result, outcome } = await send({ fillBytes: 200_000 });
    expect(result).toEqual({ kind: 'too_large', limitBytes: 100_000 });
    expect(outcome).toBe('invalid');
    expect((await send()).outcome).toBe('sent');
  });
});

describe('a cut', () => {
  // What a server holds after each of these is known to the simulator alone; the result must never say less than the truth.
  const cuts: [name: string, rule: FaultRule, outcome: string, taken: number, fillBytes?: number][] = [
    ['at the connection', { kind: 'smtp_cut', at: 'connect' }, 'transient', 0],
    ['at EHLO', { kind: 'smtp_cut', at: 'hello' }, 'transient', 0],
    ['at AUTH', { kind: 'smtp_cut', at: 'auth' }, 'transient', 0],
    ['at MAIL', { kind: 'smtp_cut', at: 'sender' }, 'transient', 0],
    ['at RCPT', { kind: 'smtp_cut', at: 'recipient' }, 'transient', 0],
    ['at DATA', { kind: 'smtp_cut', at: 'data' }, 'transient', 0],
    ['in the mail', { kind: 'smtp_cut', at: 'content', afterBytes: 100_000 }, 'transient', 0, LARGE_BYTES],
    ['after the whole mail, which was taken', { kind: 'smtp_cut', at: 'answer' }, 'unknown', 1],
    ['after the whole mail, which was lost', { kind: 'smtp_cut', at: 'answer', lost: true }, 'unknown', 0],
    ['after a whole large mail, which was taken', { kind: 'smtp_cut', at: 'answer' }, 'unknown', 1, LARGE_BYTES],
  ];

  test.each(cuts)('%s', async (_, rule, outcome, taken, fillBytes = 0) => {
    simulator.faults.add({ ...rule, times: 1 });
    const sent = await send({ fillBytes });
    expect(sent.outcome).toBe(outcome);
    expect(simulator.log.copies(sent.id)).toHaveLength(taken);
    expect(simulator.faults.rules).toEqual([]);
    // Another try is not harmed by the first.
    const again = await send({ id: sent.id, fillBytes });
    expect(again.outcome).toBe('sent');
    expect(simulator.log.copies(sent.id)).toHaveLength(taken + 1);
  });

  test.each(cuts.slice(3))('on a kept connection %s', async (_, rule, outcome, taken, fillBytes = 0) => {
    await send();
    simulator.faults.add({ ...rule, times: 1 });
    const sent = await send({ fillBytes });
    // Before the mail has begun a kept connection may just be stale: it is made anew and the mail goes over that.
    const isStale = ['sender', 'recipient', 'data'].includes(rule.at ?? '');
    expect(sent.outcome).toBe(isStale ? 'sent' : outcome);
    expect(simulator.log.copies(sent.id)).toHaveLength(isStale ? 1 : taken);
  });

  test('of idle connections is not noticed by the next mail', async () => {
    await send();
    simulator.cutAll();
    expect((await send()).outcome).toBe('sent');
    await simulator.suspend();
    expect((await send()).result).toMatchObject({ kind: 'not_sent', code: 'refused' });
    await simulator.resume();
    expect((await send()).outcome).toBe('sent');
  });
});

describe('no answer', () => {
  test.each([
    ['connect', 'transient', 0],
    ['hello', 'transient', 0],
    ['auth', 'transient', 0],
    ['sender', 'transient', 0],
    ['recipient', 'transient', 0],
    ['data', 'transient', 0],
    ['answer', 'unknown', 1],
  ] as const)('at %s ends in time as %s', async (at, outcome, taken) => {
    await sender.close();
    sender = senderFor(accountOn(simulator), { sendMs: 500, connectMs: 400 });
    simulator.faults.add({ kind: 'smtp_hang', at, times: 1 });
    const startedMs = performance.now();
    const sent = await send();
    expect(performance.now() - startedMs).toBeLessThan(6_000);
    expect(sent.outcome).toBe(outcome);
    expect(simulator.log.copies(sent.id)).toHaveLength(taken);
  });

  test('and a stop meanwhile ends it at once', async () => {
    simulator.faults.add({ kind: 'smtp_hang', at: 'answer', times: 1 });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 200);
    const startedMs = performance.now();
    expect((await send({ signal: stop.signal })).outcome).toBe('unknown');
    expect(performance.now() - startedMs).toBeLessThan(4_000);
    expect((await send({ signal: stop.signal })).outcome).toBe('transient');
  });
});

describe('a refusal', () => {
  test.each([
    ['greylisting', { at: 'recipient', code: 451, words: '4.7.1 Greylisted, try again' }, 'transient', 'Greylisted'],
    ['no such user', { at: 'recipient', code: 550, words: '5.1.1 User unknown' }, 'forbidden', 'User unknown'],
    [
      'no such user, without a status',
      { at: 'recipient', code: 550, words: 'mailbox not found' },
      'forbidden',
      'not found',
    ],
    ['policy', { at: 'recipient', code: 550, words: '5.7.1 Relaying denied' }, 'invalid', 'Relaying'],
    ['a full mailbox', { at: 'recipient', code: 452, words: '4.2.2 Mailbox full' }, 'transient', 'full'],
    ['our sender address', { at: 'sender', code: 553, words: '5.7.1 Not yours' }, 'invalid', 'Not yours'],
    ['the sender for now', { at: 'sender', code: 450, words: '4.1.8 No DNS' }, 'transient', 'DNS'],
    ['the content', { at: 'answer', code: 554, words: '5.6.0 Looks like spam' }, 'invalid', 'spam'],
    ['the content for now', { at: 'answer', code: 451, words: '4.3.0 Scanner busy' }, 'transient', 'Scanner'],
    ['the connection', { at: 'connect', code: 554, words: '5.7.1 Your address is listed' }, 'transient', 'listed'],
    ['the connection for now', { at: 'connect', code: 421, words: '4.3.2 Too busy' }, 'transient', 'busy'],
    ['the day’s quota', { at: 'sender', code: 550, words: '5.4.5 Daily limit exceeded' }, 'rate_limited', ''],
    ['our password', { at: 'auth', code: 535, words: '5.7.8 Bad credentials' }, 'auth', 'Bad credentials'],
    ['sign-in for now', { at: 'auth', code: 454, words: '4.7.0 Temporary failure' }, 'transient', 'Temporary'],
  ] as const)('of %s', async (_, rule, kind, words) => {
    simulator.faults.add({ kind: 'smtp_refuse', times: 1, ...rule });
    const { result, id } = await send();
    const outcome = outcomeOf(result, id);
    expect(outcome.kind).toBe(kind);
    if ('reason' in outcome) expect(outcome.reason).toContain(words);
    expect(simulator.log.copies(id)).toHaveLength(0);
    expect((await send({ id })).outcome).toBe('sent');
  });

  test('of one recipient for now and another for good is worth another try', async () => {
    simulator.faults.add({ kind: 'smtp_refuse', at: 'recipient', address: ANN, code: 451, words: '4.7.1 Later' });
    simulator.faults.add({ kind: 'smtp_refuse', at: 'recipient', address: BOB, code: 550, words: '5.1.1 Never' });
    const { result, outcome } = await send({ to: [ANN, BOB] });
    expect(outcome).toBe('transient');
    expect(result).toMatchObject({ kind: 'refused', at: 'recipients', rejected: [{ code: 451 }, { code: 550 }] });
  });

  test('of STARTTLS where it is demanded ends before a password is said', async () => {
    const demanding = senderFor(accountOn(simulator, { smtp: { starttls: true } }));
    const result = await demanding.send(
      { envelope: { from: simulator.address, to: [ANN] }, raw: mailOf(newId(), ANN) },
      never,
    );
    expect(outcomeOf(result, '').kind).toBe('transient');
    expect(simulator.log.mails).toHaveLength(0);
    await demanding.close();
  });

  test('of a wrong password is one of credentials, and nothing tells the password', async () => {
    const { smtp } = accountOn(simulator, { smtp: { password: 'wrong-password' } });
    const wrong = senderFor({ ...accountOn(simulator), smtp });
    const result = await wrong.send(
      { envelope: { from: simulator.address, to: [ANN] }, raw: mailOf(newId(), ANN) },
      never,
    );
    expect(result.kind).toBe('auth_refused');
    const probe = await wrong.probe(never);
    expect(probe).toMatchObject({ ok: false, mend: expect.stringContaining('smtp.password') });
    expect(JSON.stringify([result, probe])).not.toContain('wrong-password');
    await wrong.close();
  });
});

describe('the pool', () => {
  test('sends many at once over few connections, each once', async () => {
    const ids = Array.from({ length: 40 }, newId);
    const results = await Promise.all(ids.map((id) => send({ id })));
    expect(results.map(({ outcome }) => outcome)).toEqual(ids.map(() => 'sent'));
    expect(ids.map((id) => simulator.log.copies(id).length)).toEqual(ids.map(() => 1));
  });

  test('gives up a mail that waits too long for a connection, untried', async () => {
    await sender.close();
    sender = senderFor(accountOn(simulator, { smtp: { maxConnections: 1 } }), { sendMs: 400 });
    simulator.faults.add({ kind: 'smtp_hang', at: 'hello', times: 1 });
    const results = await Promise.all([send(), send()]);
    expect(results.map(({ outcome }) => outcome)).toEqual(['transient', 'transient']);
    expect(simulator.log.mails).toHaveLength(0);
    expect((await send()).outcome).toBe('sent');
  });

  test('knows before sending whether it is let in', async () => {
    expect(await sender.probe(never)).toEqual({ ok: true, message: 'SMTP: 127.0.0.1 lets us in' });
    await simulator.suspend();
    expect(await sender.probe(never)).toMatchObject({ ok: false, mend: expect.stringContaining('nothing listens at') });
    await simulator.resume();
  });
});
