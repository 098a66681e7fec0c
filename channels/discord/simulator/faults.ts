import { createFaultList, type FaultList, type StrikingRule } from '../../shared/simulated-faults.ts';

/**
 * Trouble on command. For calls of the REST API:
 * - `rate_limited`: 429 with `retryAfterSeconds` (default 1) and `scope`, nothing done.
 * - `error_before` / `error_after`: `status` (default 500), before or after acting.
 * - `drop_before` / `drop_after`: the connection is cut, before or after acting.
 * - `hang_before` / `hang_after`: no answer ever, before or after acting.
 * - `slow`: acts and answers after `latencyMs` (default 1000).
 * - `not_json`: acts, then answers with a page of HTML.
 * - `refuse`: `status` (default 400) and error `code` (default 0), nothing done.
 * For downloads (route `file`), besides those above: `cut_download` cuts the connection after `afterBytes` (default: half).
 * For the gateway:
 * - `refuse_connect`: the socket is cut before the handshake is answered. `no_hello`, `no_ready`: silence.
 * - `no_ack`: a heartbeat is not answered. `invalid_session`: IDENTIFY or RESUME is answered with d=false, the session is gone.
 * - `close_identify`, `close_resume`: closes with `closeCode` after IDENTIFY or RESUME. `no_replay`: RESUMED without what was missed.
 * - `late_guilds`: no GUILD_CREATE follows READY. `unsaid_last`: channels are told without their newest message.
 * - `missing_channel_type`, `odd_thread` (`"thread": null`): on MESSAGE_CREATE. `duplicate_dispatch`: hands one out twice.
 * - `malformed_frame`: a frame that is no JSON goes before a dispatch.
 */
export const FAULT_KINDS = [
  'rate_limited',
  'error_before',
  'error_after',
  'drop_before',
  'drop_after',
  'hang_before',
  'hang_after',
  'slow',
  'not_json',
  'refuse',
  'cut_download',
  'refuse_connect',
  'no_hello',
  'no_ready',
  'no_ack',
  'invalid_session',
  'close_identify',
  'close_resume',
  'late_guilds',
  'unsaid_last',
  'no_replay',
  'missing_channel_type',
  'odd_thread',
  'duplicate_dispatch',
  'malformed_frame',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

const OF_GATEWAY: ReadonlySet<FaultKind> = new Set([
  'refuse_connect',
  'no_hello',
  'no_ready',
  'no_ack',
  'invalid_session',
  'close_identify',
  'close_resume',
  'late_guilds',
  'unsaid_last',
  'no_replay',
  'missing_channel_type',
  'odd_thread',
  'duplicate_dispatch',
  'malformed_frame',
]);

/** Calls that say nothing of customers; a fault strikes them only when it names them. */
const NOT_BY_DEFAULT: ReadonlySet<string> = new Set([
  'GET /gateway/bot',
  'GET /gateway',
  'GET /users/@me',
  'GET /applications/@me',
  'GET /oauth2/applications/@me',
  'file',
]);

export interface FaultRule extends StrikingRule {
  kind: FaultKind;
  /** Only this call, such as `POST /channels/:id/messages`; `file`: downloads; absent: every one that is about customers. */
  route?: string;
  channelId?: string;
  retryAfterSeconds?: number;
  scope?: 'user' | 'global' | 'shared';
  status?: number;
  code?: number;
  message?: string;
  latencyMs?: number;
  afterBytes?: number;
  closeCode?: number;
}

/** Trouble on command, as whoever runs the simulator holds it. */
export type Faults = FaultList<FaultRule>;

export interface DrawnFaults extends Faults {
  /** The fault that strikes a call, or null. */
  forCall(route: string, channelId: string | null): FaultRule | null;
  /** The fault of this kind that strikes the gateway now, or null. */
  forGateway(kind: FaultKind): FaultRule | null;
}

export function createFaults(random: () => number): DrawnFaults {
  const list = createFaultList<FaultRule>(random);
  return Object.assign(list, {
    forCall: (route: string, channelId: string | null) =>
      list.strike(
        (rule) =>
          !OF_GATEWAY.has(rule.kind) &&
          (rule.kind !== 'cut_download' || route === 'file') &&
          (rule.channelId === undefined || rule.channelId === channelId) &&
          (rule.route === undefined
            ? rule.kind === 'cut_download' || !NOT_BY_DEFAULT.has(route)
            : rule.route === route),
      ),
    forGateway: (kind: FaultKind) => list.strike((rule) => rule.kind === kind),
  });
}
