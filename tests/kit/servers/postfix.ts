import { type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { eventually } from '../eventually.ts';
import { answers, type TestDovecot } from './dovecot.ts';
import { ended, freePort, runProgram, startServer } from './process.ts';
import { findPostfix } from './programs.js';

/** A real Postfix on a random loopback port with folders of its own; it delivers into the mailboxes of a Dovecot. */
export interface TestPostfix {
  /** STARTTLS is offered. */
  readonly port: number;
  /** TLS from the first byte, with the Dovecot's certificate. */
  readonly tlsPort: number;
  /** The domain it takes mail for: all users named at the start, and with tags (`user+tag`). */
  readonly domain: string;
  /** Its own log, for the words of a failure. */
  log(): string;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Ends it and removes its folders. */
  close(): Promise<void>;
}

export interface PostfixOptions {
  dovecot: TestDovecot;
  domain: string;
  /** Local parts of the mailboxes there are; all others are refused with 550 5.1.1. */
  users: readonly string[];
  /** Recipients that are answered with these words instead, such as `451 4.7.1 Greylisted`. */
  answers?: Readonly<Record<string, string>>;
  messageSizeLimit?: number;
}

/** Its master process must be root to give up its rights; elsewhere tests do without it. */
export function canRunPostfix(): boolean {
  return process.getuid?.() === 0 && findPostfix() !== undefined;
}

/** Starts a Postfix for tests. As root only. */
export async function startPostfix(options: PostfixOptions): Promise<TestPostfix> {
  const postfix = findPostfix();
  if (postfix === undefined) throw new Error('Postfix is missing; ask missingMailServers first');
  const { dovecot, domain } = options;
  const folder = mkdtempSync(join(tmpdir(), 'parley-postfix-'));
  chmodSync(folder, 0o755);
  const user = userNamed('postfix');
  for (const name of ['conf', 'queue', 'data']) mkdirSync(join(folder, name), { mode: 0o755 });
  chownSync(join(folder, 'data'), user.uid, user.gid);
  const port = await freePort();
  const tlsPort = await freePort();
  const mailboxes = options.users.map((name) => `${name}@${domain} ${name}@${domain}/\n`).join('');
  writeFileSync(join(folder, 'conf', 'mailboxes'), mailboxes);
  const special = Object.entries(options.answers ?? {}).map(([address, words]) => `${address} ${words}\n`);
  writeFileSync(join(folder, 'conf', 'answers'), special.join(''));
  writeFileSync(
    join(folder, 'conf', 'main.cf'),
    mainOf(folder, domain, dovecot, options.messageSizeLimit ?? 10_000_000, dirname(postfix)),
  );
  writeFileSync(join(folder, 'conf', 'master.cf'), masterOf(port, tlsPort));
  const conf = join(folder, 'conf');
  let child: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    child = startServer(postfix, ['-c', conf, 'start-fg']);
    await eventually(() => answers(port), 20_000, 50);
  };
  const stop = async (): Promise<void> => {
    if (child === undefined) return;
    // Its script waits for the processes, which a signal to the script would leave behind.
    await runProgram(postfix, ['-c', conf, 'stop']).catch(() => child?.kill('SIGTERM'));
    await ended(child);
    child = undefined;
  };
  await start();
  return {
    port,
    tlsPort,
    domain,
    log: () => readFileSync(join(folder, 'postfix.log'), 'utf8'),
    start,
    stop,
    close: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function mainOf(folder: string, domain: string, dovecot: TestDovecot, sizeLimit: number, commands: string): string {
  return `
compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
command_directory = ${commands}
daemon_directory = /usr/lib/postfix/sbin
maillog_file = ${folder}/postfix.log
maillog_file_prefixes = ${folder}
mail_owner = postfix
setgid_group = postdrop
myhostname = mail.${domain}
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 192.0.2.0/24
alias_maps =
alias_database =
local_recipient_maps =
recipient_delimiter = +
message_size_limit = ${sizeLimit}
mailbox_size_limit = 0
virtual_mailbox_limit = 0
virtual_mailbox_domains = ${domain}
virtual_mailbox_base = ${dovecot.mailRoot}
virtual_mailbox_maps = texthash:${folder}/conf/mailboxes
virtual_minimum_uid = 1
virtual_uid_maps = static:${dovecot.owner.uid}
virtual_gid_maps = static:${dovecot.owner.gid}
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:${dovecot.authPort}
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access texthash:${folder}/conf/answers
smtpd_delay_reject = yes
smtpd_tls_cert_file = ${dovecot.certificate.certFile}
smtpd_tls_key_file = ${dovecot.certificate.keyFile}
smtpd_tls_security_level = may
default_transport = discard:no mail leaves this machine
disable_dns_lookups = yes
`;
}

function masterOf(port: number, tlsPort: number): string {
  const unix = (name: string, options: string, program = name): string => `${name} unix ${options} ${program}\n`;
  return [
    `127.0.0.1:${port} inet n - n - - smtpd\n`,
    `127.0.0.1:${tlsPort} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes\n`,
    unix('pickup', 'n - n 60 1'),
    unix('cleanup', 'n - n - 0'),
    unix('qmgr', 'n - n 300 1'),
    unix('tlsmgr', '- - n 1000? 1'),
    unix('rewrite', '- - n - -', 'trivial-rewrite'),
    unix('bounce', '- - n - 0'),
    unix('defer', '- - n - 0', 'bounce'),
    unix('trace', '- - n - 0', 'bounce'),
    unix('verify', '- - n - 1'),
    unix('flush', 'n - n 1000? 0'),
    unix('proxymap', '- - n - -'),
    unix('smtp', '- - n - -'),
    unix('error', '- - n - -'),
    unix('retry', '- - n - -', 'error'),
    unix('discard', '- - n - -'),
    unix('virtual', '- n n - -'),
    unix('anvil', '- - n - 1'),
    unix('scache', '- - n - 1'),
    'postlog unix-dgram n - n - 1 postlogd\n',
  ].join('');
}

function userNamed(name: string): { uid: number; gid: number } {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((one) => one.split(':'))
    .find(([user]) => user === name);
  if (line === undefined) throw new Error(`there is no user ${name}`);
  return { uid: Number(line[2]), gid: Number(line[3]) };
}
