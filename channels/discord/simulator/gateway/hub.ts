import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import type { PlatformClock } from '../../../shared/simulator/clock.ts';
import type { DrawnFaults } from '../faults.ts';
import type { WritableLog } from '../platform-log.ts';
import { type ViewContext, viewGuild, viewUser } from '../views.ts';
import { type Dispatch, deliver, isOnShard, OP, type Session, sendFrame } from './session.ts';

export interface GatewayLimits {
  /** Time between heartbeats the server asks for. */
  heartbeatMs: number;
  /** IDENTIFYs there are in a day. */
  identifiesPerDay: number;
  maxConcurrency: number;
  /** Least time between IDENTIFYs of one slot; sooner is answered with Invalid Session. 0: not looked at. */
  identifyGapMs: number;
  /** How long a session can be resumed after its connection is gone. */
  resumeWindowMs: number;
  /** Shards that GET /gateway/bot recommends. */
  shards: number;
}

export const GATEWAY_LIMITS: GatewayLimits = {
  heartbeatMs: 41_250,
  identifiesPerDay: 1_000,
  maxConcurrency: 1,
  identifyGapMs: 0,
  resumeWindowMs: 180_000,
  shards: 1,
};

export interface HubContext extends ViewContext {
  clock: PlatformClock;
  faults: DrawnFaults;
  log: WritableLog;
  token: string;
  applicationId: string;
  /** Privileged intents granted to the application. */
  grantedIntents(): number;
  tokenRevoked(): boolean;
  limits: GatewayLimits;
}

/** All sessions of the gateway, and what goes out to them. */
export interface Hub {
  readonly sessions: readonly Session[];
  readonly identifiesLeft: number;
  publish(dispatch: Dispatch): void;
  /** Begins a session on this socket; READY and a GUILD_CREATE for each server follow. Null: there are no IDENTIFYs left. */
  identify(socket: WebSocket, intents: number, shard: readonly [number, number]): Session | null;
  /** The session, where it can still be resumed. */
  resumable(id: string): Session | null;
  resume(session: Session, socket: WebSocket, seq: number): void;
  forget(session: Session): void;
  closed(session: Session, code: number): void;
}

const DAY_MS = 24 * 3_600_000;

export function createHub(context: HubContext, address: () => string): Hub {
  const sessions = new Map<string, Session>();
  const identifies: number[] = [];
  const left = (): number => {
    const since = context.clock.nowMs() - DAY_MS;
    while ((identifies[0] ?? Number.POSITIVE_INFINITY) <= since) identifies.shift();
    return Math.max(0, context.limits.identifiesPerDay - identifies.length);
  };
  const { faults } = context;

  const withoutLast = (list: unknown): unknown[] =>
    (Array.isArray(list) ? (list as unknown[]) : []).map((one) => ({ ...Object(one), last_message_id: undefined }));
  const bent = (t: string, d: unknown): unknown => {
    if (t === 'GUILD_CREATE' && typeof d === 'object' && d !== null && faults.forGateway('unsaid_last') !== null) {
      const guild = d as Record<string, unknown>;
      return { ...guild, channels: withoutLast(guild['channels']), threads: withoutLast(guild['threads']) };
    }
    if (t !== 'MESSAGE_CREATE' || typeof d !== 'object' || d === null) return d;
    if (faults.forGateway('missing_channel_type') !== null) {
      const { channel_type: _, ...rest } = d as Record<string, unknown>;
      return rest;
    }
    return faults.forGateway('odd_thread') === null ? d : { ...d, thread: null };
  };

  return {
    get sessions() {
      return [...sessions.values()];
    },
    get identifiesLeft() {
      return left();
    },
    publish({ t, guildId, intents, view }) {
      for (const session of sessions.values()) {
        if (!isOnShard(session.shard, guildId)) continue;
        if (intents !== 0 && (session.intents & intents) === 0) continue;
        if (session.socket?.readyState === 1 && faults.forGateway('malformed_frame') !== null) {
          session.socket.send('{"op":0,"t":"MESSAGE_CREATE","s":');
        }
        const d = bent(t, view(session.intents));
        deliver(session, t, d);
        if (faults.forGateway('duplicate_dispatch') !== null) deliver(session, t, d);
      }
    },
    identify(socket, intents, shard) {
      if (left() === 0) return null;
      const now = context.clock.nowMs();
      identifies.push(now);
      const session: Session = {
        id: randomUUID().replaceAll('-', ''),
        intents,
        shard,
        seq: 0,
        sent: [],
        socket,
        closedAtMs: null,
      };
      sessions.set(session.id, session);
      if (faults.forGateway('no_ready') !== null) return session;
      const guilds = [...context.world.guilds.values()].filter((guild) => guild.joined && isOnShard(shard, guild.id));
      const self = context.world.users.get(context.botId);
      deliver(session, 'READY', {
        v: 10,
        user: {
          ...(self === undefined ? { id: context.botId } : viewUser(self)),
          verified: true,
          mfa_enabled: true,
          email: null,
          flags: 0,
        },
        guilds: guilds.map(({ id }) => ({ id, unavailable: true })),
        private_channels: [],
        relationships: [],
        session_id: session.id,
        session_type: 'normal',
        resume_gateway_url: address(),
        shard,
        application: { id: context.applicationId, flags: 0 },
        user_settings: {},
        _trace: [],
      });
      if (faults.forGateway('late_guilds') !== null) return session;
      for (const guild of guilds) deliver(session, 'GUILD_CREATE', bent('GUILD_CREATE', viewGuild(context, guild)));
      return session;
    },
    resumable(id) {
      const session = sessions.get(id);
      if (session === undefined) return null;
      const goneMs = session.closedAtMs === null ? 0 : context.clock.nowMs() - session.closedAtMs;
      if (goneMs <= context.limits.resumeWindowMs) return session;
      sessions.delete(id);
      return null;
    },
    resume(session, socket, seq) {
      if (session.socket !== socket) session.socket?.terminate();
      session.socket = socket;
      session.closedAtMs = null;
      const missed = faults.forGateway('no_replay') === null ? session.sent.filter(({ s }) => s > seq) : [];
      session.sent = [...missed];
      for (const { json } of missed) socket.send(json);
      deliver(session, 'RESUMED', { _trace: [] });
    },
    forget(session) {
      sessions.delete(session.id);
      session.socket = null;
    },
    closed(session, code) {
      session.socket = null;
      session.closedAtMs = context.clock.nowMs();
      // The client ends its session by closing so (docs, "Disconnecting"); any other code leaves it for a while.
      if (code === 1000 || code === 1001) sessions.delete(session.id);
    },
  };
}

/** Asks every connected client to reconnect and resume. */
export function askToReconnect(hub: Hub): void {
  for (const session of hub.sessions) sendFrame(session.socket, { op: OP.reconnect, d: null });
}
