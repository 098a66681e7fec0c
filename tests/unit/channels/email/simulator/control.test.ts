import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type ControlServer, startControl } from '../../../../../channels/email/simulator/control.ts';
import { createMailSimulator, type MailSimulator } from '../../../../../channels/email/simulator/index.ts';
import { accountOn } from '../../../../kit/email/receiver.ts';
import { mailOf, senderFor } from '../../../../kit/email/smtp-account.ts';

let simulator: MailSimulator;
let control: ControlServer;

beforeEach(async () => {
  simulator = createMailSimulator();
  await simulator.start();
  control = await startControl(simulator);
});
afterEach(async () => {
  await control.close();
  await simulator.stop();
});

async function call(
  method: string,
  path: string,
  body?: object,
  headers = {},
): Promise<{ status: number; value: unknown }> {
  const response = await fetch(`${control.url}/${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const value: unknown = await response.json();
  return { status: response.status, value };
}

test('somebody in another process writes, reads what was sent and answers it', async () => {
  const files = [{ filename: 'a.txt', base64: 'aGk=', contentType: 'text/plain' }];
  const { value } = await call('POST', 'write', {
    from: 'ann@example.test',
    name: 'Ann',
    subject: 'Hi',
    text: 'x',
    files,
    proof: 'dkim',
  });
  expect(value).toMatchObject({ uid: 1, messageId: expect.stringMatching(/^<.*@example\.test>$/u) });
  const sender = senderFor(accountOn(simulator));
  const envelope = { from: simulator.address, to: ['ann@example.test'] };
  await sender.send({ envelope, raw: mailOf('<1@parley.test>', 'ann@example.test') }, new AbortController().signal);
  await sender.close();
  expect((await call('GET', 'inbox?address=ann@example.test')).value).toMatchObject([
    { messageId: '<1@parley.test>', subject: 'Hello', from: { address: 'support@parley.test' } },
  ]);
  await call('POST', 'write', { from: 'ann@example.test', text: 'thanks', replyTo: '<1@parley.test>' });
  expect((await call('GET', 'inbox')).value).toMatchObject([
    { subject: 'Hi', files: [{ filename: 'a.txt', sizeBytes: 2 }] },
    { subject: 'Re: Hello', inReplyTo: '<1@parley.test>' },
  ]);
  expect((await call('GET', 'mails?after=1')).value).toMatchObject([
    { order: 2, by: 'submission', messageId: '<1@parley.test>', recipients: ['ann@example.test'] },
    { order: 3, by: 'inside' },
  ]);
});

test('faults, bytes as they are, renumbering, restarts', async () => {
  await call('POST', 'fault', { kind: 'smtp_cut', at: 'answer', times: 1 });
  expect((await call('GET', 'faults')).value).toEqual([{ kind: 'smtp_cut', at: 'answer', times: 1 }]);
  await call('DELETE', 'fault');
  expect((await call('GET', 'faults')).value).toEqual([]);
  await call('POST', 'raw', { from: 'ann@example.test', base64: Buffer.from('Subject: raw\n\nx').toString('base64') });
  const before = simulator.mailbox().inbox.uidValidity;
  await call('POST', 'renumber');
  expect(simulator.mailbox().inbox.uidValidity).not.toBe(before);
  const { imap } = simulator;
  await call('POST', 'suspend');
  await call('POST', 'resume');
  expect((await call('GET', 'addresses')).value).toMatchObject({ address: simulator.address, imap });
});

test('what it does not understand is said, and web pages are refused', async () => {
  expect(await call('POST', 'nothing')).toMatchObject({ status: 404 });
  expect(await call('POST', 'fault', { kind: 'odd' })).toMatchObject({ status: 400 });
  expect(await call('POST', 'write', { from: 'a@b.test', replyTo: '<none>' })).toMatchObject({ status: 400 });
  expect(await call('POST', 'cut', {}, { origin: 'https://evil.test' })).toMatchObject({ status: 403 });
});
