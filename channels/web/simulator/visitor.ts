import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { recordOf, stringOf } from '../../shared/read-unknown.ts';
import { readStream } from './stream-reader.ts';

export interface VisitorOptions {
  /** What the site says who it is. */
  token?: string;
  /** A session of before, as a browser keeps it. */
  session?: string;
  /** Where the page stands that asks; left out: no page of a site. */
  origin?: string;
  /** Begins the ids of what is sent. */
  seed?: string;
  /** Before something that was refused for now is sent again, ms. */
  retryMs?: number;
}

/** A message as the visitor's page shows it. */
export interface SeenMessage {
  seq: number;
  mine: boolean;
  text: string;
  files: { name: string | null; sizeBytes: number; picture: boolean }[];
  buttons: { label: string; url?: string | undefined }[][];
}

const shownMessage = z.object({
  mine: z.boolean(),
  text: z.string(),
  files: z.array(z.object({ name: z.string().nullable(), sizeBytes: z.number(), picture: z.boolean() })),
  buttons: z.array(z.array(z.object({ label: z.string(), url: z.string().optional() }))).default([]),
});

/** Somebody before the page, who does what the page's script does: keeps, retries, reads on. */
export interface ChatVisitor {
  /** Sends in order, and again until it is taken; answers at once with the client's id of it. */
  write(text: string, files?: readonly { name: string; mime: string; bytes: Uint8Array }[]): string;
  press(seq: number, row: number, column: number): string;
  /** Resolves when all that was written is taken. */
  settled(): Promise<void>;
  /** How many were answered with 2xx. */
  taken(): number;
  /** Ids of those that were. */
  isTaken(clientId: string): boolean;
  /** What the page shows, from the stream, in order. */
  seen(): readonly SeenMessage[];
  /** How often the stream said that somebody writes. */
  typings(): number;
  session(): Promise<string>;
  /** One call by hand. */
  call(method: 'GET' | 'POST', path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Opens the stream, from what was seen last. */
  open(): Promise<void>;
  /** Cuts the stream, as a lost network does. */
  cut(): void;
  leave(): Promise<void>;
}

const RETRY_MS = 50;

export function createVisitor(url: string, options: VisitorOptions): ChatVisitor {
  const retryMs = options.retryMs ?? RETRY_MS;
  const leaving = new AbortController();
  let beginning: Promise<string> | null = null;
  let line: Promise<void> = Promise.resolve();
  let written = 0;
  const taken = new Set<string>();
  const messages = new Map<number, SeenMessage>();
  let typings = 0;
  let last = 0;
  let stream: AbortController | null = null;
  const page: Record<string, string> = options.origin === undefined ? {} : { origin: options.origin };

  async function begin(): Promise<string> {
    const response = await fetch(new URL('session', url), {
      method: 'POST',
      signal: leaving.signal,
      headers: { ...page, 'content-type': 'application/json' },
      body: JSON.stringify({ token: options.token, session: options.session }),
    });
    if (!response.ok) throw new Error(`no session: ${response.status} ${await response.text()}`);
    return stringOf(recordOf(await response.json())?.['session']) ?? '';
  }

  /** One session, however many ask at once; a beginning that failed is begun again. */
  function begun(): Promise<string> {
    beginning ??= begin().catch((error: unknown) => {
      beginning = null;
      throw error;
    });
    return beginning;
  }

  async function call(
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const raw = body instanceof Uint8Array;
    return fetch(new URL(path, url), {
      method,
      signal: leaving.signal,
      headers: {
        ...page,
        authorization: `Bearer ${await begun()}`,
        ...(body === undefined || raw ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: raw ? Buffer.from(body) : JSON.stringify(body) }),
    });
  }

  /** Again until it is taken, as the page does; what is refused for good is dropped. */
  async function deliver(attempt: () => Promise<Response>): Promise<Response | null> {
    while (!leaving.signal.aborted) {
      try {
        const response = await attempt();
        if (response.ok) return response;
        await response.arrayBuffer();
        if (response.status !== 503 && response.status !== 429) return null;
      } catch {
        // Not reached, or no session yet: the same again.
      }
      await sleep(retryMs, undefined, { signal: leaving.signal }).catch(() => undefined);
    }
    return null;
  }

  function inLine(act: () => Promise<void>): void {
    line = line.then(act).catch(() => undefined);
  }

  function post(path: string, make: (clientId: string) => Promise<object>): string {
    written += 1;
    const clientId = `${options.seed ?? 'visitor-'}-${written}`.padStart(8, '0');
    inLine(async () => {
      const body = await make(clientId);
      const response = await deliver(() => call('POST', path, body));
      if (response === null) return;
      await response.arrayBuffer();
      taken.add(clientId);
    });
    return clientId;
  }

  function take(event: string, data: unknown): void {
    const entry = recordOf(data);
    if (event === 'typing') typings += 1;
    const seq = entry?.['seq'];
    if (event !== 'entry' || entry === null || typeof seq !== 'number') return;
    last = Math.max(last, seq);
    if (entry['kind'] === 'message') {
      messages.set(seq, { seq, ...shownMessage.parse(entry) });
    } else {
      const target = Number(entry['target']);
      const message = messages.get(target);
      if (message === undefined) return;
      if (entry['kind'] === 'delete') messages.delete(target);
      else messages.set(target, { ...message, text: String(entry['text']) });
    }
  }

  return {
    write: (text, files = []) =>
      post('messages', async (clientId) => {
        const held: string[] = [];
        for (const { name, mime, bytes } of files) {
          const headers = { 'content-type': mime, 'x-file-name': encodeURIComponent(name) };
          const response = await deliver(() => call('POST', 'files', bytes, headers));
          held.push(stringOf(recordOf(await response?.json())?.['file']) ?? '');
        }
        return { clientId, text, ...(held.length === 0 ? {} : { files: held }) };
      }),
    press: (message, row, column) => post('presses', (clientId) => Promise.resolve({ clientId, message, row, column })),
    settled: () => line,
    taken: () => taken.size,
    isTaken: (clientId) => taken.has(clientId),
    seen: () => [...messages.values()].toSorted((left, right) => left.seq - right.seq),
    typings: () => typings,
    session: begun,
    call,
    async open() {
      const own = new AbortController();
      stream?.abort();
      stream = own;
      const signal = AbortSignal.any([own.signal, leaving.signal]);
      const response = await fetch(new URL('events', url), {
        signal,
        headers: { ...page, authorization: `Bearer ${await begun()}`, 'last-event-id': String(last) },
      });
      if (!response.ok || response.body === null) throw new Error(`no stream: ${response.status}`);
      void readStream(response.body, take).catch(() => undefined);
    },
    cut: () => stream?.abort(),
    async leave() {
      leaving.abort();
      await line;
    },
  };
}
