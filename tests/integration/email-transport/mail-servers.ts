import { afterAll, beforeAll, test } from '@jest/globals';
import { ImapFlow } from 'imapflow';
import { type EmailConfig, emailConfig } from '../../../channels/email/config.ts';
import { startDovecot, type TestDovecot } from '../../kit/servers/dovecot.ts';
import { canRunPostfix, type PostfixOptions, startPostfix, type TestPostfix } from '../../kit/servers/postfix.ts';
import { missingMailServers } from '../../kit/servers/programs.js';

const missing = missingMailServers();
if (missing !== undefined) {
  process.stderr.write(
    `Skipped: these tests need ${missing}, which cannot be installed here (no root, or no apt-get).\n`,
  );
} else if (!canRunPostfix()) {
  process.stderr.write('Skipped: tests with Postfix need root, which its master process begins as.\n');
}

/** Tests that need a Dovecot; without one they are skipped, which was told on standard error. */
export const withDovecot = missing === undefined ? test : test.skip;
export const withPostfix = missing === undefined && canRunPostfix() ? test : test.skip;

/** One Dovecot for the tests of a file. */
export function useDovecot(): () => TestDovecot {
  let dovecot: TestDovecot | undefined;
  beforeAll(async () => {
    if (missing === undefined) dovecot = await startDovecot();
  }, 30_000);
  afterAll(() => dovecot?.close());
  return () => given(dovecot);
}

/** One Postfix for the tests of a file. */
export function usePostfix(dovecot: () => TestDovecot, options: Omit<PostfixOptions, 'dovecot'>): () => TestPostfix {
  let postfix: TestPostfix | undefined;
  beforeAll(async () => {
    if (missing === undefined && canRunPostfix()) postfix = await startPostfix({ ...options, dovecot: dovecot() });
  }, 30_000);
  afterAll(() => postfix?.close());
  return () => given(postfix);
}

function given<T>(server: T | undefined): T {
  if (server === undefined) throw new Error('the server was not started');
  return server;
}

/** An account on the Dovecot, with TLS unless `more` says otherwise. */
export function accountOf(
  dovecot: TestDovecot,
  user: string,
  more: { imap?: object; smtp?: object } = {},
): EmailConfig {
  const { password, ca, tlsPort } = dovecot;
  return emailConfig.parse({
    id: 'mail',
    channel: 'email',
    address: user,
    imap: { host: '127.0.0.1', port: tlsPort, ca, user, password, pollMs: 1_000, ...more.imap },
    smtp: { host: '127.0.0.1', port: 25, secure: false, user, password, ...more.smtp },
  });
}

/** Another program of the same mailbox: a colleague's, or the provider's own page. */
export async function otherClient(dovecot: TestDovecot, user: string): Promise<ImapFlow> {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port: dovecot.port,
    secure: false,
    doSTARTTLS: false,
    auth: { user, pass: dovecot.password },
    logger: false,
  });
  client.on('error', () => undefined);
  await client.connect();
  await client.mailboxOpen('INBOX');
  return client;
}

/** A small mail with this subject. */
export function mailWith(subject: string, bodyBytes = 20): Buffer {
  const body = `${'y'.repeat(76)}\r\n`.repeat(Math.ceil(bodyBytes / 78));
  return Buffer.from(`From: ann@example.test\r\nTo: support@parley.test\r\nSubject: ${subject}\r\n\r\n${body}`);
}
