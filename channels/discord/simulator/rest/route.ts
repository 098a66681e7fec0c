import type { Doings } from '../doings.ts';
import type { HubContext } from '../gateway/hub.ts';
import type { Interactions } from '../interactions.ts';
import type { WritableLog } from '../platform-log.ts';
import type { UploadedFile } from './request-body.ts';

/** What calls of the API work with. */
export interface RestContext extends Doings {
  context: HubContext;
  log: WritableLog;
  interactions: Interactions;
  /** Nonces of messages by author, while they are remembered. */
  nonces: Map<string, { messageId: string; channelId: string; atMs: number }>;
  commands: unknown[];
  typing: { channelId: string; atMs: number }[];
  maxFileBytes(): number;
  gatewayUrl(): string;
  identifiesLeft(): number;
}

export interface RestRequest {
  /** Values of the path's `:names`, decoded. */
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  body: Readonly<Record<string, unknown>>;
  /** The body where it is a list. */
  list: readonly unknown[] | null;
  files: readonly UploadedFile[];
}

/** `body` undefined: 204. */
export interface RestAnswer {
  status?: number;
  body?: unknown;
}

export type RestHandler = (request: RestRequest, rest: RestContext) => RestAnswer;

/** `METHOD /path/:name` and what it does. */
export type RouteTable = Readonly<Record<string, RestHandler>>;
