import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { MailUnreadable } from '../../../../../channels/email/errors.ts';
import { createMailSimulator, type MailSimulator } from '../../../../../channels/email/simulator/index.ts';
import { IngestRefused } from '../../../../../src/core/errors.ts';
import { accountOn, type Receiver, startReceiver } from '../../../../kit/email/receiver.ts';
import { eventually } from '../../../../kit/eventually.ts';

let simulator: MailSimulator;
const running: Receiver[] = [];

beforeEach(async () => {
  simulator = createMailSimulator();
  await simulator.start();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((receiver) => receiver.stop()));
  await simulator.stop();
});

const start = (
  more: Parameters<typeof accountOn>[1] = {},
  options: Parameters<typeof startReceiver>[1] = {},
): Receiver => {
  const receiver = startReceiver(accountOn(simulator, more), options);
  running.push(receiver);
  return receiver;
};
const connected = (receiver: Receiver): Promise<unknown> =>
  eventually(() => expect(receiver.state).toEqual({ state: 'connected' }));
const subjects = (receiver: Receiver, wanted: string[]): Promise<unknown> =>
  eventually(() => expect(receiver.intake.subjects()).toEqual(wanted), 5_000);

/** Writes a mail of this subject from a customer. */
async function write(subject: string, options = {}): Promise<void> {
  await simulator.customer('ann@example.test', { name: 'Ann' }).write({ subject, text: `about ${subject}` }, options);
}

describe('new mail', () => {
  test('comes by IDLE at once, whole and in order; what was there before us does not', async () => {
    await write('old');
    const receiver = start({}, { times: { lookMs: 60_000 } });
    await connected(receiver);
    for (const subject of ['one', 'two', 'three']) await write(subject);
    await subjects(receiver, ['one', 'two', 'three']);
    const [first] = receiver.intake.taken;
    const stored = simulator.mailbox().inbox.mails[1];
    expect(first?.raw?.equals(stored?.raw ?? Buffer.alloc(0))).toBe(true);
    expect(first).toMatchObject({ folder: 'INBOX', uid: 2, attempt: 1, head: null, sizeBytes: stored?.raw.byteLength });
    expect(Math.abs((first?.internalDateMs ?? 0) - Date.now())).toBeLessThan(10_000);
    // Nobody reads it by being fetched.
    expect(simulator.mailbox().inbox.mails.every(({ flags }) => flags.size === 0)).toBe(true);
  });

  test('of the last days comes at the first start where the account wishes so', async () => {
    const dayMs = 86_400_000;
    await write('ancient', { internalDateMs: Date.now() - 20 * dayMs });
    await write('recent', { internalDateMs: Date.now() - 2 * dayMs });
    const receiver = start({ imap: { sinceDays: 5 } });
    await subjects(receiver, ['recent']);
  });

  test('that came while we were away comes at the next start, also when nothing had come before', async () => {
    const first = start();
    await connected(first);
    await first.stop();
    await write('while away');
    const second = start({}, { intake: first.intake });
    await subjects(second, ['while away']);
    await connected(second);
    expect(second.intake.taken).toHaveLength(1);
  });

  test('is found without IDLE by polling, and where IDLE is refused or silent', async () => {
    for (const kind of ['no_idle', 'idle_refused', 'idle_silent'] as const) {
      simulator.faults.clear();
      simulator.faults.add({ kind });
      const receiver = start({ imap: { pollMs: 1_000 } });
      await connected(receiver);
      await write(kind);
      await subjects(receiver, [kind]);
      await receiver.stop();
    }
  });

  test('read, flagged or moved to our folder by others is not missed', async () => {
    const receiver = start();
    await connected(receiver);
    await receiver.stop();
    await write('read by a colleague');
    simulator.mailbox().inbox.mails[0]?.flags.add('\\Seen').add('\\Flagged');
    simulator
      .mailbox()
      .inbox.add(Buffer.from('Subject: moved in\r\n\r\nold\r\n'), { flags: ['\\Seen'], internalDateMs: 1 });
    const again = start({}, { intake: receiver.intake });
    await subjects(again, ['read by a colleague', 'moved in']);
  });

  test('expunged before we came is no trouble, and those behind it come', async () => {
    const receiver = start();
    await connected(receiver);
    await receiver.stop();
    for (const subject of ['a', 'b', 'c']) await write(subject);
    const { inbox } = simulator.mailbox();
    inbox.remove(new Set(inbox.mails.slice(0, 2)));
    const again = start({}, { intake: receiver.intake });
    await subjects(again, ['c']);
  });

  test('of several folders comes with its folder; spam is left where it is', async () => {
    const receiver = start({ imap: { folders: ['INBOX', 'Archive'], spamFolder: 'Spam', afterStoring: 'seen' } });
    await connected(receiver);
    await write('fine');
    await write('kept', { folder: 'Archive' });
    await write('win a prize', { folder: 'Spam' });
    await eventually(() => expect(receiver.intake.taken).toHaveLength(3));
    const where = receiver.intake.taken.map(({ folder }, at) => [folder, receiver.intake.subjects()[at]]);
    expect(Object.fromEntries(where)).toEqual({ Archive: 'kept', INBOX: 'fine', Spam: 'win a prize' });
    await eventually(() => expect(simulator.mailbox().inbox.mails[0]?.flags.has('\\Seen')).toBe(true));
    expect(simulator.mailbox().folder('Spam')?.mails[0]?.flags.size).toBe(0);
  });

  test('is moved after storing, into a folder that is made when it is missing', async () => {
    const receiver = start({ imap: { afterStoring: { move: 'Done' } } });
    await connected(receiver);
    await write('to be moved');
    await eventually(() => expect(simulator.mailbox().folder('Done')?.mails).toHaveLength(1));
    expect(simulator.mailbox().inbox.mails).toHaveLength(0);
    await write('and another');
    await subjects(receiver, ['to be moved', 'and another']);
  });

  test('that is too large comes as its header block, without being fetched', async () => {
    const receiver = start({ imap: { maxMailBytes: 20_000 } });
    await connected(receiver);
    await simulator.customer('ann@example.test').write({ subject: 'huge', text: 'x'.repeat(60_000) });
    await write('small');
    await subjects(receiver, ['huge', 'small']);
    const [huge, small] = receiver.intake.taken;
    expect(huge?.raw).toBeNull();
    expect(huge?.head?.toString()).toMatch(/^Return-Path[\s\S]*Subject: huge[\s\S]*\r\n\r\n$/u);
    expect(huge?.sizeBytes).toBeGreaterThan(60_000);
    expect(small?.raw).not.toBeNull();
  });
});

describe('a mail the server cannot give', () => {
  test('comes as such, and does not pass for one that was taken away', async () => {
    const receiver = start();
    await connected(receiver);
    const lift = simulator.faults.add({ kind: 'fetch_nil' });
    await write('broken');
    await eventually(() => expect(receiver.intake.taken).toHaveLength(1));
    lift();
    await write('whole');
    await subjects(receiver, ['', 'whole']);
    expect(receiver.intake.taken[0]).toMatchObject({ uid: 1, raw: null, head: null });
    expect(receiver.states).toContainEqual(expect.objectContaining({ code: 'mail_stuck' }));
  });

  test('for a while comes whole', async () => {
    const receiver = start();
    await connected(receiver);
    simulator.faults.add({ kind: 'fetch_nil', times: 3 });
    await write('broken for now');
    await subjects(receiver, ['broken for now']);
  });

  test('because it is empty comes empty', async () => {
    const receiver = start();
    await connected(receiver);
    simulator.mailbox().inbox.add(Buffer.alloc(0));
    await subjects(receiver, ['']);
    expect(receiver.intake.taken[0]?.raw).toEqual(Buffer.alloc(0));
  });
});

describe('a mail that is not taken', () => {
  test('comes again until the gateway can store it; those behind it wait', async () => {
    const receiver = start();
    await connected(receiver);
    let refusals = 3;
    receiver.intake.before = () => {
      if (refusals-- > 0) throw new IngestRefused('full', 20);
    };
    await write('one');
    await write('two');
    await subjects(receiver, ['one', 'two']);
    expect(receiver.states).toContainEqual(expect.objectContaining({ state: 'retrying', code: 'ingest_refused' }));
    expect(receiver.intake.taken.map(({ attempt }) => attempt)).toEqual([1, 1]);
    await connected(receiver);
  });

  test('because it cannot be read comes three times, the third as such', async () => {
    const receiver = start();
    await connected(receiver);
    const attempts: number[] = [];
    receiver.intake.before = ({ attempt }) => {
      attempts.push(attempt);
      if (attempt < 3) throw new MailUnreadable('too deep');
    };
    await write('bomb');
    await subjects(receiver, ['bomb']);
    expect(attempts).toEqual([1, 2, 3]);
  });

  test('is not marked or moved', async () => {
    const receiver = start({ imap: { afterStoring: 'seen' } });
    await connected(receiver);
    receiver.intake.before = () => Promise.reject(new Error('no'));
    await write('stays new');
    await eventually(() => expect(receiver.state).toMatchObject({ code: 'ingest_refused' }));
    expect(simulator.mailbox().inbox.mails[0]?.flags.size).toBe(0);
    expect(receiver.intake.bookmarksNow.get('INBOX')?.lastUid).toBe(0);
  });
});

describe('the connection', () => {
  test.each([
    ['in the middle of a mail', { kind: 'cut_fetch', afterBytes: 300, times: 3 }],
    ['instead of an answer to FETCH', { kind: 'imap_cut', command: 'FETCH', times: 2 }],
    ['instead of an answer to SEARCH', { kind: 'imap_cut', command: 'SEARCH', times: 2 }],
    ['while it signs in', { kind: 'imap_cut', command: 'AUTHENTICATE', times: 2 }],
    ['with a good bye', { kind: 'imap_bye', times: 2 }],
    ['by silence at FETCH', { kind: 'imap_hang', command: 'FETCH', times: 1 }],
    ['by silence at NOOP', { kind: 'imap_hang', command: 'NOOP', times: 1 }],
    ['by a SEARCH that is refused', { kind: 'imap_no', command: 'SEARCH', times: 2 }],
  ] as const)('lost %s is made anew, and every mail comes once', async (_, rule) => {
    const receiver = start();
    await connected(receiver);
    await receiver.stop();
    for (const subject of ['1', '2', '3']) await write(subject);
    simulator.faults.add(rule);
    const again = start({}, { intake: receiver.intake });
    await subjects(again, ['1', '2', '3']);
    await connected(again);
    expect(simulator.faults.rules).toEqual([]);
    expect(again.states.some(({ state }) => state === 'retrying')).toBe(true);
  });

  test('cut over and over at one mail is told with its UID', async () => {
    simulator.faults.add({ kind: 'cut_fetch', times: 7 });
    const receiver = start({ imap: { sinceDays: 1 } });
    await connected(receiver);
    await write('stubborn');
    await subjects(receiver, ['stubborn']);
    expect(receiver.states).toContainEqual(
      expect.objectContaining({ code: 'mail_stuck', message: expect.stringContaining('UID 1') }),
    );
    await connected(receiver);
  });

  test('survives restarts of the server', async () => {
    const receiver = start();
    await connected(receiver);
    for (const subject of ['1', '2', '3']) {
      await simulator.suspend();
      await write(subject);
      await simulator.resume();
    }
    await subjects(receiver, ['1', '2', '3']);
    await connected(receiver);
  });

  test('ends when it is stopped, and leaves none behind', async () => {
    const receiver = start();
    await connected(receiver);
    await receiver.stop();
    await eventually(() => expect(simulator.imapConnections).toBe(0));
  });
});

describe('what a person must know', () => {
  test('a refused password stops, tries seldom, and goes on when it is right again', async () => {
    const lift = simulator.faults.add({ kind: 'login_refused' });
    const receiver = start();
    await eventually(() =>
      expect(receiver.state).toMatchObject({ state: 'stopped', code: 'login_refused', trouble: 'needs_login' }),
    );
    lift();
    await connected(receiver);
  });

  test('a sign-in that is unavailable is no wrong password', async () => {
    simulator.faults.add({ kind: 'imap_no', command: 'AUTHENTICATE', words: '[UNAVAILABLE] later', times: 2 });
    const receiver = start();
    await connected(receiver);
    expect(receiver.states.map((state) => ('code' in state ? state.code : state.state))).toEqual([
      'connecting',
      'login_unavailable',
      'connected',
    ]);
  });

  test('LOGINDISABLED and a missing folder are named, with the mend', async () => {
    const lift = simulator.faults.add({ kind: 'login_disabled' });
    const disabled = start();
    await eventually(() => expect(disabled.state).toMatchObject({ state: 'stopped', code: 'login_disabled' }));
    lift();
    const missing = start({ imap: { folders: ['Inbox/Nowhere'] } });
    await eventually(() =>
      expect(missing.state).toMatchObject({
        state: 'stopped',
        code: 'folder_missing',
        mend: expect.stringContaining('INBOX, Sent'),
      }),
    );
  });

  test('nothing of it holds the password', async () => {
    simulator.faults.add({ kind: 'login_refused', times: 2 });
    const receiver = start();
    await connected(receiver);
    expect(JSON.stringify([receiver.states, receiver.lines])).not.toContain(simulator.password);
  });
});

describe('numbering and counting', () => {
  test('a renumbered folder is looked at again and nothing new is missed', async () => {
    const receiver = start();
    await connected(receiver);
    await write('before');
    await subjects(receiver, ['before']);
    simulator.mailbox().inbox.renumber();
    await write('after');
    await eventually(() => expect(receiver.intake.subjects()).toContain('after'));
    await connected(receiver);
    expect(receiver.intake.distinct).toBe(2);
    expect(receiver.intake.bookmarksNow.get('INBOX')).toMatchObject({
      uidValidity: String(simulator.mailbox().inbox.uidValidity),
      lastUid: 2,
    });
  });

  test('mails the store lost are found by counting and come again', async () => {
    const receiver = start({}, { times: { countMs: 200 } });
    await connected(receiver);
    for (const subject of ['1', '2', '3']) await write(subject);
    await subjects(receiver, ['1', '2', '3']);
    receiver.intake.forget(2);
    await subjects(receiver, ['1', '3', '2']);
    expect(receiver.intake.bookmarksNow.get('INBOX')?.lastUid).toBe(3);
    await connected(receiver);
  });

  test('a difference that stays is an alarm, until it is gone', async () => {
    const receiver = start({}, { times: { countMs: 200 } });
    await connected(receiver);
    await write('1');
    await write('2');
    await subjects(receiver, ['1', '2']);
    const known = receiver.intake.known;
    receiver.intake.known = async (folder, uidValidity, uids) =>
      (await known(folder, uidValidity, uids)).filter((uid) => uid !== 1);
    await eventually(() =>
      expect(receiver.state).toMatchObject({ state: 'lagging', code: 'count_mismatch', waiting: 1 }),
    );
    receiver.intake.known = known;
    await connected(receiver);
  });

  test('old mail from before us is not counted', async () => {
    await write('old');
    const receiver = start({}, { times: { countMs: 100, lookMs: 100 } });
    await connected(receiver);
    await write('new');
    await subjects(receiver, ['new']);
    await eventually(() => expect(receiver.lines.length).toBeGreaterThan(0));
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(receiver.intake.subjects()).toEqual(['new']);
  });
});
