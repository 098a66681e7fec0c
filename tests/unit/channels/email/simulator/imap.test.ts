import { once } from 'node:events';
import net from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ImapFlow } from 'imapflow';
import { createMailSimulator, type MailSimulator } from '../../../../../channels/email/simulator/index.ts';
import { eventually } from '../../../../kit/eventually.ts';

let simulator: MailSimulator;
const open: { end(): void }[] = [];

beforeEach(async () => {
  simulator = createMailSimulator();
  await simulator.start();
});
afterEach(async () => {
  for (const one of open.splice(0)) one.end();
  await simulator.stop();
});

async function imapflow(): Promise<ImapFlow> {
  const auth = { user: simulator.address, pass: simulator.password };
  const client = new ImapFlow({ ...simulator.imap, secure: false, doSTARTTLS: false, auth, logger: false });
  client.on('error', () => undefined);
  open.push({ end: () => client.close() });
  await client.connect();
  return client;
}

/** A client that speaks the protocol by hand, as somebody at a terminal. */
interface Telnet {
  /** Says a line, or bytes as they are; resolves with all lines up to the tagged answer. */
  say(line: string): Promise<string>;
  raw(text: string): void;
  /** Everything heard so far. */
  heard(): string;
}

async function telnet(login = true): Promise<Telnet> {
  const socket = net.connect(simulator.imap.port, simulator.imap.host);
  socket.setEncoding('latin1');
  open.push({ end: () => socket.destroy() });
  let heard = '';
  socket.on('data', (text: string) => (heard += text));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  let tag = 0;
  const say = async (line: string): Promise<string> => {
    tag += 1;
    const from = heard.length;
    socket.write(`t${tag} ${line}\r\n`, 'latin1');
    await eventually(() => new RegExp(`^t${tag} `, 'mu').test(heard.slice(from)), 2_000);
    return heard.slice(from);
  };
  if (login) await say(`LOGIN ${simulator.address} "${simulator.password}"`);
  return { say, raw: (text) => void socket.write(text, 'latin1'), heard: () => heard };
}

const MAIL = [
  'From: "Ann, B." <ann@example.test>',
  'To: support@parley.test',
  'Subject: =?utf-8?q?H=C3=A9?=',
  ' folded',
  'Message-ID: <m1@example.test>',
  'Date: Thu, 01 Jan 2026 10:00:00 +0000',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary="B"',
  '',
  'preamble',
  '--B',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'hello',
  '--B',
  'Content-Type: message/rfc822',
  '',
  'Subject: within',
  'Content-Type: text/html',
  '',
  '<p>in</p>',
  '--B--',
  '',
].join('\r\n');

describe('with imapflow', () => {
  test('folders, special uses, status', async () => {
    const client = await imapflow();
    const folders = await client.list();
    expect(Object.fromEntries(folders.map(({ path, specialUse }) => [path, specialUse]))).toMatchObject({
      INBOX: '\\Inbox',
      Sent: '\\Sent',
      Spam: '\\Junk',
      Trash: '\\Trash',
    });
    expect(
      await client.status('INBOX', { messages: true, uidNext: true, uidValidity: true, unseen: true }),
    ).toMatchObject({
      messages: 0,
      uidNext: 1,
      unseen: 0,
    });
    expect(await client.mailboxCreate('Work/Later')).toMatchObject({ created: true });
    await expect(client.mailboxOpen('Nowhere')).rejects.toMatchObject({ serverResponseCode: 'NONEXISTENT' });
  });

  test('append, fetch in every form, search, flags, copy, move, expunge', async () => {
    const client = await imapflow();
    const when = new Date('2026-01-02T03:04:05Z');
    const appended = await client.append('INBOX', MAIL, ['\\Flagged', 'important'], when);
    expect(appended).toMatchObject({ uid: 1 });
    await client.append('INBOX', Buffer.alloc(200_000, 'x'), []);
    await client.mailboxOpen('INBOX');
    const mail = await client.fetchOne('1', {
      source: true,
      flags: true,
      envelope: true,
      bodyStructure: true,
      internalDate: true,
      size: true,
      bodyParts: ['1', '2.header', 'text', '2.1'],
      headers: ['subject'],
    });
    if (mail === false || mail === undefined) throw new Error('nothing came');
    expect(mail.source?.toString()).toBe(MAIL);
    expect(mail.size).toBe(MAIL.length);
    expect(mail.internalDate).toEqual(when);
    expect([...(mail.flags ?? [])].sort()).toEqual(['\\Flagged', 'important']);
    expect(mail.envelope).toMatchObject({
      messageId: '<m1@example.test>',
      from: [{ name: 'Ann, B.', address: 'ann@example.test' }],
    });
    expect(mail.bodyStructure?.childNodes?.map(({ type }) => type)).toEqual(['text/plain', 'message/rfc822']);
    expect(mail.bodyParts?.get('1')?.toString()).toBe('hello');
    expect(mail.bodyParts?.get('2.header')?.toString()).toBe('Subject: within\r\nContent-Type: text/html\r\n\r\n');
    expect(mail.bodyParts?.get('2.1')?.toString()).toBe('<p>in</p>');
    expect(mail.headers?.toString()).toBe('Subject: =?utf-8?q?H=C3=A9?=\r\n folded\r\n\r\n');

    expect(await client.search({ header: { 'message-id': '<m1@example.test>' } }, { uid: true })).toEqual([1]);
    expect(await client.search({ or: [{ keyword: 'important' }, { larger: 100_000 }] }, { uid: true })).toEqual([1, 2]);
    expect(await client.search({ not: { flagged: true }, since: new Date('2026-01-01') }, { uid: true })).toEqual([2]);
    expect(await client.search({ before: new Date('2026-01-03') }, { uid: true })).toEqual([1]);

    expect(await client.messageFlagsAdd('1:2', ['\\Seen'], { uid: true })).toBe(true);
    expect(await client.messageFlagsRemove('2', ['\\Seen'])).toBe(true);
    expect(simulator.mailbox().inbox.mails.map(({ flags }) => flags.has('\\Seen'))).toEqual([true, false]);
    const copied = await client.messageCopy('1', 'Archive', { uid: true });
    expect(copied === false ? null : copied.uidMap).toEqual(new Map([[1, 1]]));
    await client.messageMove('1', 'Trash', { uid: true });
    await client.messageDelete('2', { uid: true });
    expect(simulator.mailbox().inbox.mails).toHaveLength(0);
    expect(simulator.mailbox().folder('Archive')?.mails[0]?.raw.toString()).toBe(MAIL);
    expect(simulator.mailbox().folder('Trash')?.mails).toHaveLength(1);
  });

  test('IDLE tells of new mail, flags and expunges by others', async () => {
    const client = await imapflow();
    await client.mailboxOpen('INBOX');
    const events: string[] = [];
    client.on('exists', ({ count }) => events.push(`exists ${count}`));
    client.on('expunge', ({ seq }) => events.push(`expunge ${seq}`));
    client.on('flags', ({ seq, flags }) => events.push(`flags ${seq} ${[...flags].join()}`));
    const idling = client.idle();
    const { inbox } = simulator.mailbox();
    const first = inbox.add(Buffer.from('Subject: 1\r\n\r\n'));
    await eventually(() => expect(events).toEqual(['exists 1']));
    const second = inbox.add(Buffer.from('Subject: 2\r\n\r\n'));
    first.flags.add('\\Seen');
    inbox.changed();
    inbox.remove(new Set([first]));
    await eventually(() => expect(events).toEqual(['exists 1', 'exists 2', 'flags 1 \\Seen', 'expunge 1']));
    await client.noop();
    await idling;
    expect(await client.search({ all: true }, { uid: true })).toEqual([second.uid]);
  });
});

describe('by hand', () => {
  test('UID FETCH n:* names the last mail even below n, and a range is written either way round', async () => {
    const { inbox } = simulator.mailbox();
    for (let count = 0; count < 3; count += 1) inbox.add(Buffer.from(MAIL));
    const client = await telnet();
    await client.say('SELECT INBOX');
    expect(await client.say('UID FETCH 10:* (FLAGS)')).toMatch(/^\* 3 FETCH \(UID 3 FLAGS \(\)\)\r\nt3 OK/u);
    expect((await client.say('UID SEARCH UID 3:2')).split('\r\n')[0]).toBe('* SEARCH 2 3');
  });

  test('partial fetches, PEEK and its opposite', async () => {
    simulator.mailbox().inbox.add(Buffer.from(MAIL));
    const client = await telnet();
    await client.say('SELECT INBOX');
    expect(await client.say('FETCH 1 BODY.PEEK[]<6.4>')).toContain('* 1 FETCH (BODY[]<6> {4}\r\n"Ann)\r\n');
    expect(simulator.mailbox().inbox.mails[0]?.flags.size).toBe(0);
    await client.say('FETCH 1 BODY[TEXT]');
    expect([...(simulator.mailbox().inbox.mails[0]?.flags ?? [])]).toEqual(['\\Seen']);
    expect(await client.say('FETCH 1 BODY[7]')).toContain('BODY[7] NIL');
    expect(await client.say('FETCH 1 FAST')).toContain(`RFC822.SIZE ${MAIL.length}`);
  });

  test('literals, with and without waiting, quoted strings and escapes', async () => {
    const client = await telnet(false);
    const { address, password } = simulator;
    client.raw(`a LOGIN {${address.length}}\r\n`);
    await eventually(() => client.heard().includes('+ go on'));
    client.raw(`${address} {${password.length}+}\r\n${password}\r\n`);
    await eventually(() => client.heard().includes('a OK'));
    await client.say('CREATE "odd \\"name\\""');
    expect(await client.say('LIST "" "odd*"')).toContain('"odd \\"name\\""');
    client.raw('b APPEND INBOX (\\Seen) "02-Jan-2026 03:04:05 +0100" {11+}\r\nSubject: a\r\r\n');
    await eventually(() => client.heard().includes('b OK [APPENDUID'));
    expect(simulator.mailbox().inbox.mails[0]?.internalDateMs).toBe(Date.parse('2026-01-02T02:04:05Z'));
  });

  test('several commands at once are answered in order', async () => {
    const client = await telnet();
    client.raw('p1 SELECT INBOX\r\np2 NOOP\r\np3 SEARCH ALL\r\n');
    await eventually(() => client.heard().includes('p3 OK'));
    expect([...client.heard().matchAll(/^(p\d) OK/gmu)].map(([, tag]) => tag)).toEqual(['p1', 'p2', 'p3']);
  });

  test('numbers stay as they are during FETCH, and change at NOOP', async () => {
    const { inbox } = simulator.mailbox();
    for (let count = 0; count < 3; count += 1) inbox.add(Buffer.from(MAIL));
    const client = await telnet();
    await client.say('SELECT INBOX');
    inbox.remove(new Set(inbox.mails.slice(0, 1)));
    expect(await client.say('FETCH 2 (UID)')).toMatch(/^\* 2 FETCH \(UID 2\)\r\nt3 OK/u);
    expect(await client.say('NOOP')).toMatch(/^\* 1 EXPUNGE\r\n/u);
    expect(await client.say('FETCH 1 (UID)')).toMatch(/^\* 1 FETCH \(UID 2\)/u);
  });

  test.each([
    'FETCH 1',
    'SELECT',
    'FETCH x (FLAGS)',
    'SEARCH COLOUR RED',
    'FETCH 1 (FLAGS',
    'XYZ',
    'UID NOOP',
    'STORE 1 PAINT x',
  ])('nonsense is BAD, and the connection goes on: %s', async (line) => {
    const client = await telnet();
    await client.say('SELECT INBOX');
    expect(await client.say(line)).toMatch(/^t\d+ BAD/mu);
    expect(await client.say('NOOP')).toMatch(/^t\d+ OK/mu);
  });

  test('without signing in nothing is told', async () => {
    const client = await telnet(false);
    expect(await client.say('SELECT INBOX')).toMatch(/BAD sign in first/u);
    expect(await client.say(`LOGIN ${simulator.address} wrong`)).toMatch(/NO \[AUTHENTICATIONFAILED\]/u);
    expect(await client.say('LOGIN ann@example.test x')).toMatch(/NO \[AUTHENTICATIONFAILED\]/u);
  });
});
