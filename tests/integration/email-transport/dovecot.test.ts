import { afterEach, describe, expect } from '@jest/globals';
import type { ImapFlow } from 'imapflow';
import { createCredentials } from '../../../channels/email/transport/credentials.ts';
import { createSentFolder } from '../../../channels/email/transport/imap-sent.ts';
import { createAccountMemory } from '../../kit/channels/account-memory.ts';
import { type Receiver, startReceiver } from '../../kit/email/receiver.ts';
import { startTcpProxy } from '../../kit/email/tcp-proxy.ts';
import { eventually } from '../../kit/eventually.ts';
import { quietLog } from '../../kit/quiet-log.ts';
import { accountOf, mailWith, otherClient, useDovecot, withDovecot } from './mail-servers.ts';

const dovecot = useDovecot();
/** A real server answers a little later than the simulator. */
const TIMES = { answerMs: 3_000, connectMs: 3_000, lookMs: 2_000, idleMs: 1_000 };

const running: Receiver[] = [];
const clients: ImapFlow[] = [];
let users = 0;
/** Every test has a mailbox of its own. */
const newUser = (): string => `user${++users}@parley.test`;

afterEach(async () => {
  await Promise.all(running.splice(0).map((receiver) => receiver.stop()));
  for (const client of clients.splice(0)) client.close();
});

function start(user: string, more: object = {}, options: Parameters<typeof startReceiver>[1] = {}): Receiver {
  const receiver = startReceiver(accountOf(dovecot(), user, { imap: more }), {
    ...options,
    times: { ...TIMES, ...options.times },
  });
  running.push(receiver);
  return receiver;
}
async function colleague(user: string): Promise<ImapFlow> {
  const client = await otherClient(dovecot(), user);
  clients.push(client);
  return client;
}
const connected = (receiver: Receiver): Promise<unknown> =>
  eventually(() => expect(receiver.state).toEqual({ state: 'connected' }));
const subjects = (receiver: Receiver, wanted: string[]): Promise<unknown> =>
  eventually(() => expect(receiver.intake.subjects()).toEqual(wanted), 15_000);

describe('a real Dovecot', () => {
  withDovecot('gives new mail by IDLE over TLS, byte for byte and unread', async () => {
    const user = newUser();
    const other = await colleague(user);
    await other.append('INBOX', mailWith('before us'));
    const receiver = start(user, {}, { times: { lookMs: 60_000 } });
    await connected(receiver);
    await other.append('INBOX', mailWith('one'));
    await other.append('INBOX', mailWith('two', 300_000), ['\\Seen', '\\Flagged']);
    await subjects(receiver, ['one', 'two']);
    expect(receiver.intake.taken[1]?.raw?.equals(mailWith('two', 300_000))).toBe(true);
    expect(await other.search({ seen: false }, { uid: true })).toEqual([1, 2]);
  });

  withDovecot('is spoken to by STARTTLS, and not at all with a certificate nobody vouches for', async () => {
    const user = newUser();
    const safe = start(user, { port: dovecot().port, secure: false, starttls: true });
    await connected(safe);
    const unknown = start(newUser(), { ca: undefined });
    await eventually(() => expect(unknown.state).toMatchObject({ state: 'retrying', code: 'tls' }));
    const plain = start(newUser(), { port: dovecot().port, ca: undefined });
    await eventually(() => expect(plain.state).toMatchObject({ state: 'retrying', code: 'tls' }));
  });

  withDovecot('refuses a wrong password, which stops and says so', async () => {
    const receiver = start(newUser(), { password: 'wrong' });
    await eventually(() => expect(receiver.state).toMatchObject({ state: 'stopped', code: 'login_refused' }), 15_000);
  });

  withDovecot(
    'with others who flag, move and expunge at the same time: every mail that stays comes once',
    async () => {
      const user = newUser();
      const receiver = start(user);
      await connected(receiver);
      const [one, two] = [await colleague(user), await colleague(user)];
      const wanted = Array.from({ length: 60 }, (_, at) => `mail ${at}`);
      const gone: number[] = [];
      for (const [at, subject] of wanted.entries()) {
        const { uid = 0 } = (await one.append('INBOX', mailWith(subject))) || {};
        if (at % 3 === 0) await two.messageFlagsAdd(String(uid), ['\\Seen', '$Work'], { uid: true });
        if (at % 10 === 4) await eventually(() => expect(receiver.intake.taken.length).toBeGreaterThan(gone.length));
        // Only what we hold is moved or thrown away: what others take out before that, nobody can have.
        const held = receiver.intake.taken.find((mail) => !gone.includes(mail.uid));
        if (at % 5 === 4 && held !== undefined) {
          gone.push(held.uid);
          if (at % 2 === 0) await two.messageMove(String(held.uid), 'Archive', { uid: true });
          else await two.messageDelete(String(held.uid), { uid: true });
        }
      }
      await subjects(receiver, wanted);
      expect(receiver.intake.distinct).toBe(60);
      expect(gone.length).toBeGreaterThan(3);
    },
    60_000,
  );

  withDovecot('moved back into the folder by a colleague, a mail comes as a new one', async () => {
    const user = newUser();
    const other = await colleague(user);
    await other.append('Archive', mailWith('from the archive'));
    const receiver = start(user);
    await connected(receiver);
    await other.mailboxOpen('Archive');
    await other.messageMove('1', 'INBOX');
    await subjects(receiver, ['from the archive']);
  });

  withDovecot('renumbers a folder: it is looked at again, and nothing is missed', async () => {
    const user = newUser();
    const other = await colleague(user);
    const receiver = start(user);
    await connected(receiver);
    await other.append('INBOX', mailWith('before'));
    await subjects(receiver, ['before']);
    const old = receiver.intake.bookmarksNow.get('INBOX')?.uidValidity;
    await dovecot().doveadm('mailbox', 'update', '--uid-validity', String(Number(old) + 7), '-u', user, 'INBOX');
    const another = await colleague(user);
    await another.append('INBOX', mailWith('after'));
    await eventually(() => expect(receiver.intake.subjects()).toContain('after'), 15_000);
    await eventually(() => expect(receiver.intake.bookmarksNow.get('INBOX')?.uidValidity).not.toBe(old), 15_000);
    expect(receiver.intake.distinct).toBe(2);
  });

  withDovecot('renumbers a folder while we are away', async () => {
    const user = newUser();
    const other = await colleague(user);
    const first = start(user);
    await connected(first);
    await other.append('INBOX', mailWith('before'));
    await subjects(first, ['before']);
    await first.stop();
    await other.append('INBOX', mailWith('while away'));
    other.close();
    await dovecot().doveadm('mailbox', 'update', '--uid-validity', '77777777', '-u', user, 'INBOX');
    const second = start(user, {}, { intake: first.intake });
    await connected(second);
    expect(second.intake.subjects()).toEqual(['before', 'before', 'while away']);
    expect(second.intake.distinct).toBe(2);
    expect(second.intake.bookmarksNow.get('INBOX')?.uidValidity).toBe('77777777');
  });

  withDovecot(
    'restarts and is killed in the middle: every mail comes once',
    async () => {
      const user = newUser();
      const receiver = start(user);
      await connected(receiver);
      const wanted: string[] = [];
      for (const end of ['stop', 'kill9'] as const) {
        const other = await colleague(user);
        for (let at = 0; at < 15; at += 1) {
          const subject = `${end} ${at}`;
          wanted.push(subject);
          await other.append('INBOX', mailWith(subject, 50_000));
        }
        other.close();
        await dovecot()[end]();
        await eventually(() => expect(receiver.state).toMatchObject({ state: 'retrying' }), 15_000);
        await dovecot().start();
        await subjects(receiver, wanted);
        await connected(receiver);
      }
      expect(receiver.intake.distinct).toBe(wanted.length);
    },
    60_000,
  );

  withDovecot(
    'cut at any byte of the conversation, every mail comes once and whole',
    async () => {
      const user = newUser();
      const proxy = await startTcpProxy(dovecot().port);
      const other = await colleague(user);
      const receiver = start(user, { port: proxy.port, secure: false });
      await connected(receiver);
      const wanted: string[] = [];
      for (const bytes of [1, 50, 200, 700, 5_000, 60_000, 150_000, 199_900]) {
        proxy.cutAfter(bytes);
        wanted.push(`cut ${bytes}`);
        await other.append('INBOX', mailWith(`cut ${bytes}`, 200_000));
        await subjects(receiver, wanted);
        expect(receiver.intake.taken.at(-1)?.raw?.equals(mailWith(`cut ${bytes}`, 200_000))).toBe(true);
      }
      expect(proxy.connections).toBeGreaterThan(wanted.length / 2);
      await receiver.stop();
      await proxy.close();
    },
    60_000,
  );

  withDovecot('whose line goes dead without a word is noticed and left', async () => {
    const user = newUser();
    const proxy = await startTcpProxy(dovecot().port);
    const other = await colleague(user);
    const receiver = start(user, { port: proxy.port, secure: false }, { times: { answerMs: 500 } });
    await connected(receiver);
    proxy.freeze();
    await other.append('INBOX', mailWith('after the silence'));
    await subjects(receiver, ['after the silence']);
    expect(receiver.states).toContainEqual(expect.objectContaining({ state: 'retrying', code: 'timeout' }));
    await receiver.stop();
    await proxy.close();
  });

  withDovecot('whose mail is too large gives its header block', async () => {
    const user = newUser();
    const other = await colleague(user);
    const receiver = start(user, { maxMailBytes: 100_000 });
    await connected(receiver);
    await other.append('INBOX', mailWith('huge', 500_000));
    await subjects(receiver, ['huge']);
    expect(receiver.intake.taken[0]).toMatchObject({ raw: null });
    expect(receiver.intake.taken[0]?.head?.toString()).toMatch(/^From: [\s\S]*Subject: huge\r\n\r\n$/u);
  });

  withDovecot(
    'has folders of any name and a backlog of many mails',
    async () => {
      const user = newUser();
      const other = await colleague(user);
      await other.mailboxCreate('客户 & Поддержка');
      const receiver = start(user, { folders: ['INBOX', '客户 & Поддержка'] });
      await connected(receiver);
      await receiver.stop();
      const wanted = Array.from({ length: 300 }, (_, at) => `mail ${at}`);
      for (const subject of wanted) await other.append('客户 & Поддержка', mailWith(subject));
      const again = start(user, { folders: ['INBOX', '客户 & Поддержка'] }, { intake: receiver.intake });
      await subjects(again, wanted);
      expect(again.intake.taken[0]?.folder).toBe('客户 & Поддержка');
    },
    60_000,
  );

  withDovecot('has mail marked and moved once it is stored', async () => {
    const user = newUser();
    const other = await colleague(user);
    const receiver = start(user, { afterStoring: { move: 'Done' } });
    await connected(receiver);
    await other.append('INBOX', mailWith('one'));
    await subjects(receiver, ['one']);
    await eventually(async () => expect(await other.status('Done', { messages: true })).toMatchObject({ messages: 1 }));
  });
});

describe('the Sent folder', () => {
  withDovecot('gets each mail once, wherever the server keeps it', async () => {
    const user = newUser();
    const config = accountOf(dovecot(), user);
    const log = quietLog();
    const clock = { nowMs: () => Date.now() };
    const sent = createSentFolder({
      config: config.imap,
      credentials: createCredentials(config.imap, { memory: createAccountMemory(), accountId: 'mail', clock, log }),
      log,
      sentFolder: config.smtp.sentFolder,
    });
    const { signal } = new AbortController();
    const raw = Buffer.from('Message-ID: <one@parley.test>\r\nSubject: x\r\n\r\nhello\r\n');
    expect(await sent.appendToSent(raw, '<one@parley.test>', signal)).toBe('filed');
    expect(await sent.appendToSent(raw, '<one@parley.test>', signal)).toBe('there');
    const other = await colleague(user);
    await other.mailboxOpen('Sent');
    expect(await other.search({ seen: true }, { uid: true })).toEqual([1]);
    sent.close();
  });
});
