/** A call of the REST API that was let through to be acted upon. */
export interface RestCall {
  /** Counts all calls, from 1. */
  order: number;
  atMs: number;
  /** Such as `POST /channels/:id/messages`. */
  route: string;
  /** The path as it was called. */
  path: string;
  channelId: string | null;
  body: unknown;
  status: number;
  /** Error code of the answer; null where it succeeded. */
  code: number | null;
  /** False: the answer was withheld by a fault. */
  answered: boolean;
}

/** A message the bot created. */
export interface SentMessage {
  order: number;
  atMs: number;
  id: string;
  channelId: string;
  content: string;
  nonce: string | number | null;
  referenceId: string | null;
  /** As it came; null: none, and everything the text names would have been pinged. */
  allowedMentions: unknown;
  /** Whom it really pinged. */
  pings: { users: string[]; roles: string[]; everyone: boolean };
  files: readonly { filename: string; bytes: Uint8Array }[];
}

/** A connection of the gateway that sent IDENTIFY or RESUME. */
export interface GatewayEntry {
  atMs: number;
  kind: 'identify' | 'resume';
  outcome: 'ready' | 'resumed' | 'invalid_session' | 'closed' | 'silent';
  closeCode: number | null;
  intents: number | null;
  shard: readonly [number, number] | null;
}

export interface PlatformLog {
  readonly calls: readonly RestCall[];
  readonly messages: readonly SentMessage[];
  readonly gateway: readonly GatewayEntry[];
  /** Handshakes of the gateway's socket, refused ones too. */
  readonly connections: number;
  /** Messages not made because their nonce was known. */
  readonly deduplicated: number;
  onMessage(listener: (message: SentMessage) => void): () => void;
  clear(): void;
}

export interface WritableLog extends PlatformLog {
  call(entry: Omit<RestCall, 'order'>): RestCall;
  message(entry: Omit<SentMessage, 'order'>): void;
  session(entry: GatewayEntry): void;
  connected(): void;
  deduplicate(): void;
}

export function createPlatformLog(limit: number): WritableLog {
  const calls: RestCall[] = [];
  const messages: SentMessage[] = [];
  const gateway: GatewayEntry[] = [];
  const listeners = new Set<(message: SentMessage) => void>();
  let order = 0;
  let connections = 0;
  let deduplicated = 0;
  const keep = <T>(list: T[], entry: T): void => {
    list.push(entry);
    if (list.length > limit) list.splice(0, Math.ceil(limit / 10));
  };

  return {
    calls,
    messages,
    gateway,
    get connections() {
      return connections;
    },
    get deduplicated() {
      return deduplicated;
    },
    onMessage(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    clear() {
      calls.length = 0;
      messages.length = 0;
      gateway.length = 0;
      connections = 0;
      deduplicated = 0;
    },
    call(entry) {
      order += 1;
      const call = { order, ...entry };
      keep(calls, call);
      return call;
    },
    message(entry) {
      order += 1;
      const message = { order, ...entry };
      keep(messages, message);
      for (const listener of listeners) listener(message);
    },
    session: (entry) => keep(gateway, entry),
    connected() {
      connections += 1;
    },
    deduplicate() {
      deduplicated += 1;
    },
  };
}
