import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DrawnFaults, FaultRule, SmtpStep } from '../faults.ts';

/** The port clients see. It passes everything on to the SMTP server behind it, and cuts or hangs where a fault says so. */
export interface SmtpFront {
  /** Known after `listen`. */
  readonly port: number;
  listen(port: number): Promise<void>;
  cutAll(): void;
  close(): Promise<void>;
}

/** Bytes of a mail that get through before a cut at `content`, where it does not say. */
const CUT_AFTER_BYTES = 500;
const END_OF_MAIL = '\r\n.\r\n';
const STEPS: Readonly<Record<string, SmtpStep>> = {
  EHLO: 'hello',
  HELO: 'hello',
  AUTH: 'auth',
  MAIL: 'sender',
  RCPT: 'recipient',
  DATA: 'data',
};

/** @param behind port of the SMTP server on 127.0.0.1 */
export function createSmtpFront(behind: () => number, faults: DrawnFaults): SmtpFront {
  const sockets = new Set<net.Socket>();
  let port = 0;
  const server = net.createServer((client) => {
    if (faults.draw(['smtp_cut'], { at: 'connect' }) !== null) return void client.destroy();
    const hangs = faults.draw(['smtp_hang'], { at: 'connect' }) !== null;
    const upstream = net.connect(behind(), '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    pass(client, upstream, faults, hangs);
  });
  return {
    get port() {
      return port;
    },
    async listen(wanted) {
      server.listen(wanted, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('the SMTP front has no TCP address');
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

function pass(client: net.Socket, upstream: net.Socket, faults: DrawnFaults, hangs: boolean): void {
  let mute = hangs;
  let inMail = false;
  let mailBytes = 0;
  let tail = '';
  /** Set from the mail's end to its answer. */
  let atAnswer: FaultRule | null = null;
  let cutAfter: FaultRule | null = null;
  let line = '';
  let work: Promise<void> = Promise.resolve();
  const cut = (): void => {
    client.destroy();
    upstream.destroy();
  };

  upstream.on('data', (chunk: Buffer) => {
    if (atAnswer?.kind === 'smtp_cut') return cut();
    if (mute || atAnswer?.kind === 'smtp_hang') return;
    if (!inMail && /^354/mu.test(chunk.toString('latin1'))) {
      inMail = true;
      mailBytes = 0;
      tail = '\r\n';
      cutAfter = faults.draw(['smtp_cut'], { at: 'content' });
    }
    client.write(chunk);
  });
  client.on('data', (chunk: Buffer) => {
    work = work.then(() => (inMail ? takeContent(chunk) : takeCommands(chunk)));
  });

  const takeContent = async (chunk: Buffer): Promise<void> => {
    mailBytes += chunk.byteLength;
    if (cutAfter !== null && mailBytes >= (cutAfter.afterBytes ?? CUT_AFTER_BYTES)) return cut();
    tail = (tail + chunk.toString('latin1')).slice(-Math.max(END_OF_MAIL.length, chunk.byteLength));
    if (tail.endsWith(END_OF_MAIL)) {
      inMail = false;
      const slow = faults.draw(['smtp_slow'], { at: 'answer' });
      if (slow !== null) await sleep(slow.latencyMs ?? 1_000);
      atAnswer = faults.draw(['smtp_cut', 'smtp_hang'], { at: 'answer' });
      if (atAnswer?.lost === true) {
        if (atAnswer.kind === 'smtp_cut') cut();
        // Without its end the server behind never has the mail.
        return;
      }
    }
    upstream.write(chunk);
  };

  const takeCommands = async (chunk: Buffer): Promise<void> => {
    line += chunk.toString('latin1');
    const end = line.lastIndexOf('\n') + 1;
    const lines = line.slice(0, end).match(/[^\n]*\n/gu) ?? [];
    line = line.slice(end);
    for (const one of lines) {
      const step = STEPS[one.slice(0, 4).toUpperCase()];
      const strike = step === undefined ? null : faults.draw(['smtp_cut', 'smtp_hang', 'smtp_slow'], { at: step });
      if (strike?.kind === 'smtp_cut') return cut();
      if (strike?.kind === 'smtp_hang') mute = true;
      if (strike?.kind === 'smtp_slow') await sleep(strike.latencyMs ?? 1_000);
      if (mute) return;
      upstream.write(one, 'latin1');
    }
  };
}
