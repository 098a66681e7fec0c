import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { emailConfig } from '../../../channels/email/config.ts';
import { externalIdFor, ownExternalId } from '../../../channels/email/ids.ts';
import { createEmailAccount, email } from '../../../channels/email/index.ts';
import { parseEmail } from '../../../channels/email/parse.ts';
import { contentDigest } from '../../../channels/email/payload.ts';
import { createMailSimulator, readLetter } from '../../../channels/email/simulator/index.ts';
import { channelContract } from '../../kit/channels/channel-contract.ts';
import type { ChannelRig } from '../../kit/channels/channel-harness.ts';
import type { RecordingDeps } from '../../kit/channels/recording.ts';

const CUSTOMER = 'ana@customer.test';
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

channelContract('email', {
  factory: email,
  folder: fileURLToPath(new URL('../../../channels/email/', import.meta.url)),
  start,
});

async function start(): Promise<ChannelRig> {
  const simulator = createMailSimulator();
  await simulator.start();
  const customer = simulator.customer(CUSTOMER, { name: 'Ana Lee' });
  const seen: Awaited<ReturnType<typeof readLetter>>[] = [];
  const reading: Promise<void>[] = [];
  let made: RecordingDeps | null = null;
  let threadKey = 'letter:none:p';
  const inbox = simulator.mailbox().inbox;
  const login = { secure: false, user: simulator.address, password: simulator.password };
  const entry = {
    id: 'mail',
    channel: 'email',
    address: simulator.address,
    imap: { ...simulator.imap, ...login },
    smtp: { ...simulator.smtp, ...login, sentFolder: 'none' },
    authservIds: [simulator.authservId],
  };
  const badPassword = 'refused-password-of-the-test';
  const refuse = (code: number, words: string) => () =>
    void simulator.faults.add({ kind: 'smtp_refuse', at: 'recipient', code, words, times: 1 });
  /** What the customer sees: read by another parser than ours, in the order it came. */
  const ours = () => simulator.log.mails.filter(({ by }) => by === 'submission');
  simulator.log.onMail((mail) => {
    if (mail.by !== 'submission') return;
    const at = seen.length;
    seen.length += 1;
    reading.push(readLetter({ uid: 0, raw: mail.raw }).then((letter) => void (seen[at] = letter)));
  });
  const textOf = (index: number): string => (seen[index]?.text ?? '').replace(/\r?\n$/, '');
  const idOf = (index: number): string => ownExternalId((ours()[index]?.messageId ?? '').replaceAll(/[<>]/g, ''));
  const read = async (raw: Buffer): Promise<string> => {
    const parsed = await parseEmail(raw);
    const digest = contentDigest(parsed);
    threadKey = `letter:${digest}:p`;
    return externalIdFor(parsed.messageId, digest);
  };

  return {
    entry,
    badEntry: {
      ...entry,
      imap: { ...entry.imap, password: badPassword },
      smtp: { ...entry.smtp, password: badPassword },
    },
    secrets: [simulator.password, badPassword],
    createAccount(given, deps) {
      made = deps;
      // The mailbox is known from its beginning: what was there before us is none of ours otherwise.
      const known = deps.records.bookmarks.get('INBOX');
      if (known === undefined)
        deps.records.bookmarks.set('INBOX', { epoch: String(inbox.uidValidity), position: 0, base: 0 });
      deps.records.letters.set('*', {
        to: [{ name: 'Ana Lee', address: CUSTOMER }],
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
      return createEmailAccount(emailConfig.parse(given), deps, { imapTimes: { firstRetryMs: 20 } });
    },
    get threadKey() {
      return threadKey;
    },
    write: async (text) => read((await customer.write({ subject: 'a question', text }, { proof: 'dkim' })).raw),
    confirmed: () => made?.records.bookmarks.get('INBOX')?.position ?? 0,
    visible: () => ours().map((_mail, index) => ({ externalId: idOf(index), text: textOf(index) })),
    failures: {
      rate_limited: refuse(550, '5.4.5 Daily sending quota exceeded'),
      transient: refuse(451, '4.7.1 Greylisted'),
      auth: () =>
        void simulator.faults.add({ kind: 'smtp_refuse', at: 'auth', code: 535, words: '5.7.8 refused', times: 4 }),
      forbidden: refuse(550, '5.1.1 No such user'),
      invalid: refuse(554, '5.7.1 Refused by policy'),
      moved: null,
      unknown: () => void simulator.faults.add({ kind: 'smtp_cut', at: 'answer', lost: true, times: 1 }),
    },
    loseAnswer: () => void simulator.faults.add({ kind: 'smtp_cut', at: 'answer', times: 1 }),
    webhook: null,
    files: {
      sample: (kind, number) =>
        kind === 'photo'
          ? { bytes: Buffer.concat([PICTURE, Buffer.from([number])]), fileName: 'a.png', mime: 'image/png' }
          : { bytes: Buffer.from(`file ${number}`), fileName: 'a.bin', mime: 'application/octet-stream' },
      albumOf: [],
      visible: () =>
        ours().flatMap((_mail, index) =>
          (seen[index]?.files ?? []).map((file) => ({
            externalId: idOf(index),
            kind: file.contentType.startsWith('image/') ? ('photo' as const) : ('document' as const),
            text: textOf(index),
            sha256: createHash('sha256').update(file.content).digest('hex'),
            album: null,
          })),
        ),
      loseAnswer: () => void simulator.faults.add({ kind: 'smtp_cut', at: 'answer', times: 1 }),
      write: async (bytes) => {
        const files = [{ filename: 'a.bin', content: Buffer.from(bytes) }];
        await customer.write({ subject: 'a file', text: 'see', files }, { proof: 'dkim' });
      },
      cutDownload: () => undefined,
      goneRemote: {},
    },
    publicPlace: null,
    buttons: null,
    async stop() {
      await Promise.all(reading);
      await simulator.stop();
    },
  };
}
