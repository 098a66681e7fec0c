import { type RawData, WebSocket } from 'ws';
import { integerOf, recordOf, stringOf } from '../../shared/read-unknown.ts';
import type { GatewayTimes } from './ports.ts';

/** A session that can be taken up again on a new connection. */
export interface GatewaySession {
  id: string;
  resumeUrl: string;
  /** Number of the last dispatch that came. */
  seq: number;
}

/** How a connection ended. */
export type Ending =
  | { kind: 'aborted' }
  /** Never opened, or the socket broke before it was of use. */
  | { kind: 'unreachable'; reason: string }
  | { kind: 'closed'; code: number }
  /** It went silent: no HELLO, no READY, no answer to a heartbeat. */
  | { kind: 'silent'; what: 'hello' | 'ready' | 'heartbeat' }
  /** Opcode 7. */
  | { kind: 'asked' }
  /** Opcode 9. */
  | { kind: 'invalid'; resumable: boolean }
  /** A frame nobody can read; asked for again by resuming. */
  | { kind: 'garbled' };

export interface ConnectionOptions {
  url: string;
  token: string;
  intents: number;
  shard: readonly [number, number];
  /** Taken up by RESUME; null: IDENTIFY. */
  session: GatewaySession | null;
  times: GatewayTimes;
  /** Frames nobody can read are passed over: asking again brought the same. */
  passGarbled: boolean;
  onSession(session: GatewaySession): void;
  onReady(d: Readonly<Record<string, unknown>>): void;
  onResumed(): void;
  onDispatch(t: string, d: unknown): void;
  /** Gives a way to stop reading while much waits. */
  onControl(control: { pause(): void; resume(): void } | null): void;
}

const OP = { dispatch: 0, heartbeat: 1, identify: 2, resume: 6, reconnect: 7, invalid: 9, hello: 10, ack: 11 } as const;
/** Our own close code: not 1000 or 1001, which would end the session. */
const LEAVE_FOR_RESUME = 4_900;
const GOODBYE = 1_000;
/** GUILD_CREATE of the largest servers has some megabytes. */
const MAX_FRAME_BYTES = 64 * 1_048_576;

/**
 * One connection of the gateway from its handshake to its end; never rejects. The library's own (`@discordjs/ws`) drops the session at the
 * first refused reconnect, tries again every 500 ms for ever, and has promises nobody awaits, so that an odd frame ends the process.
 */
export function runConnection(options: ConnectionOptions, signal: AbortSignal): Promise<Ending> {
  return new Promise((resolve) => {
    let session = options.session;
    let acked = true;
    let paused = false;
    let opened = false;
    let over = false;
    let beatEveryMs = 0;
    let beat: NodeJS.Timeout | null = null;
    let watchdog: NodeJS.Timeout | null = null;
    let socket: WebSocket;

    const end = (ending: Ending, code = LEAVE_FOR_RESUME): void => {
      if (over) return;
      over = true;
      if (beat !== null) clearTimeout(beat);
      if (watchdog !== null) clearTimeout(watchdog);
      signal.removeEventListener('abort', stop);
      options.onControl(null);
      if (socket.readyState === WebSocket.OPEN && ending.kind !== 'closed') {
        socket.close(code);
        // A peer that does not answer the close is not waited for.
        setTimeout(() => socket.terminate(), 1_000).unref();
      } else socket.terminate();
      resolve(ending);
    };
    const stop = (): void => end({ kind: 'aborted' }, GOODBYE);
    const watch = (what: 'hello' | 'ready'): void => {
      if (watchdog !== null) clearTimeout(watchdog);
      watchdog = setTimeout(() => end({ kind: 'silent', what }), options.times.handshakeMs);
      watchdog.unref();
    };
    const send = (op: number, d: unknown): void => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ op, d }));
    };
    const heartbeat = (): void => {
      acked = false;
      send(OP.heartbeat, session?.seq ?? null);
    };
    const beatAfter = (waitMs: number): void => {
      beat = setTimeout(() => {
        // While reading is paused the answer may wait in the socket.
        if (!acked && !paused) return end({ kind: 'silent', what: 'heartbeat' });
        heartbeat();
        beatAfter(beatEveryMs);
      }, waitMs);
      beat.unref();
    };

    const onHello = (d: unknown): void => {
      beatEveryMs = integerOf(recordOf(d)?.['heartbeat_interval']) ?? 0;
      if (beatEveryMs <= 0) return end({ kind: 'garbled' });
      if (beat !== null) clearTimeout(beat);
      beatAfter(Math.floor(beatEveryMs * Math.random()));
      watch('ready');
      const { token, intents, shard } = options;
      if (session !== null) return send(OP.resume, { token, session_id: session.id, seq: session.seq });
      const properties = { os: process.platform, browser: 'parley', device: 'parley' };
      send(OP.identify, { token, intents, shard, properties, compress: false, large_threshold: 50 });
    };

    const onDispatch = (frame: Readonly<Record<string, unknown>>): void => {
      const seq = integerOf(frame['s']);
      const t = stringOf(frame['t']) ?? '';
      const { d } = frame;
      if (t === 'READY') {
        const ready = recordOf(d);
        const id = stringOf(ready?.['session_id']);
        if (ready === null || id === null) return end({ kind: 'garbled' });
        session = { id, resumeUrl: stringOf(ready['resume_gateway_url']) ?? options.url, seq: seq ?? 0 };
        if (watchdog !== null) clearTimeout(watchdog);
        options.onSession(session);
        return options.onReady(ready);
      }
      if (session !== null && seq !== null && seq > session.seq) {
        session.seq = seq;
        options.onSession(session);
      }
      if (t === 'RESUMED') {
        if (watchdog !== null) clearTimeout(watchdog);
        return options.onResumed();
      }
      // While much is replayed, RESUMED may be far away.
      if (options.session !== null) watchdog?.refresh();
      options.onDispatch(t, d);
    };

    const onMessage = (data: RawData, isBinary: boolean): void => {
      if (over) return;
      const frame = isBinary ? null : parse(data);
      if (frame === null) {
        if (!options.passGarbled) end({ kind: 'garbled' });
        return;
      }
      switch (frame['op']) {
        case OP.hello:
          return onHello(frame['d']);
        case OP.dispatch:
          return onDispatch(frame);
        case OP.ack:
          acked = true;
          return;
        case OP.heartbeat:
          return heartbeat();
        case OP.reconnect:
          return end({ kind: 'asked' });
        case OP.invalid:
          return end({ kind: 'invalid', resumable: frame['d'] === true });
        default:
      }
    };

    try {
      const url = new URL(options.url);
      url.searchParams.set('v', '10');
      url.searchParams.set('encoding', 'json');
      socket = new WebSocket(url, {
        handshakeTimeout: options.times.handshakeMs,
        maxPayload: MAX_FRAME_BYTES,
        perMessageDeflate: false,
      });
    } catch {
      return resolve({ kind: 'unreachable', reason: 'its address is no address of a web socket' });
    }
    signal.addEventListener('abort', stop, { once: true });
    watch('hello');
    socket.on('open', () => {
      opened = true;
      options.onControl({
        pause() {
          paused = true;
          socket.pause();
        },
        resume() {
          paused = false;
          // What was not answered meanwhile may still wait in the socket.
          acked = true;
          socket.resume();
        },
      });
    });
    socket.on('message', onMessage);
    socket.on('error', (error) => {
      const code = stringOf(recordOf(error)?.['code']) ?? error.name;
      end({ kind: 'unreachable', reason: code });
    });
    socket.on('close', (code) =>
      end(opened ? { kind: 'closed', code } : { kind: 'unreachable', reason: `close code ${code}` }),
    );
    if (signal.aborted) stop();
  });
}

function parse(data: RawData): Readonly<Record<string, unknown>> | null {
  try {
    return Buffer.isBuffer(data) ? recordOf(JSON.parse(data.toString('utf8'))) : null;
  } catch {
    return null;
  }
}
