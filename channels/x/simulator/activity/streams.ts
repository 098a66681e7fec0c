import { randomUUID } from 'node:crypto';
import type http from 'node:http';
import type { PlatformClock } from '../../../shared/simulator/clock.ts';
import type { DrawnFaults } from '../faults.ts';
import { tooManyConnections } from '../rest/errors.ts';
import type { Times } from '../times.ts';

/** One connection of `GET /2/activity/stream`, present or past. */
export interface StreamConnection {
  readonly id: string;
  readonly connectedMs: number;
  disconnectedMs: number | null;
  reason: string | null;
}

/** The streams of the app: lines of JSON, and an empty one as a heartbeat. */
export interface Streams {
  readonly connections: readonly StreamConnection[];
  readonly open: number;
  /** Takes an answer over. `missed`: lines that are told first. @throws {ApiError} where too many are open */
  begin(response: http.ServerResponse, missed: readonly string[]): void;
  /** @throws {ApiError} where another one would be too many */
  makeRoom(): void;
  /** Writes a line to all. @returns how many got it */
  write(line: string, userId: string | null): number;
  /** Ends those with these ids, or all; says how many there were. */
  kill(ids: ReadonlySet<string> | null): number;
  /** Cuts the sockets without a word. */
  cut(): void;
}

const MOST_REMEMBERED = 1_000;
const KILLED = JSON.stringify({
  errors: [
    {
      title: 'operational-disconnect',
      disconnect_type: 'OperationalDisconnect',
      detail: 'This stream has been disconnected because the app asked for it.',
      type: 'https://api.x.com/2/problems/operational-disconnect',
    },
  ],
});

export function createStreams(
  { clock, faults, times }: { clock: PlatformClock; faults: DrawnFaults; times: Times },
  limit: () => number,
): Streams {
  const connections: StreamConnection[] = [];
  const open = new Map<StreamConnection, http.ServerResponse>();

  function makeRoom(): void {
    if (open.size >= limit()) throw tooManyConnections();
  }

  function beat(response: http.ServerResponse): void {
    if (faults.forEvent('stream_silent', null) === null) response.write('\r\n');
  }

  /** Its place is free at once and nobody hears more on it, whenever the socket notices. */
  function cut(connection: StreamConnection, response: http.ServerResponse): void {
    open.delete(connection);
    response.socket?.destroy();
  }

  return {
    connections,
    get open() {
      return open.size;
    },
    makeRoom,
    begin(response, missed) {
      makeRoom();
      const connection: StreamConnection = {
        id: randomUUID(),
        connectedMs: clock.nowMs(),
        disconnectedMs: null,
        reason: null,
      };
      connections.push(connection);
      if (connections.length > MOST_REMEMBERED) connections.shift();
      open.set(connection, response);
      response.socket?.setNoDelay(true);
      response.flushHeaders();
      for (const line of missed) response.write(`${line}\r\n`);
      beat(response);
      const timer = setInterval(() => beat(response), times.heartbeatMs);
      response.on('close', () => {
        clearInterval(timer);
        open.delete(connection);
        connection.disconnectedMs = clock.nowMs();
        connection.reason ??= 'ClientClosed';
      });
    },
    write(line, userId) {
      let count = 0;
      for (const [connection, response] of open) {
        if (faults.forEvent('stream_cut', userId) !== null) {
          cut(connection, response);
          continue;
        }
        if (faults.forEvent('stream_garbage', userId) !== null) response.write('<html>\r\n');
        response.write(`${line}\r\n`);
        count += 1;
      }
      return count;
    },
    kill(ids) {
      const killed = [...open].filter(([{ id }]) => ids === null || ids.has(id));
      for (const [connection, response] of killed) {
        connection.reason = 'OperationalDisconnect';
        // Its place is free at once, not when the socket notices.
        open.delete(connection);
        response.end(`${KILLED}\r\n`);
      }
      return killed.length;
    },
    cut() {
      for (const [connection, response] of open) cut(connection, response);
    },
  };
}
