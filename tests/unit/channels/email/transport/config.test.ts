import { describe, expect, test } from '@jest/globals';
import { emailConfig, encryptionOf, watchedFolders } from '../../../../../channels/email/config.ts';

const SECRET = 'very-secret-password';
const server = { host: 'mail.example.com', user: 'support', password: SECRET };
const entry = (more: Record<string, unknown> = {}) => ({
  id: 'mail',
  channel: 'email',
  address: 'support@example.com',
  imap: server,
  smtp: server,
  ...more,
});
const consent = { provider: 'google', clientId: 'c', clientSecret: SECRET, refreshToken: SECRET };

/** What is wrong with an entry, as one text. */
function wrong(more: Record<string, unknown>): string {
  const read = emailConfig.safeParse(entry(more));
  if (read.success) throw new Error('nothing is wrong with it');
  return read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n');
}

describe('an account', () => {
  test('needs little and is safe by default', () => {
    const config = emailConfig.parse(entry());
    expect(config.imap).toMatchObject({
      port: 993,
      secure: true,
      folders: ['INBOX'],
      afterStoring: 'leave',
      idle: 'auto',
      sinceDays: 0,
    });
    expect(config.smtp).toMatchObject({ port: 465, secure: true, sentFolder: 'auto' });
    expect(config).toMatchObject({ authservIds: [], automaticAnswersPerDay: 5, replyAddressTag: true });
    expect(encryptionOf(config.imap)).toBe('tls');
  });

  test('takes consents of the known providers and of others', () => {
    const { password: _, ...open } = server;
    const known = emailConfig.parse(entry({ imap: { ...open, oauth: consent } }));
    expect(known.imap.oauth?.provider).toBe('google');
    const own = { ...consent, provider: { tokenUrl: 'https://login.example.com/token', scope: 'mail' } };
    expect(emailConfig.parse(entry({ smtp: { ...open, oauth: own } })).smtp.oauth?.provider).toEqual(own.provider);
  });

  test('without TLS demands STARTTLS, but on this machine', () => {
    const of = (host: string, starttls?: boolean) =>
      encryptionOf(
        emailConfig.parse(
          entry({ imap: { ...server, host, secure: false, ...(starttls === undefined ? {} : { starttls }) } }),
        ).imap,
      );
    expect(of('mail.example.com')).toBe('starttls');
    expect(of('127.0.0.1')).toBe('none');
    expect(of('localhost')).toBe('none');
    expect(of('::1')).toBe('none');
    expect(of('127.0.0.1', true)).toBe('starttls');
    expect(wrong({ imap: { ...server, secure: false, starttls: false } })).toMatch(
      /^imap\.starttls: .*secure: false needs STARTTLS unless the host is loopback/u,
    );
    expect(wrong({ imap: { ...server, host: '127.0.0.1.example.com', secure: false, starttls: false } })).toMatch(
      /loopback/u,
    );
  });

  test('names its folders once, INBOX in any case', () => {
    const { imap } = emailConfig.parse(
      entry({ imap: { ...server, folders: ['inbox', 'Support'], spamFolder: 'Junk' } }),
    );
    expect(watchedFolders(imap)).toEqual(['INBOX', 'Support', 'Junk']);
    expect(wrong({ imap: { ...server, folders: ['INBOX', 'Inbox'] } })).toMatch(/each folder once/u);
    expect(wrong({ imap: { ...server, afterStoring: { move: 'inbox' } } })).toMatch(
      /^imap\.afterStoring: .*not watched/u,
    );
  });

  test.each([
    ['imap.password', { imap: { ...server, password: undefined } }],
    ['imap.password', { imap: { ...server, oauth: consent } }],
    ['smtp.user', { smtp: { host: 'mail.example.com', password: SECRET } }],
    ['smtp.password', { smtp: { host: 'mail.example.com', user: 'support' } }],
    ['imap.host', { imap: { ...server, host: 'imaps://mail.example.com' } }],
    ['imap.port', { imap: { ...server, port: 0 } }],
    ['imap.folders', { imap: { ...server, folders: [] } }],
    ['imap.folders.0', { imap: { ...server, folders: ['a\r\nb'] } }],
    ['imap.afterStoring', { imap: { ...server, afterStoring: 'delete' } }],
    ['imap.ca', { imap: { ...server, ca: 'not a certificate' } }],
    [
      'imap.oauth.provider.tokenUrl',
      { imap: { ...server, oauth: { ...consent, provider: { tokenUrl: 'http://example.com' } } } },
    ],
    ['address', { address: 'support' }],
    ['address', { address: 'a@b.example>\r\nX: y' }],
    ['name', { name: 'a\nBcc: b@example.com' }],
    ['smtp.name', { smtp: { ...server, name: 'a\r\nb' } }],
    ['automaticAnswersPerDay', { automaticAnswersPerDay: -1 }],
    ['', { passwort: SECRET }],
    ['imap', { imap: { ...server, pasword: SECRET } }],
  ])('that is wrong at %s says so and never repeats a secret', (path, more) => {
    const text = wrong(more);
    expect(text.split('\n').map((line) => line.slice(0, line.indexOf(': ')))).toContain(path);
    expect(text).not.toContain(SECRET);
  });

  test('may send without signing in, over a relay that asks for none', () => {
    expect(
      emailConfig.parse(entry({ smtp: { host: 'relay.example.com', port: 25, secure: false } })).smtp.user,
    ).toBeUndefined();
  });
});
