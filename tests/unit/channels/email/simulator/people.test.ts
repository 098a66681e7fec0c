import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createMailSimulator, type MailSimulator } from '../../../../../channels/email/simulator/index.ts';
import { accountOn } from '../../../../kit/email/receiver.ts';
import { mailOf, senderFor } from '../../../../kit/email/smtp-account.ts';
import { eventually } from '../../../../kit/eventually.ts';

let simulator: MailSimulator;
const never = new AbortController().signal;

beforeEach(async () => {
  simulator = createMailSimulator();
  await simulator.start();
});
afterEach(() => simulator.stop());

/** What lies in our inbox, as text, newest last. */
const inbox = (): string[] => simulator.mailbox().inbox.mails.map(({ raw }) => raw.toString());

async function send(to: string, id = '<1@parley.test>'): Promise<void> {
  const sender = senderFor(accountOn(simulator));
  const result = await sender.send({ envelope: { from: simulator.address, to: [to] }, raw: mailOf(id, to) }, never);
  expect(result.kind).toBe('taken');
  await sender.close();
}

describe('a customer', () => {
  test('writes text, HTML and files', async () => {
    const ann = simulator.customer('ann@example.test', { name: 'Ann Ö.' });
    const { messageId, uid } = await ann.write({
      subject: 'Hälp 你好',
      text: 'please',
      html: '<p>please <img src="cid:pic"></p>',
      files: [{ filename: 'pic.png', content: Buffer.from('89504e47', 'hex'), contentType: 'image/png', cid: 'pic' }],
    });
    expect(messageId).toMatch(/^<[\w-]+@example\.test>$/u);
    expect(uid).toBe(1);
    expect(inbox()[0]).toMatch(/^Return-Path: <ann@example\.test>\r\nDelivered-To: support@parley\.test\r\n/u);
    expect(inbox()[0]).toContain('Content-Id: <pic>'.replace('Content-Id', 'Content-ID').slice(11));
  });

  test('is proven only where our own server says so', async () => {
    const ann = simulator.customer('ann@example.test');
    for (const proof of ['dkim', 'fail', 'none'] as const) await ann.write({ text: proof }, { proof });
    const results = inbox().map((text) => /^Authentication-Results: mx\.parley\.test; dkim=(\w+)/mu.exec(text)?.[1]);
    expect(results).toEqual(['pass', 'fail', 'none']);
  });

  test('reads what we sent and answers below it as Gmail does', async () => {
    await send('ann@example.test');
    const ann = simulator.customer('ann@example.test', { name: 'Ann' });
    const letter = await ann.waitForMail(({ messageId }) => messageId === '<1@parley.test>');
    await ann.reply(letter, { text: 'thanks & bye' });
    const reply = inbox()[0] ?? '';
    expect(reply).toMatch(/^In-Reply-To: <1@parley\.test>\r$/mu);
    expect(reply).toMatch(/^References: <1@parley\.test>\r$/mu);
    expect(reply).toMatch(/^Subject: Re: Hello\r$/mu);
    expect(reply).toContain('> .Hello,');
    expect(reply).toContain('gmail_quote');
    expect(reply).toContain('thanks &amp; bye');
  });

  test('sends bytes as they are, and mail without Message-ID', async () => {
    const ann = simulator.customer('ann@example.test');
    const raw = Buffer.from([0x46, 0x72, 0x6f, 0x6d, 0x3a, 0x20, 0xff, 0x0a, 0x0a, 0x00]);
    ann.writeRaw(raw, { exact: true });
    expect(simulator.mailbox().inbox.mails[0]?.raw.subarray(-raw.byteLength).equals(raw)).toBe(true);
    expect(ann.writeRaw('Subject: x\n\nbody\n').messageId).toBeNull();
    const letter = await ann.write({ text: 'no id', messageId: null });
    expect(letter.messageId).toBeNull();
    expect(letter.raw.toString()).not.toMatch(/^message-id:/imu);
  });

  test('writes to a tag of our address, and many addresses to one mailbox', async () => {
    await simulator.customer('ann@example.test').write({ text: 'x' }, { to: ['Support+tag123@parley.test'] });
    expect(inbox()[0]).toContain('Delivered-To: Support+tag123@parley.test');
  });
});

describe('the post', () => {
  test('takes mail of strangers at its MX without signing in, and counts copies', async () => {
    const config = accountOn(simulator);
    const { user: _, password: __, ...smtp } = config.smtp;
    const stranger = senderFor({ ...config, smtp: { ...smtp, ...simulator.mx } });
    for (let count = 0; count < 2; count += 1) {
      const envelope = { from: 'bob@example.test', to: [simulator.address] };
      expect(
        await stranger.send({ envelope, raw: mailOf('<s@example.test>', simulator.address) }, never),
      ).toMatchObject({ kind: 'taken' });
    }
    await stranger.close();
    expect(simulator.log.copies('<s@example.test>', simulator.address)).toHaveLength(2);
    expect(inbox()[0]).toContain('dkim=none');
  });

  test('lets nobody send without signing in', async () => {
    const config = accountOn(simulator);
    const { user: _, password: __, ...smtp } = config.smtp;
    const nobody = senderFor({ ...config, smtp });
    const envelope = { from: simulator.address, to: ['ann@example.test'] };
    expect((await nobody.send({ envelope, raw: mailOf('<n@x>', 'ann@example.test') }, never)).kind).toBe('refused');
    await nobody.close();
    expect(simulator.log.mails).toHaveLength(0);
  });

  test('brings back what bounces, later or delayed', async () => {
    simulator.faults.add({ kind: 'bounce', address: 'gone@example.test', times: 1 });
    simulator.faults.add({ kind: 'bounce', address: 'slow@example.test', action: 'delayed', latencyMs: 50 });
    await send('gone@example.test', '<gone@parley.test>');
    await send('slow@example.test', '<slow@parley.test>');
    await eventually(() => expect(inbox()).toHaveLength(2));
    expect(inbox()[0]).toMatch(
      /Return-Path: <>\r\n[\s\S]*Action: failed\r\nStatus: 5\.1\.1[\s\S]*Message-ID: <gone@parley\.test>/u,
    );
    expect(inbox()[1]).toMatch(/Action: delayed\r\nStatus: 4\.4\.1[\s\S]*<slow@parley\.test>/u);
    await send('gone@example.test', '<again@parley.test>');
    expect(await simulator.customer('gone@example.test').inbox()).toHaveLength(1);
  });

  test('strikes by chance in the same way with the same seed', async () => {
    const strikes = async (seed: number): Promise<string> => {
      const world = createMailSimulator({ seed });
      await world.start();
      world.faults.add({ kind: 'smtp_refuse', at: 'answer', probability: 0.5 });
      const sender = senderFor(accountOn(world));
      let pattern = '';
      for (let count = 0; count < 12; count += 1) {
        const envelope = { from: world.address, to: ['ann@example.test'] };
        pattern += (await sender.send({ envelope, raw: mailOf('<x@y>', 'a') }, never)).kind === 'taken' ? '1' : '0';
      }
      await sender.close();
      await world.stop();
      return pattern;
    };
    const first = await strikes(7);
    expect(first).toMatch(/0[\s\S]*1|1[\s\S]*0/u);
    expect(await strikes(7)).toBe(first);
  });

  test('keeps its mail over a restart, on the same ports', async () => {
    const { imap, smtp } = simulator;
    await simulator.customer('ann@example.test').write({ text: 'x' });
    await simulator.suspend();
    await simulator.resume();
    expect([simulator.imap, simulator.smtp]).toEqual([imap, smtp]);
    expect(inbox()).toHaveLength(1);
  });
});
