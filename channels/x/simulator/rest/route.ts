import type http from 'node:http';
import type { PlatformClock } from '../../../shared/simulator/clock.ts';
import type { ActivityHub } from '../activity/hub.ts';
import type { Consents } from '../authorisation/consents.ts';
import type { XSimulatorCredentials } from '../credentials.ts';
import type { DrawnFaults } from '../faults.ts';
import type { Plan } from '../plan.ts';
import type { WritableLog } from '../platform-log.ts';
import type { Times } from '../times.ts';
import type { World } from '../world.ts';
import type { ReadBody } from './request-body.ts';
import type { Uploads } from './uploads.ts';

/** Everything the simulated platform consists of. */
export interface Platform {
  world: World;
  clock: PlatformClock;
  faults: DrawnFaults;
  log: WritableLog;
  plan: Plan;
  times: Times;
  credentials: XSimulatorCredentials;
  consents: Consents;
  uploads: Uploads;
  hub: ActivityHub;
  /** The owner says no when asked for consent. */
  refusesConsent: boolean;
}

export interface RestRequest extends ReadBody {
  /** Values of the path's `:names`, decoded. */
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  headers: http.IncomingHttpHeaders;
}

export interface RestAnswer {
  /** Default 200. */
  status?: number;
  body?: unknown;
  /** How many priced things it gives; default 0. */
  count?: number;
  /** What the call itself costs, where the price of its route does not say. */
  micros?: number;
  /** A file instead of a body. */
  file?: { mime: string; bytes: Uint8Array };
  /** Where a browser is sent. */
  location?: string;
  /** Takes the connection over: the answer goes on. */
  stream?: (response: http.ServerResponse) => void;
}

/** Who may ask: the account by OAuth 1.0a or 2.0, the app, or anybody. */
export type Way = 'oauth1' | 'oauth2' | 'app' | 'open';

export interface Route {
  ways: readonly Way[];
  /** What an OAuth 2.0 token has to allow. */
  scopes?: readonly string[];
  /** The customer a call is about, for faults that strike one alone. */
  about?: (request: RestRequest, platform: Platform) => string | null;
  handle: (request: RestRequest, platform: Platform) => RestAnswer | Promise<RestAnswer>;
}

/** `METHOD /path/:name` and what it does. */
export type RouteTable = Readonly<Record<string, Route>>;
