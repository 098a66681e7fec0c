import { type AccountId, brandId } from '../../src/core/model/ids.ts';
import type { ChannelAccount, ChannelDeps, ChannelFactory } from '../../src/core/ports/channel.ts';
import { emailCapabilities } from './capabilities.ts';
import { type EmailConfig, emailConfig } from './config.ts';
import { bookmarkOf, createMailTaker } from './mail-taker.ts';
import { eventKeyOf, normaliseMail } from './normalise.ts';
import { createMailParser } from './parse-worker.ts';
import { uploadBytes } from './part.ts';
import { withoutCopies } from './payload.ts';
import { probeMailbox } from './probe.ts';
import { renderForEmail } from './render.ts';
import { loopMark, sendMail } from './send.ts';
import { createSentCopies } from './sent-copies.ts';
import { createAccountCredentials } from './transport/credentials.ts';
import type { ImapTimes } from './transport/imap-link.ts';
import { receiveMail } from './transport/receive-mail.ts';
import type { MailIntake } from './transport/received-mail.ts';
import { createSmtpSender, type SmtpTimes, smtpTimeMs } from './transport/smtp-sender.ts';
import { judgeSender, type Resolver } from './trust.ts';

/** The e-mail channel: one mailbox per account, read by IMAP and written by SMTP. */
export const email: ChannelFactory<EmailConfig> = {
  channel: 'email',
  capabilities: emailCapabilities,
  configSchema: emailConfig,
  create: (config, deps) => createEmailAccount(config, deps),
};

/** What tests put in place of the world. */
export interface EmailWorld {
  imapTimes?: Partial<ImapTimes>;
  smtpTimes?: Partial<SmtpTimes>;
  resolver?: Resolver;
}

/** How much longer than its files a mail is once it is encoded (RFC 2045, 6.8), and what its text may take. */
const ENCODED = 1.4;
const TEXT_BYTES = 400_000;

/** Makes one account. */
export function createEmailAccount(config: EmailConfig, deps: ChannelDeps, world: EmailWorld = {}): ChannelAccount {
  const { records, files } = deps;
  const log = deps.log.child({ accountId: config.id, channel: 'email' });
  const credentials = createAccountCredentials(config, {
    memory: records.memory,
    accountId: config.id,
    clock: deps.clock,
    log,
  });
  const smtp = createSmtpSender({
    config: config.smtp,
    address: config.address,
    credentials: credentials.smtp,
    log,
    ...(world.smtpTimes === undefined ? {} : { times: world.smtpTimes }),
  });
  const parser = createMailParser({ log });
  const copies = createSentCopies({ config, credentials: credentials.imap, log, times: world.imapTimes });
  const sign = (value: string): string => records.sign(value);
  const take = createMailTaker({
    log,
    files,
    spamFolder: config.imap.spamFolder,
    parse: (raw) => parser.parse(raw),
    judge: (raw, parsed) => judgeSender(raw, parsed, { authservIds: config.authservIds, resolver: world.resolver }),
  });
  deps.onDetail?.({ name: config.address, groups: null });

  return {
    id: brandId<AccountId>(config.id),
    channel: 'email',
    capabilities: emailCapabilities,
    pace: config.pace === undefined || config.pace === 'off' ? null : config.pace,
    automaticAnswersPerDay: config.automaticAnswersPerDay,
    render: renderForEmail,
    normalise: (payload) =>
      normaliseMail(payload, { address: config.address, sign, loop: loopMark(records, config.id) }),
    withoutCopies,
    send: (request, signal) => sendMail({ config, records, files, smtp, log, fileSent: copies.file }, request, signal),
    sendTimeMs: (part) => smtpTimeMs(TEXT_BYTES + Math.ceil(uploadBytes(part) * ENCODED)),
    fetchFile: () => Promise.resolve({ kind: 'too_large', reason: 'the file was larger than is kept' }),
    receive(sink, signal) {
      const bookmarks: MailIntake['bookmarks'] = {
        async read(folder) {
          const found = await records.bookmark(folder);
          return found === null ? null : { uidValidity: found.epoch, lastUid: found.position, firstUid: found.base };
        },
        write: (folder, bookmark) => records.beginAt(folder, bookmarkOf(bookmark)),
      };
      return receiveMail(
        {
          config: config.imap,
          credentials: credentials.imap,
          log,
          clock: deps.clock,
          onState: (state) => deps.onState(state),
          bookmarks,
          take: (mail, next) => take(mail, next, sink),
          async known(folder, uidValidity, uids) {
            const keys = new Map(uids.map((uid) => [eventKeyOf({ folder, uidValidity, uid }), uid]));
            const stored = await records.known([...keys.keys()]);
            return stored.flatMap((key) => keys.get(key) ?? []);
          },
          ...(world.imapTimes === undefined ? {} : { times: world.imapTimes }),
        },
        signal,
      );
    },
    probe: (signal) => probeMailbox(config, { credentials: credentials.imap, log, smtp }, signal),
    async close() {
      copies.close();
      await smtp.close();
      await credentials.settled();
      await parser.close();
    },
  };
}
