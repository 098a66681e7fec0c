import type { RawData, WebSocket } from 'ws';
import type { GatewayEntry } from '../platform-log.ts';
import type { Hub, HubContext } from './hub.ts';
import { KNOWN_INTENTS, OP, PRIVILEGED, type Session, sendFrame } from './session.ts';

/** Frames a client may send in a minute. */
const FRAMES_PER_MINUTE = 120;
const MINUTE_MS = 60_000;
/** Longest frame a client may send, bytes. */
export const MAX_FRAME_BYTES = 4_096;

type Frame = Readonly<Record<string, unknown>>;

function recordOf(value: unknown): Frame | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Frame) : null;
}

function frameOf(data: RawData): Frame | null {
  try {
    return Buffer.isBuffer(data) ? recordOf(JSON.parse(data.toString('utf8'))) : null;
  } catch {
    return null;
  }
}

function shardOf(value: unknown): readonly [number, number] | null {
  if (value === undefined) return [0, 1];
  if (!Array.isArray(value) || value.length !== 2) return null;
  const [id, count] = value as unknown[];
  return Number.isInteger(id) && Number.isInteger(count) && Number(id) >= 0 && Number(id) < Number(count)
    ? [Number(id), Number(count)]
    : null;
}

/** Speaks the gateway's protocol with one client (docs, "Gateway", "Opcodes and Status Codes"). */
export function serveConnection(socket: WebSocket, version: string, hub: Hub, context: HubContext): void {
  const { faults, log, clock, limits } = context;
  let session: Session | null = null;
  let frames = 0;
  let minuteBegan = performance.now();
  let silence: NodeJS.Timeout | null = null;

  const note = (entry: Partial<GatewayEntry> & Pick<GatewayEntry, 'kind' | 'outcome'>): void =>
    log.session({ atMs: clock.nowMs(), closeCode: null, intents: null, shard: null, ...entry });
  // A client that no longer beats is cut off, so that its session can be resumed elsewhere.
  const listen = (): void => {
    if (silence !== null) clearTimeout(silence);
    silence = setTimeout(() => socket.close(4009, 'Session timed out.'), limits.heartbeatMs * 2 + 1_000);
    silence.unref();
  };

  socket.on('error', () => socket.terminate());
  socket.on('close', (code) => {
    if (silence !== null) clearTimeout(silence);
    if (session !== null && session.socket === socket) hub.closed(session, code);
  });
  if (version !== '10' && version !== '9') return socket.close(4012, 'Invalid API version');
  if (faults.forGateway('no_hello') === null) {
    sendFrame(socket, { op: OP.hello, t: null, s: null, d: { heartbeat_interval: limits.heartbeatMs, _trace: [] } });
  }
  listen();

  const invalidate = (kind: GatewayEntry['kind']): void => {
    note({ kind, outcome: 'invalid_session' });
    sendFrame(socket, { op: OP.invalidSession, t: null, s: null, d: false });
  };
  const refuse = (kind: GatewayEntry['kind'], code: number, reason: string): void => {
    note({ kind, outcome: 'closed', closeCode: code });
    socket.close(code, reason);
  };

  const identify = (d: Frame): void => {
    const token = typeof d['token'] === 'string' ? d['token'].replace(/^Bot /, '') : '';
    const closing = faults.forGateway('close_identify');
    if (closing !== null) return refuse('identify', closing.closeCode ?? 4000, 'closed on demand');
    if (token !== context.token || context.tokenRevoked()) return refuse('identify', 4004, 'Authentication failed.');
    const { intents } = d;
    const shard = shardOf(d['shard']);
    if (shard === null) return refuse('identify', 4010, 'Invalid shard.');
    if (typeof intents !== 'number' || !Number.isInteger(intents) || intents < 0 || (intents & ~KNOWN_INTENTS) !== 0) {
      return refuse('identify', 4013, 'Invalid intent(s).');
    }
    if ((intents & PRIVILEGED & ~context.grantedIntents()) !== 0) {
      return refuse('identify', 4014, 'Disallowed intent(s).');
    }
    if (recordOf(d['properties']) === null) return refuse('identify', 4002, 'Error while decoding payload.');
    const last = log.gateway.findLast((entry) => entry.kind === 'identify' && entry.outcome === 'ready');
    const tooSoon = last !== undefined && clock.nowMs() - last.atMs < limits.identifyGapMs;
    if (tooSoon || faults.forGateway('invalid_session') !== null) return invalidate('identify');
    session = hub.identify(socket, intents, shard);
    // The platform ends all sessions and resets the token (docs, "Session Start Limit").
    if (session === null) return refuse('identify', 4004, 'Authentication failed.');
    note({ kind: 'identify', outcome: session.seq === 0 ? 'silent' : 'ready', intents, shard });
  };

  const resume = (d: Frame): void => {
    if (d['token'] !== context.token || context.tokenRevoked()) return refuse('resume', 4004, 'Authentication failed.');
    const closing = faults.forGateway('close_resume');
    if (closing !== null) return refuse('resume', closing.closeCode ?? 4000, 'closed on demand');
    const found = typeof d['session_id'] === 'string' ? hub.resumable(d['session_id']) : null;
    if (found === null) return invalidate('resume');
    if (faults.forGateway('invalid_session') !== null) {
      hub.forget(found);
      return invalidate('resume');
    }
    const seq = d['seq'];
    if (typeof seq !== 'number' || seq > found.seq) return refuse('resume', 4007, 'Invalid seq.');
    session = found;
    note({ kind: 'resume', outcome: 'resumed', intents: found.intents, shard: found.shard });
    hub.resume(found, socket, seq);
  };

  socket.on('message', (data) => {
    if (performance.now() - minuteBegan > MINUTE_MS) {
      frames = 0;
      minuteBegan = performance.now();
    }
    frames += 1;
    if (frames > FRAMES_PER_MINUTE) return socket.close(4008, 'You are being rate limited.');
    const frame = frameOf(data);
    if (frame === null) return socket.close(4002, 'Error while decoding payload.');
    const d = recordOf(frame['d']);
    switch (frame['op']) {
      case OP.heartbeat:
        listen();
        if (faults.forGateway('no_ack') === null) sendFrame(socket, { op: OP.ack, t: null, s: null, d: null });
        return;
      case OP.identify:
        if (session !== null) return socket.close(4005, 'Already authenticated.');
        return d === null ? socket.close(4002, 'Error while decoding payload.') : identify(d);
      case OP.resume:
        if (session !== null) return socket.close(4005, 'Already authenticated.');
        return d === null ? socket.close(4002, 'Error while decoding payload.') : resume(d);
      case OP.presence:
      case OP.voice:
      case OP.members:
        if (session === null) socket.close(4003, 'Not authenticated.');
        return;
      default:
        socket.close(4001, 'Unknown opcode.');
    }
  });
}
