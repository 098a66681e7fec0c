import { Worker } from 'node:worker_threads';
import type { Log } from '../../src/core/ports/log.ts';
import { MailUnreadable } from './errors.ts';
import type { ParsedEmail } from './parse/parsed-email.ts';
import { parseEmail } from './parse.ts';
import type { ParseRequest } from './parse-worker-thread.ts';

/** A mail went beyond what reading one may cost. It would do so again: it is to be parked, not repeated for ever. */
export class MailLimitExceeded extends MailUnreadable {
  readonly limit: 'time' | 'memory' | 'size';

  constructor(limit: 'time' | 'memory' | 'size', allowed: string) {
    super(`it goes beyond the limit of ${limit} (${allowed})`);
    this.limit = limit;
  }
}

/** Reads mails in a thread of its own. */
export interface MailParser {
  /**
   * @throws {MailLimitExceeded} it took too long, too much memory, or is too large
   * @throws {MailUnreadable} the thread ended for another reason, or the parser is closed
   */
  parse(raw: Uint8Array): Promise<ParsedEmail>;
  /** Ends the thread; what is under way fails. */
  close(): Promise<void>;
}

/** How a parser is set up. */
export interface MailParserOptions {
  log: Log;
  /** For one mail, without waiting for those before it. */
  deadlineMs?: number;
  maxBytes?: number;
  /** Of JavaScript objects; the bytes of a mail are not counted. */
  memoryMb?: number;
  /** The thread's module. Default: the built one beside this; from sources, which no thread can load, mails are read in place. */
  thread?: { url: URL; execArgv: string[] };
}

const DEADLINE_MS = 10_000;
const MAX_BYTES = 64 * 1_048_576;
const MEMORY_MB = 256;
/** Starting a thread and loading its modules on a busy machine. */
const START_MS = 30_000;

interface Job {
  id: number;
  raw: Uint8Array;
  resolve(mail: ParsedEmail): void;
  reject(error: Error): void;
}

interface Answer {
  ready?: true;
  id?: number;
  mail?: ParsedEmail;
  failure?: string;
}

const BUILT = import.meta.url.endsWith('.js')
  ? { url: new URL('./parse-worker-thread.js', import.meta.url), execArgv: [] }
  : undefined;

/**
 * A parser that no mail can hold up: one thread, mails one after the other, a cap on time, memory and size. A thread that went beyond
 * one is ended, and the next mail gets a new one. Keeps no process alive while idle.
 */
export function createMailParser(options: MailParserOptions): MailParser {
  const { log, deadlineMs = DEADLINE_MS, maxBytes = MAX_BYTES, memoryMb = MEMORY_MB, thread = BUILT } = options;
  const waiting: Job[] = [];
  let worker: Worker | null = null;
  let current: Job | null = null;
  let timer: NodeJS.Timeout | undefined;
  let lastId = 0;
  let closed = false;

  function settle(error: Error | null, mail?: ParsedEmail): void {
    const job = current;
    current = null;
    clearTimeout(timer);
    if (job === null) return;
    if (mail !== undefined) job.resolve(mail);
    else job.reject(error ?? new MailUnreadable('the thread gave no answer'));
  }

  /** Ends a thread for good; what it still says is not heard. */
  function discard(ended: Worker): void {
    if (worker === ended) worker = null;
    ended.removeAllListeners();
    ended.on('error', () => undefined);
    void ended.terminate();
  }

  function fail(ended: Worker, error: Error, why: string): void {
    if (worker !== ended) return;
    log.warn({ why }, 'mail parser: the thread was ended');
    discard(ended);
    settle(error);
    next();
  }

  function start({ url, execArgv }: { url: URL; execArgv: string[] }): Worker {
    const started = new Worker(url, { execArgv, resourceLimits: { maxOldGenerationSizeMb: memoryMb } });
    started.on('message', (answer: Answer) => {
      if (answer.ready === true) armDeadline(started, deadlineMs);
      if (answer.id === undefined || answer.id !== current?.id) return;
      settle(
        answer.mail === undefined ? new MailUnreadable(`the parser failed: ${answer.failure ?? 'unknown'}`) : null,
        answer.mail,
      );
      next();
    });
    started.on('error', (error: NodeJS.ErrnoException) => {
      const memory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      fail(
        started,
        memory
          ? new MailLimitExceeded('memory', `${memoryMb} MB`)
          : new MailUnreadable('the thread ended with an error', error),
        memory ? 'memory' : 'error',
      );
    });
    started.on('exit', () => fail(started, new MailUnreadable('the thread ended'), 'exit'));
    return started;
  }

  function armDeadline(on: Worker, ms: number): void {
    clearTimeout(timer);
    if (current === null) return;
    timer = setTimeout(() => fail(on, new MailLimitExceeded('time', `${ms} ms`), 'time'), ms);
  }

  function next(): void {
    if (current !== null || thread === undefined) return;
    const job = waiting.shift();
    if (job === undefined) {
      worker?.unref();
      return;
    }
    current = job;
    const fresh = worker === null;
    worker ??= start(thread);
    worker.ref();
    armDeadline(worker, fresh ? START_MS + deadlineMs : deadlineMs);
    const request: ParseRequest = { id: job.id, raw: job.raw };
    worker.postMessage(request, []);
  }

  return {
    parse(raw) {
      if (closed) return Promise.reject(new MailUnreadable('the parser is closed'));
      if (raw.byteLength > maxBytes) return Promise.reject(new MailLimitExceeded('size', `${maxBytes} bytes`));
      if (thread === undefined) return parseEmail(raw);
      return new Promise((resolve, reject) => {
        lastId += 1;
        waiting.push({ id: lastId, raw, resolve, reject });
        next();
      });
    },
    async close() {
      closed = true;
      const error = new MailUnreadable('the parser is closed');
      for (const job of waiting.splice(0)) job.reject(error);
      const ended = worker;
      worker = null;
      settle(error);
      ended?.removeAllListeners();
      await ended?.terminate();
    },
  };
}
