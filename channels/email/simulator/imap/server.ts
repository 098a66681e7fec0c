import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DrawnFaults } from '../faults.ts';
import type { Mailboxes } from '../mailboxes.ts';
import { ACCOUNT_COMMANDS, capabilities } from './account-commands.ts';
import { createCommandReader } from './command-reader.ts';
import { FOLDER_COMMANDS } from './folder-commands.ts';
import { idle, MAIL_COMMANDS } from './mail-commands.ts';
import { type Answer, type Command, type ImapSession, tellChanges } from './session.ts';
import { BadCommand, type Piece, tokensOf } from './tokens.ts';

/** An IMAP4rev1 server on 127.0.0.1, without TLS. */
export interface ImapServer {
  /** Known after `listen`. */
  readonly port: number;
  /** Clients connected at the moment. */
  readonly connections: number;
  listen(port: number): Promise<void>;
  /** Cuts every connection; new ones are taken. */
  cutAll(): void;
  close(): Promise<void>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  ...ACCOUNT_COMMANDS,
  ...FOLDER_COMMANDS,
  ...MAIL_COMMANDS,
  IDLE: idle,
};
const WITHOUT_LOGIN = new Set(['CAPABILITY', 'NOOP', 'ID', 'LOGOUT', 'LOGIN', 'AUTHENTICATE']);
const HAVE_UID_FORM = new Set(['FETCH', 'SEARCH', 'STORE', 'COPY', 'MOVE', 'EXPUNGE']);
/** After these, numbers must stay as they are (RFC 3501, 7.4.1). */
const KEEP_NUMBERS = new Set(['FETCH', 'STORE', 'SEARCH']);

export function createImapServer(mailboxes: Mailboxes, faults: DrawnFaults): ImapServer {
  const sockets = new Set<net.Socket>();
  let port = 0;
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setNoDelay(true);
    serve(socket, mailboxes, faults);
  });
  return {
    get port() {
      return port;
    },
    get connections() {
      return sockets.size;
    },
    async listen(wanted) {
      server.listen(wanted, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('the IMAP server has no TCP address');
      port = address.port;
    },
    cutAll() {
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      if (!server.listening) return;
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

function serve(socket: net.Socket, mailboxes: Mailboxes, faults: DrawnFaults): void {
  const session = sessionOf(socket, mailboxes, faults);
  // One command after another; a client may send the next before the answer.
  let work: Promise<void> = Promise.resolve();
  const reader = createCommandReader({
    onCommand(pieces) {
      const [first] = pieces;
      const line = typeof first === 'string' ? first : '';
      const { challenge, idling } = session;
      if (challenge !== null) {
        session.challenge = null;
        challenge(line);
      } else if (idling !== null) idling(line);
      else work = work.then(() => run(session, pieces)).catch(() => void socket.destroy());
    },
    onLiteral: () => session.write('+ go on'),
    onTooLong: () => socket.destroy(),
  });
  socket.on('data', (chunk: Buffer) => reader.push(chunk));
  session.write(`* OK [CAPABILITY ${capabilities(session)}] mail simulator`);
}

function sessionOf(socket: net.Socket, mailboxes: Mailboxes, faults: DrawnFaults): ImapSession {
  return {
    socket,
    mailboxes,
    faults,
    mailbox: null,
    open: null,
    idling: null,
    challenge: null,
    write(line) {
      if (socket.writable) socket.write(`${line}\r\n`, 'latin1');
    },
    async writeContent(content) {
      if (!socket.writable) return;
      await new Promise<void>((resolve) => {
        socket.write(content, () => resolve());
      });
    },
  };
}

async function run(session: ImapSession, pieces: readonly Piece[]): Promise<void> {
  const [first = '', ...rest] = pieces;
  const [, tag = '*', uid, name = '', args = ''] =
    /^(\S+) (UID )?(\S+) ?(.*)$/isu.exec(typeof first === 'string' ? first : '') ?? [];
  const verb = name.toUpperCase();
  const strike = session.faults.draw(['imap_cut', 'imap_hang', 'imap_slow', 'imap_no', 'imap_bye'], { command: verb });
  if (strike?.kind === 'imap_cut') return void session.socket.destroy();
  if (strike?.kind === 'imap_hang') return;
  if (strike?.kind === 'imap_slow') await sleep(strike.latencyMs ?? 1_000);
  if (strike?.kind === 'imap_no') return session.write(`${tag} NO ${strike.words ?? '[UNAVAILABLE] not now'}`);
  if (strike?.kind === 'imap_bye') {
    session.write(`* BYE ${strike.words ?? 'shutting down'}`);
    return void session.socket.end();
  }
  const byUid = uid !== undefined;
  try {
    const command = COMMANDS[verb];
    if (command === undefined || (byUid && !HAVE_UID_FORM.has(verb))) throw new BadCommand(`${name} is no command`);
    if (session.mailbox === null && !WITHOUT_LOGIN.has(verb)) throw new BadCommand('sign in first');
    const answer: Answer = await command(session, tokensOf([args, ...rest]), byUid);
    tellChanges(session, byUid || !KEEP_NUMBERS.has(verb));
    session.write('ok' in answer ? `${tag} OK ${answer.ok}` : `${tag} NO ${answer.no}`);
    if ('bye' in answer) session.socket.end();
  } catch (error) {
    if (!(error instanceof BadCommand)) throw error;
    session.write(`${tag} BAD ${error.message.replaceAll(/[\r\n]/gu, ' ')}`);
  }
}
