import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect } from '@jest/globals';
import { outcomeOf, type SmtpResult } from '../../../channels/email/errors.ts';
import type { SmtpSender } from '../../../channels/email/transport/smtp-sender.ts';
import { type Receiver, startReceiver } from '../../kit/email/receiver.ts';
import { mailOf, senderFor } from '../../kit/email/smtp-account.ts';
import { startTcpProxy } from '../../kit/email/tcp-proxy.ts';
import { eventually } from '../../kit/eventually.ts';
import { accountOf, otherClient, useDovecot, usePostfix, withPostfix } from './mail-servers.ts';

const DOMAIN = 'parley.test';
const US = `support@${DOMAIN}`;
const dovecot = useDovecot();
const postfix = usePostfix(dovecot, {
  domain: DOMAIN,
  users: ['support', 'ann', 'bob', 'cut'],
  answers: {
    [`grey@${DOMAIN}`]: '451 4.7.1 Greylisted, come back later',
    [`policy@${DOMAIN}`]: '554 5.7.1 Not from you',
  },
  messageSizeLimit: 3_000_000,
});
const never = new AbortController().signal;

let sender: SmtpSender;
const running: Receiver[] = [];

beforeEach(() => {
  sender = senderOn(postfix().port);
});
afterEach(async () => {
  await sender.close();
  await Promise.all(running.splice(0).map((receiver) => receiver.stop()));
});

function senderOn(port: number, smtp: object = {}): SmtpSender {
  return senderFor(accountOf(dovecot(), US, { smtp: { port, ...smtp } }), { sendMs: 4_000, connectMs: 3_000 });
}
const newId = (): string => `<${randomUUID()}@${DOMAIN}>`;

async function send(
  to: string[],
  { id = newId(), fillBytes = 0, by = sender } = {},
): Promise<{ result: SmtpResult; outcome: string; id: string }> {
  const raw = mailOf(id, to.join(', '), fillBytes);
  const result = await by.send({ envelope: { from: US, to }, raw }, never);
  return { result, outcome: outcomeOf(result, id).kind, id };
}

/** How often a mail lies in a mailbox. */
async function copies(user: string, id: string): Promise<number> {
  const client = await otherClient(dovecot(), user);
  try {
    const found = await client.search({ header: { 'message-id': id } }, { uid: true });
    return Array.isArray(found) ? found.length : 0;
  } finally {
    client.close();
  }
}

describe('a real Postfix', () => {
  withPostfix('takes a mail and brings it to the mailbox, where the receiver finds it', async () => {
    const receiver = startReceiver(accountOf(dovecot(), US), { times: { answerMs: 3_000 } });
    running.push(receiver);
    await eventually(() => expect(receiver.state).toEqual({ state: 'connected' }));
    const { result } = await send([US]);
    expect(result).toMatchObject({ kind: 'taken', accepted: [US], words: expect.stringContaining('queued as') });
    await eventually(() => expect(receiver.intake.subjects()).toEqual(['Hello']), 15_000);
    const text = receiver.intake.taken[0]?.raw?.toString() ?? '';
    expect(text).toContain('.Hello,\r\n.\r\nthere\r\n');
    expect(text).toMatch(/^Return-Path: <support@parley\.test>\r$/mu);
  });

  withPostfix('brings mail to a tag of an address', async () => {
    const { id } = await send([`ann+tag@${DOMAIN}`]);
    await eventually(async () => expect(await copies(`ann@${DOMAIN}`, id)).toBe(1), 15_000, 100);
  });

  withPostfix('refuses recipients one by one, each with its words', async () => {
    const [ann, nobody] = [`ann@${DOMAIN}`, `nobody@${DOMAIN}`];
    const { result, outcome } = await send([ann, nobody]);
    expect(outcome).toBe('sent');
    expect(result).toMatchObject({
      accepted: [ann],
      rejected: [
        { address: nobody, domain: DOMAIN, code: 550, enhanced: '5.1.1', words: expect.stringContaining('unknown') },
      ],
    });
    expect((await send([nobody])).outcome).toBe('forbidden');
    expect((await send([`grey@${DOMAIN}`])).result).toMatchObject({
      kind: 'refused',
      rejected: [{ code: 451, enhanced: '4.7.1', words: expect.stringContaining('Greylisted') }],
    });
    expect((await send([`grey@${DOMAIN}`])).outcome).toBe('transient');
    expect((await send([`policy@${DOMAIN}`])).outcome).toBe('invalid');
    // The connection is still good for the next one.
    expect((await send([ann])).outcome).toBe('sent');
  });

  withPostfix('wants a right password, and no strangers', async () => {
    const wrong = senderOn(postfix().port, { password: 'wrong' });
    expect((await send([US], { by: wrong })).outcome).toBe('auth');
    await wrong.close();
    expect((await send(['somebody@elsewhere.test'])).result.kind).toBe('taken');
    const stranger = senderOn(postfix().port, { user: undefined, password: undefined });
    expect((await send(['somebody@elsewhere.test'], { by: stranger })).result).toMatchObject({
      kind: 'refused',
      rejected: [{ code: 554, enhanced: '5.7.1' }],
    });
    await stranger.close();
  });

  withPostfix('is spoken to over TLS in both ways, and not at all with a certificate nobody vouches for', async () => {
    const { ca } = dovecot();
    const ways = [
      { port: postfix().tlsPort, secure: true, ca },
      { port: postfix().port, secure: false, starttls: true, ca },
    ];
    for (const { port, ...way } of ways) {
      const safe = senderOn(port, way);
      expect((await send([`ann@${DOMAIN}`], { by: safe })).outcome).toBe('sent');
      expect(await safe.probe(never)).toMatchObject({ ok: true });
      await safe.close();
      const unknown = senderOn(port, { ...way, ca: undefined });
      expect((await send([`ann@${DOMAIN}`], { by: unknown })).result).toMatchObject({ kind: 'not_sent', code: 'tls' });
      expect(await unknown.probe(never)).toMatchObject({ ok: false, mend: expect.stringContaining('smtp.ca') });
      await unknown.close();
    }
    // TLS spoken to a port that begins without it.
    const mistaken = senderOn(postfix().port, { secure: true, ca });
    expect((await send([`ann@${DOMAIN}`], { by: mistaken })).outcome).toBe('transient');
    await mistaken.close();
  });

  withPostfix('tells its limit before a mail that is too large', async () => {
    expect((await send([US], { fillBytes: 4_000_000 })).result).toEqual({ kind: 'too_large', limitBytes: 3_000_000 });
    expect((await send([US], { fillBytes: 2_000_000 })).outcome).toBe('sent');
  });

  withPostfix(
    'restarted between two mails takes both',
    async () => {
      expect((await send([`bob@${DOMAIN}`])).outcome).toBe('sent');
      await postfix().stop();
      expect((await send([`bob@${DOMAIN}`])).result).toMatchObject({ kind: 'not_sent', code: 'refused' });
      await postfix().start();
      expect((await send([`bob@${DOMAIN}`])).outcome).toBe('sent');
    },
    60_000,
  );

  withPostfix(
    'cut at any byte of its answers: what counts as not sent never arrives, what arrives never counts as refused',
    async () => {
      const proxy = await startTcpProxy(postfix().port);
      const outcomes = new Map<string, { outcome: string; bytes: number }>();
      // The greeting, EHLO, AUTH and so on up to the last byte of the final answer.
      for (const bytes of [1, 30, 120, 200, 260, 300, 320, 340, 345, 350, 360, 370, 380, 390, 400, 420, 440, 480]) {
        const by = senderOn(proxy.port);
        proxy.cutAfter(bytes);
        const { id, outcome } = await send([`cut@${DOMAIN}`], { by });
        outcomes.set(id, { outcome, bytes });
        await by.close();
      }
      const kinds = [...outcomes.values()].map(({ outcome }) => outcome);
      // And what we send, cut in the middle of a large mail: nobody can have it.
      for (const bytes of [10, 150, 100_000, 1_000_000]) {
        const by = senderOn(proxy.port);
        proxy.cutAfterSent(bytes);
        const { id, outcome } = await send([`cut@${DOMAIN}`], { by, fillBytes: 2_900_000 });
        // The kernel may have taken all of a mail that fits its buffers; then nobody can tell.
        expect(bytes < 1_000 ? ['transient'] : ['transient', 'unknown']).toContain(outcome);
        outcomes.set(id, { outcome, bytes: -bytes });
        await by.close();
      }
      expect(kinds[0]).toBe('transient');
      expect(kinds.at(-1)).toBe('sent');
      expect(kinds).toContain('unknown');
      // One more mail: when it is there, those before it are as well.
      const { id: last } = await send([`cut@${DOMAIN}`]);
      await eventually(async () => expect(await copies(`cut@${DOMAIN}`, last)).toBe(1), 15_000, 100);
      for (const [id, { outcome, bytes }] of outcomes) {
        const there = await copies(`cut@${DOMAIN}`, id);
        if (bytes < 0) expect({ bytes, there }).toEqual({ bytes, there: 0 });
        if (outcome === 'transient') expect({ bytes, there }).toEqual({ bytes, there: 0 });
        if (outcome === 'sent') expect({ bytes, there }).toEqual({ bytes, there: 1 });
        expect(['transient', 'unknown', 'sent']).toContain(outcome);
      }
      await proxy.close();
    },
    60_000,
  );
});
