import { type EmailConfig, emailConfig } from '../../../channels/email/config.ts';
import type { MailSimulator } from '../../../channels/email/simulator/index.ts';
import { createCredentials } from '../../../channels/email/transport/credentials.ts';
import type { ImapTimes } from '../../../channels/email/transport/imap-link.ts';
import { receiveMail } from '../../../channels/email/transport/receive-mail.ts';
import type { ConnectionState } from '../../../src/core/ports/channel.ts';
import { createAccountMemory } from '../channels/account-memory.ts';
import { type LogLine, quietLog } from '../quiet-log.ts';
import { createMemoryIntake, type MemoryIntake } from './memory-intake.ts';

/** Short times, so that what takes minutes in earnest takes moments. */
export const FAST_TIMES: ImapTimes = {
  connectMs: 1_000,
  answerMs: 500,
  lookMs: 400,
  idleMs: 300,
  countMs: 600_000,
  firstRetryMs: 20,
  maxRetryMs: 100,
  slowRetryMs: 100,
  takeRetryMs: 10,
};

/** An account on a simulator, as its configuration reads. */
export function accountOn(
  simulator: Pick<MailSimulator, 'address' | 'password' | 'imap' | 'smtp'>,
  more: { imap?: object; smtp?: object } = {},
): EmailConfig {
  const { address, password } = simulator;
  return emailConfig.parse({
    id: 'mail',
    channel: 'email',
    address,
    imap: { ...simulator.imap, secure: false, user: address, password, pollMs: 1_000, ...more.imap },
    smtp: { ...simulator.smtp, secure: false, user: address, password, ...more.smtp },
  });
}

/** One run of the receiver, as one process has it. */
export interface Receiver {
  readonly intake: MemoryIntake;
  readonly states: readonly ConnectionState[];
  readonly state: ConnectionState | undefined;
  readonly lines: readonly LogLine[];
  /** Ends it, as a stop of the process does. */
  stop(): Promise<void>;
}

/** Starts receiving. With the `intake` of an earlier run it goes on where that one stopped. */
export function startReceiver(
  config: EmailConfig,
  options: { intake?: MemoryIntake; times?: Partial<ImapTimes> } = {},
): Receiver {
  const intake = options.intake ?? createMemoryIntake();
  const states: ConnectionState[] = [];
  const log = quietLog();
  const stopping = new AbortController();
  const clock = { nowMs: () => Date.now() };
  const running = receiveMail(
    {
      config: config.imap,
      credentials: createCredentials(config.imap, { memory: createAccountMemory(), accountId: config.id, clock, log }),
      log,
      clock,
      onState: (state) => void states.push(state),
      times: { ...FAST_TIMES, ...options.times },
      bookmarks: intake.bookmarks,
      take: (mail, next) => intake.take(mail, next),
      known: (folder, uidValidity, uids) => intake.known(folder, uidValidity, uids),
    },
    stopping.signal,
  );
  // Looked at by `stop`; until then it must not end the test process.
  running.catch(() => undefined);
  return {
    intake,
    states,
    get state() {
      return states.at(-1);
    },
    lines: log.lines,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
