import { backoffMs } from './backoff.ts';

/** What the server says over the socket; see docs/api.md. */
export type LiveMessage =
  | { type: 'hello'; version: string }
  | { type: 'changed'; conversations: readonly { id: string; version: number | null }[] }
  | { type: 'alive' }
  | { type: 'typing'; conversation: string }
  | { type: 'refetch' }
  | { type: 'signed_out' };

export type LiveState = 'connecting' | 'open' | 'away';

/** The server says something at least every 30 s; after this long without a word the connection is dead, whatever the browser thinks. */
const SILENCE_MS = 75_000;
const LISTEN_MS = 15_000;

/** Whether a connection last heard at one moment is dead at another. By the wall clock: other clocks may stand still during sleep. */
export function isSilent(heardAtMs: number, nowMs: number): boolean {
  return nowMs - heardAtMs > SILENCE_MS;
}

function isChange(value: unknown): value is { id: string; version: number | null } {
  if (typeof value !== 'object' || value === null) return false;
  const version: unknown = Reflect.get(value, 'version');
  return typeof Reflect.get(value, 'id') === 'string' && (version === null || typeof version === 'number');
}

/** Reads a frame; null for one that this page does not know (a newer server's). */
export function readLive(frame: unknown): LiveMessage | null {
  if (typeof frame !== 'string') return null;
  let value: unknown;
  try {
    value = JSON.parse(frame);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const type: unknown = Reflect.get(value, 'type');
  if (type === 'hello') return { type, version: String(Reflect.get(value, 'version')) };
  if (type === 'alive' || type === 'refetch' || type === 'signed_out') return { type };
  const conversation: unknown = Reflect.get(value, 'conversation');
  if (type === 'typing') return typeof conversation === 'string' ? { type, conversation } : null;
  const conversations: unknown = Reflect.get(value, 'conversations');
  if (type !== 'changed' || !Array.isArray(conversations)) return null;
  return { type, conversations: conversations.filter(isChange) };
}

/** A socket that stays up: after a loss it comes back, and the listener is told to fetch again what it may have missed. */
export class LiveConnection {
  readonly #listeners = new Set<() => void>();
  readonly #address: string;
  readonly #heard: (message: LiveMessage) => void;
  #socket: WebSocket | null = null;
  #failures = 0;
  #opened = false;
  #state: LiveState = 'connecting';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ear: ReturnType<typeof setInterval> | undefined;
  #heardAtMs = 0;
  #stopped = false;

  constructor(address: string, heard: (message: LiveMessage) => void) {
    this.#address = address;
    this.#heard = heard;
  }

  readonly state = (): LiveState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  start(): void {
    this.#stopped = false;
    addEventListener('online', this.#now);
    addEventListener('offline', this.#drop);
    document.addEventListener('visibilitychange', this.#whenSeen);
    this.#ear = setInterval(this.#listen, LISTEN_MS);
    this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    removeEventListener('online', this.#now);
    removeEventListener('offline', this.#drop);
    document.removeEventListener('visibilitychange', this.#whenSeen);
    clearTimeout(this.#timer);
    clearInterval(this.#ear);
    this.#socket?.close();
    this.#socket = null;
  }

  /** Tries again without waiting. */
  readonly #now = (): void => {
    if (this.#stopped || this.#socket !== null) return;
    clearTimeout(this.#timer);
    this.#connect();
  };

  /** The network is gone: a socket would only find out minutes later. */
  readonly #drop = (): void => {
    const socket = this.#socket;
    if (socket === null) return;
    this.#lost(socket);
    socket.close();
  };

  /** After sleep, or behind a network that forgot us, the browser may believe in a dead socket for ever: nothing is ever sent on it. */
  readonly #listen = (): void => {
    if (this.#socket === null || !isSilent(this.#heardAtMs, Date.now())) return;
    this.#drop();
    this.#now();
  };

  readonly #whenSeen = (): void => {
    if (document.visibilityState !== 'visible') return;
    this.#listen();
    this.#now();
  };

  #connect(): void {
    const socket = new WebSocket(this.#address);
    this.#socket = socket;
    this.#heardAtMs = Date.now();
    socket.addEventListener('message', (event) => {
      this.#heardAtMs = Date.now();
      const message = readLive(event.data);
      if (message === null) return;
      if (message.type === 'hello') this.#greeted();
      this.#heard(message);
      if (message.type === 'signed_out') this.stop();
    });
    socket.addEventListener('close', () => this.#lost(socket));
  }

  #greeted(): void {
    const again = this.#opened || this.#failures > 0;
    this.#failures = 0;
    this.#opened = true;
    this.#tell('open');
    // While the socket was away, or did not come at once, anything may have changed.
    if (again) this.#heard({ type: 'refetch' });
  }

  #lost(socket: WebSocket): void {
    if (this.#socket !== socket) return;
    this.#socket = null;
    if (this.#stopped) return;
    this.#tell(this.#opened || this.#failures > 0 ? 'away' : 'connecting');
    this.#timer = setTimeout(this.#now, backoffMs(this.#failures, Math.random()));
    this.#failures += 1;
  }

  #tell(state: LiveState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
