import { createFaultList, type FaultList, type StrikingRule } from '../../shared/simulated-faults.ts';

/**
 * Trouble on command. For calls of the API:
 * - `drop_before` / `drop_after`: the connection is cut, before or after acting.
 * - `hang_before` / `hang_after`: no answer ever, before or after acting.
 * - `error_before` / `error_after`: `status` (default 503), before or after acting.
 * - `slow`: acts and answers after `latencyMs` (default 1000).
 * - `rate_limited`: 429 until `resetAfterMs` (default 1000) from now, nothing done.
 * - `refuse`: `status` (default 403) with `code` of the older API, or with `title`, `detail` and `type` (last part of its address).
 * - `auth`: 401. `suspended`: 403 with `code` (default 326, the account is locked; 226: looks automated; 64: suspended).
 * - `credits`: `status` (default 402), the plan's credits are used up.
 * - `shield`: 403 with a page of HTML, before acting. `not_json`: acts, then answers with a page of HTML.
 * - `said_already`: acts, then answers 403 with code 151, as the older API did for messages that had arrived.
 * - `no_id`: acts, then answers with success and without the id.
 * For downloads (route `file`, or that of direct media), besides those above: `cut_download` cuts after `afterBytes` (default: half).
 * For what is delivered, by webhook or stream:
 * - `duplicate_event`: delivered twice. `lose_event`: never. `bad_signature`: one attempt is signed wrongly.
 * - `late_event`: after `latencyMs` (default 200), so that later ones overtake it.
 * For streams: `stream_cut`: cut before an event, which is lost on it. `stream_silent`: a heartbeat is left out.
 * `stream_garbage`: a line that is no JSON goes before an event.
 */
export const FAULT_KINDS = [
  'drop_before',
  'drop_after',
  'hang_before',
  'hang_after',
  'error_before',
  'error_after',
  'slow',
  'rate_limited',
  'refuse',
  'auth',
  'suspended',
  'credits',
  'shield',
  'not_json',
  'said_already',
  'no_id',
  'cut_download',
  'duplicate_event',
  'lose_event',
  'late_event',
  'bad_signature',
  'stream_cut',
  'stream_silent',
  'stream_garbage',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

const OF_DELIVERY: ReadonlySet<FaultKind> = new Set([
  'duplicate_event',
  'lose_event',
  'late_event',
  'bad_signature',
  'stream_cut',
  'stream_silent',
  'stream_garbage',
]);

/** Calls that say nothing of customers; a fault strikes them only when it names them. */
const NOT_BY_DEFAULT =
  /^(?:file$|GET \/2\/users\/me$|POST \/2\/oauth2\/|POST \/oauth2\/|GET \/i\/|\w+ \/2\/(?:webhooks|connections|activity))/u;

/** Answers that bring a file. */
const OF_FILES = /^(?:file$|GET \/2\/dm_conversations\/media\/)/u;

export interface FaultRule extends StrikingRule {
  kind: FaultKind;
  /** Only this call, such as `POST /2/tweets`; `file`: downloads; absent: every one that is about customers. */
  route?: string;
  /** Only what is about this customer: who is written to, resp. whose event is delivered. */
  userId?: string;
  status?: number;
  code?: number;
  title?: string;
  detail?: string;
  type?: string;
  latencyMs?: number;
  resetAfterMs?: number;
  afterBytes?: number;
}

/** Trouble on command, as whoever runs the simulator holds it. */
export type Faults = FaultList<FaultRule>;

export interface DrawnFaults extends Faults {
  /** The fault that strikes a call, or null. `userId`: the customer it is about. */
  forCall(route: string, userId: string | null): FaultRule | null;
  /** The fault of this kind that strikes what is delivered now, or null. */
  forEvent(kind: FaultKind, userId: string | null): FaultRule | null;
}

export function createFaults(random: () => number): DrawnFaults {
  const list = createFaultList<FaultRule>(random);
  const isAbout = (rule: FaultRule, userId: string | null): boolean =>
    rule.userId === undefined || rule.userId === userId;
  return Object.assign(list, {
    forCall: (route: string, userId: string | null) =>
      list.strike(
        (rule) =>
          !OF_DELIVERY.has(rule.kind) &&
          isAbout(rule, userId) &&
          (rule.kind !== 'cut_download' || OF_FILES.test(route)) &&
          (rule.route === undefined
            ? rule.kind === 'cut_download' || !NOT_BY_DEFAULT.test(route)
            : rule.route === route),
      ),
    forEvent: (kind: FaultKind, userId: string | null) =>
      list.strike((rule) => rule.kind === kind && isAbout(rule, userId)),
  });
}
