import type { ChildProcess } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';
import { ended, freePort, runProgram, startServer, unprivileged } from './process.ts';
import { findDovecot } from './programs.js';

/** A real Dovecot on random loopback ports with a folder of its own; every user exists, all with one password. */
export interface TestDovecot {
  /** IMAP without TLS (STARTTLS is offered), and with. */
  readonly port: number;
  readonly tlsPort: number;
  /** Where others (Postfix) ask whether a password is right. */
  readonly authPort: number;
  readonly password: string;
  /** PEM of its own certificate, for 127.0.0.1 and localhost. */
  readonly ca: string;
  /** Files of the certificate and its key. */
  readonly certificate: { certFile: string; keyFile: string };
  /** Where the mail of all users lies, as Maildir: `<mailRoot>/<user>/`. */
  readonly mailRoot: string;
  /** Whose files these are. */
  readonly owner: { uid: number; gid: number };
  /** Runs doveadm with these arguments; resolves with what it printed. */
  doveadm(...args: string[]): Promise<string>;
  /** Ends the master and all its children in order, clients told. */
  stop(): Promise<void>;
  /** Ends the master and all its children by kill -9. */
  kill9(): Promise<void>;
  start(): Promise<void>;
  /** Ends it and removes its folder. */
  close(): Promise<void>;
}

const PASSWORD = 'dovecot-test-password';

/** Starts a Dovecot for tests. */
export async function startDovecot(): Promise<TestDovecot> {
  const programs = findDovecot();
  if (programs === undefined) throw new Error('Dovecot is missing; ask missingMailServers first');
  const folder = mkdtempSync(join(tmpdir(), 'parley-dovecot-'));
  chmodSync(folder, 0o755);
  const isRoot = process.getuid?.() === 0;
  const me = userInfo();
  const as = unprivileged();
  const owner = { uid: as.uid ?? me.uid, gid: as.gid ?? me.gid };
  const mailRoot = join(folder, 'mail');
  mkdirSync(mailRoot);
  if (isRoot) chownSync(mailRoot, owner.uid, owner.gid);
  const [port, tlsPort, authPort] = [await freePort(), await freePort(), await freePort()];
  const certificate = join(folder, 'certificate.pem');
  const key = join(folder, 'key.pem');
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  await runProgram('openssl', ['req', ...kind, ...subject, '-keyout', key, '-out', certificate]);
  const settings = join(folder, 'dovecot.conf');
  writeFileSync(
    settings,
    settingsOf({ folder, port, tlsPort, authPort, certificate, key, owner, internal: isRoot ? null : me.username }),
  );
  let child: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    child = startServer(programs.dovecot, ['-F', '-c', settings]);
    await eventually(() => answers(port), 15_000, 50);
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child?.pid === undefined) return;
    // Its children would go on serving whom they serve, master or not.
    const children = childrenOf(child.pid);
    child.kill(signal);
    for (const pid of children) kill(pid, signal);
    await ended(child);
    child = undefined;
    await eventually(() => children.every((pid) => !existsSync(`/proc/${pid}`)), 3_000, 20).catch(() => {
      for (const pid of children) kill(pid, 'SIGKILL');
    });
    await eventually(async () => !(await answers(port)), 10_000, 50);
  };
  await start();
  return {
    port,
    tlsPort,
    authPort,
    password: PASSWORD,
    ca: readFileSync(certificate, 'utf8'),
    certificate: { certFile: certificate, keyFile: key },
    mailRoot,
    owner,
    doveadm: (...args) => runProgram(programs.doveadm, ['-c', settings, ...args]),
    stop: () => end('SIGTERM'),
    kill9: () => end('SIGKILL'),
    start,
    close: async () => {
      await end('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function settingsOf(world: {
  folder: string;
  port: number;
  tlsPort: number;
  authPort: number;
  certificate: string;
  key: string;
  owner: { uid: number; gid: number };
  /** Whom its processes run as; null: the package's own users. */
  internal: string | null;
}): string {
  const { folder, port, tlsPort, authPort, certificate, key, owner, internal } = world;
  return `
protocols = imap
listen = 127.0.0.1
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/dovecot.log
ssl = yes
ssl_cert = <${certificate}
ssl_key = <${key}
mail_location = maildir:${folder}/mail/%u
maildir_stat_dirs = yes
first_valid_uid = 1
first_valid_gid = 1
mail_fsync = never
mail_max_userip_connections = 100
auth_mechanisms = plain login
${internal === null ? '' : `default_internal_user = ${internal}\ndefault_internal_group = ${internal}\ndefault_login_user = ${internal}\n`}
passdb {
  driver = static
  args = password=${PASSWORD}
}
userdb {
  driver = static
  args = uid=${owner.uid} gid=${owner.gid} home=${folder}/mail/%u
}
namespace inbox {
  inbox = yes
  separator = /
  mailbox Sent {
    auto = create
    special_use = \\Sent
  }
  mailbox Spam {
    auto = create
    special_use = \\Junk
  }
  mailbox Archive {
    auto = create
  }
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = ${tlsPort}
    ssl = yes
  }
}
auth_failure_delay = 0
service anvil {
  chroot =
  # Without it one wrong password slows down everybody else on this address.
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service auth {
  inet_listener {
    address = 127.0.0.1
    port = ${authPort}
  }
}
`;
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Ended by itself.
  }
}

/** Processes whose parent this one is. */
function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .filter((name) => {
      try {
        return /^PPid:\s*(\d+)/mu.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1] === String(parent);
      } catch {
        // Ended meanwhile.
        return false;
      }
    })
    .map(Number);
}

/** Whether something listens there. */
export function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (is: boolean): void => {
      socket.destroy();
      resolve(is);
    };
    socket.once('error', () => end(false));
    // A greeting shows that somebody serves it, not only that the port is bound.
    socket.once('data', () => end(true));
    socket.setTimeout(2_000, () => end(false));
  });
}
