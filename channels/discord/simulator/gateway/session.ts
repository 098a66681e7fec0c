import type { WebSocket } from 'ws';

/** Bits of intents (docs, "Gateway Intents"). */
export const INTENT = {
  guilds: 1 << 0,
  guildMessages: 1 << 9,
  guildReactions: 1 << 10,
  guildTyping: 1 << 11,
  directMessages: 1 << 12,
  directReactions: 1 << 13,
  directTyping: 1 << 14,
  messageContent: 1 << 15,
} as const;
/** GUILD_MEMBERS, GUILD_PRESENCES, MESSAGE_CONTENT. */
export const PRIVILEGED = (1 << 1) | (1 << 8) | (1 << 15);
/** Every bit that means something today. */
export const KNOWN_INTENTS = ((1 << 17) - 1) | (1 << 20) | (1 << 21) | (1 << 24) | (1 << 25);

export const OP = {
  dispatch: 0,
  heartbeat: 1,
  identify: 2,
  presence: 3,
  voice: 4,
  resume: 6,
  reconnect: 7,
  members: 8,
  invalidSession: 9,
  hello: 10,
  ack: 11,
} as const;

/** One event on its way to sessions. */
export interface Dispatch {
  t: string;
  /** The server it belongs to; null: direct messages, which shard 0 gets. */
  guildId: string | null;
  /** Sessions with one of these bits get it; 0: every session. */
  intents: number;
  /** What a session gets to see, by its intents. */
  view(intents: number): unknown;
}

/** A session, which outlives its connection for a while. */
export interface Session {
  id: string;
  intents: number;
  shard: readonly [number, number];
  seq: number;
  /** Frames not known to have arrived, oldest first. */
  sent: { s: number; json: string }[];
  socket: WebSocket | null;
  closedAtMs: number | null;
}

/** Frames kept for RESUME. */
const KEPT_FRAMES = 20_000;

/** Whether a session's shard is the one of this server (docs, "Sharding"). */
export function isOnShard(shard: readonly [number, number], guildId: string | null): boolean {
  if (guildId === null) return shard[0] === 0;
  return Number((BigInt(guildId) >> 22n) % BigInt(shard[1])) === shard[0];
}

export function sendFrame(socket: WebSocket | null, frame: object): void {
  if (socket !== null && socket.readyState === socket.OPEN) socket.send(JSON.stringify(frame));
}

/** Puts an event into a session, and onto its wire when there is one. */
export function deliver(session: Session, t: string, d: unknown): void {
  session.seq += 1;
  const json = JSON.stringify({ op: OP.dispatch, t, s: session.seq, d });
  session.sent.push({ s: session.seq, json });
  if (session.sent.length > KEPT_FRAMES) session.sent.splice(0, KEPT_FRAMES / 10);
  const { socket } = session;
  if (socket !== null && socket.readyState === socket.OPEN) socket.send(json);
}
