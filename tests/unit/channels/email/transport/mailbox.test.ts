import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { EmailConfig } from '../../../../../channels/email/config.ts';
import { createMailSimulator, type MailSimulator } from '../../../../../channels/email/simulator/index.ts';
import { createCredentials } from '../../../../../channels/email/transport/credentials.ts';
import { probeImap } from '../../../../../channels/email/transport/imap-probe.ts';
import { createSentFolder, filesItself, type SentFolder } from '../../../../../channels/email/transport/imap-sent.ts';
import { createAccountMemory } from '../../../../kit/channels/account-memory.ts';
import { accountOn, FAST_TIMES } from '../../../../kit/email/receiver.ts';
import { eventually } from '../../../../kit/eventually.ts';
import { quietLog } from '../../../../kit/quiet-log.ts';

let simulator: MailSimulator;
const open: SentFolder[] = [];
const { signal } = new AbortController();
const ID = '<a@parley.test>';
const RAW = Buffer.from(`Message-ID: ${ID}\r\nSubject: x\r\n\r\nhello\r\n`);

beforeEach(async () => {
  simulator = createMailSimulator();
  await simulator.start();
});
afterEach(async () => {
  for (const one of open.splice(0)) one.close();
  await simulator.stop();
});

const linkOf = (config: EmailConfig) => {
  const log = quietLog();
  const clock = { nowMs: () => Date.now() };
  const deps = { memory: createAccountMemory(), accountId: config.id, clock, log };
  return { config: config.imap, credentials: createCredentials(config.imap, deps), log };
};
function sentOf(config: EmailConfig, times: { keepMs?: number; selfFilingMs?: number } = {}): SentFolder {
  const sent = createSentFolder({
    ...linkOf(config),
    sentFolder: config.smtp.sentFolder,
    times: { ...FAST_TIMES, ...times },
  });
  open.push(sent);
  return sent;
}
const filed = () => simulator.mailbox().folder('Sent')?.mails ?? [];

describe('the Sent folder', () => {
  test('gets a copy that counts as read, once, however many ask at the same time', async () => {
    const sent = sentOf(accountOn(simulator));
    const results = await Promise.all([1, 2, 3].map(() => sent.appendToSent(RAW, ID, signal)));
    expect(results).toEqual(['filed', 'there', 'there']);
    expect(filed().map(({ raw, flags }) => [raw.toString(), [...flags]])).toEqual([[RAW.toString(), ['\\Seen']]]);
    expect(simulator.imapConnections).toBe(1);
  });

  test('is the one named, or none', async () => {
    expect(await sentOf(accountOn(simulator, { smtp: { sentFolder: 'Archive' } })).appendToSent(RAW, ID, signal)).toBe(
      'filed',
    );
    expect(simulator.mailbox().folder('Archive')?.mails).toHaveLength(1);
    expect(await sentOf(accountOn(simulator, { smtp: { sentFolder: 'none' } })).appendToSent(RAW, ID, signal)).toBe(
      'left',
    );
    expect(filed()).toHaveLength(0);
  });

  test('is waited for where the provider files by itself, and filed after all where it does not', async () => {
    expect(filesItself({ host: 'imap.gmail.com' })).toBe(true);
    expect(filesItself({ host: 'outlook.office365.com' })).toBe(true);
    expect(filesItself({ host: 'imap.notgmail.com' })).toBe(false);
    const config = accountOn(simulator);
    const { password, ...imap } = config.imap;
    simulator.mailbox().tokens.add('good');
    const oauth = { provider: 'google' as const, clientId: 'c', refreshToken: 'r' };
    const google: EmailConfig = { ...config, imap: { ...imap, password, oauth } };
    // Signs in by password here; that Google is the provider is what counts.
    const link = linkOf(config);
    const make = () => {
      const sent = createSentFolder({
        ...link,
        config: google.imap,
        sentFolder: 'auto',
        times: { ...FAST_TIMES, selfFilingMs: 400 },
      });
      open.push(sent);
      return sent;
    };
    const waiting = make().appendToSent(RAW, ID, signal);
    setTimeout(() => simulator.mailbox().folder('Sent')?.add(RAW), 100);
    expect(await waiting).toBe('there');
    expect(filed()).toHaveLength(1);
    const other = Buffer.from(RAW.toString().replace(ID, '<b@parley.test>'));
    expect(await make().appendToSent(other, '<b@parley.test>', signal)).toBe('filed');
  });

  test('survives a cut of the kept connection, and lets go of it after a while', async () => {
    const sent = sentOf(accountOn(simulator), { keepMs: 100 });
    expect(await sent.appendToSent(RAW, ID, signal)).toBe('filed');
    simulator.cutAll();
    expect(await sent.appendToSent(RAW, ID, signal)).toBe('there');
    simulator.faults.add({ kind: 'imap_cut', command: 'SEARCH', times: 1 });
    expect(await sent.appendToSent(RAW, ID, signal)).toBe('there');
    await eventually(() => expect(simulator.imapConnections).toBe(0));
  });

  test('that refuses says so; nothing is filed twice after it', async () => {
    simulator.faults.add({ kind: 'imap_no', command: 'APPEND', times: 1 });
    const sent = sentOf(accountOn(simulator));
    await expect(sent.appendToSent(RAW, ID, signal)).rejects.toThrow();
    expect(await sent.appendToSent(RAW, ID, signal)).toBe('filed');
    expect(filed()).toHaveLength(1);
  });
});

describe('looking whether the mailbox is in order', () => {
  test('tells that it is, or what is wrong and how to mend it', async () => {
    expect(await probeImap(linkOf(accountOn(simulator)), signal)).toEqual({
      ok: true,
      message: 'IMAP: 127.0.0.1 lets us in, with INBOX',
    });
    expect(await probeImap(linkOf(accountOn(simulator, { imap: { spamFolder: 'Rubbish' } })), signal)).toMatchObject({
      ok: false,
      message: expect.stringContaining('Rubbish'),
      mend: expect.stringContaining('Spam'),
    });
    expect(await probeImap(linkOf(accountOn(simulator, { imap: { password: 'no' } })), signal)).toMatchObject({
      ok: false,
      mend: expect.stringContaining('imap.password'),
    });
    await simulator.suspend();
    expect(await probeImap(linkOf(accountOn(simulator)), signal)).toMatchObject({
      ok: false,
      message: expect.stringContaining('Nothing listens'),
    });
    await simulator.resume();
  });
});
