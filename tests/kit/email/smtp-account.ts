import type { EmailConfig } from '../../../channels/email/config.ts';
import { createCredentials } from '../../../channels/email/transport/credentials.ts';
import { createSmtpSender, type SmtpSender, type SmtpTimes } from '../../../channels/email/transport/smtp-sender.ts';
import { createAccountMemory } from '../channels/account-memory.ts';
import { quietLog } from '../quiet-log.ts';

/** A sender for an account, with short times. */
export function senderFor(config: EmailConfig, times: Partial<SmtpTimes> = {}): SmtpSender {
  const log = quietLog();
  const clock = { nowMs: () => Date.now() };
  return createSmtpSender({
    config: config.smtp,
    address: config.address,
    credentials: createCredentials(config.smtp, { memory: createAccountMemory(), accountId: config.id, clock, log }),
    log,
    times: { connectMs: 1_000, sendMs: 1_500, idleMs: 5_000, ...times },
  });
}

/** A mail as we would write it; `fillBytes` makes it large. */
export function mailOf(messageId: string, to: string, fillBytes = 0): Buffer {
  const line = `${'x'.repeat(74)}\r\n`;
  const fill = line.repeat(Math.ceil(fillBytes / line.length));
  return Buffer.from(
    `From: Support <support@parley.test>\r\nTo: ${to}\r\nSubject: Hello\r\nMessage-ID: ${messageId}\r\nDate: Thu, 01 Jan 2026 10:00:00 +0000\r\n\r\n.Hello,\r\n.\r\nthere\r\n${fill}`,
  );
}
