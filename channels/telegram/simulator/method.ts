import type { Bot } from './bot.ts';
import type { CallbackQueries } from './callback-queries.ts';
import type { Clock } from './clock.ts';
import type { FileStore } from './file-store.ts';
import type { AcceptedCall, WritableLog } from './platform-log.ts';
import type { Parameters } from './request-body.ts';
import type { Refusal } from './text-checks.ts';
import type { World } from './world.ts';

/** What a method answers; `call` is there when it changed something. */
export type MethodResult = { result: unknown; call?: AcceptedCall; description?: string } | { refusal: Refusal };

export interface MethodContext {
  bot: Bot;
  world: World;
  log: WritableLog;
  clock: Clock;
  files: FileStore;
  queries: CallbackQueries;
  /** Whether files may be sent by their address; nothing is fetched, a made up one is taken in. */
  takesFileUrls: boolean;
}

/** One method of the Bot API. */
export type Method = (parameters: Parameters, context: MethodContext) => MethodResult;
