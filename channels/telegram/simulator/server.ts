import http from 'node:http';
import type { ControlHandler } from '../../shared/simulator/control.ts';
import type { Bot } from './bot.ts';
import type { DrawnFaults, FaultRule } from './faults.ts';
import { serveFile } from './file-server.ts';
import type { FileStore, StoredFile } from './file-store.ts';
import type { FloodControl } from './flood-limits.ts';
import type { MethodContext, MethodResult } from './method.ts';
import { METHODS } from './methods.ts';
import type { AcceptedCall, WritableLog } from './platform-log.ts';
import {
  BodyError,
  integerParameter,
  type Parameters,
  parseParameters,
  queryParameters,
  readBody,
} from './request-body.ts';
import { badRequest, type Refusal } from './text-checks.ts';
import { readForm } from './uploads.ts';
import { setAllowedUpdates } from './webhook-methods.ts';

export interface ServerContext {
  bots: ReadonlyMap<string, Bot>;
  /** What a method of this bot works with. */
  contextOf(bot: Bot): MethodContext;
  log: WritableLog;
  files: FileStore;
  faults: DrawnFaults;
  flood: FloodControl;
  /** Added to every call but getUpdates. */
  latencyMs(): number;
  control: ControlHandler;
}

/** Longest long poll the platform holds. */
const MAX_POLL_SECONDS = 50;
const DEFAULT_SLOW_MS = 1_000;
const JSON_TYPE = 'application/json';

const TOO_LARGE: Refusal = { status: 413, description: 'Request Entity Too Large' };

/**
 * The Bot API over HTTP: `/bot<token>/<method>`, GET or POST, any of the body forms the real server takes, and files
 * under `/file/bot<token>/`.
 */
export function createServer(context: ServerContext): http.Server {
  const server = http.createServer((request, response) => {
    const url = request.url ?? '/';
    if (url.startsWith('/_control/')) return context.control(request, response);
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    const query = mark < 0 ? '' : url.slice(mark + 1);
    if (path.startsWith('/file/')) {
      const find = (token: string, name: string): StoredFile | null => {
        const bot = context.bots.get(token);
        return bot === undefined ? null : context.files.at(bot.id, name);
      };
      return serveFile(request, response, find, context.faults);
    }
    const type = request.headers['content-type'];
    const take = (read: () => Parameters): void => {
      const [, token, method] = /^\/bot([^/]+)\/(?:test\/)?([^/]+)$/u.exec(path) ?? [];
      const bot = context.bots.get(token ?? '');
      if (method === undefined) return refuse(response, { status: 404, description: 'Not Found' });
      if (bot === undefined) return refuse(response, { status: 401, description: 'Unauthorized' });
      try {
        handle(bot, method, read(), response, context);
      } catch (error) {
        if (!(error instanceof BodyError)) throw error;
        refuse(response, badRequest(error.message));
      }
    };
    if (type?.startsWith('multipart/form-data') === true) {
      readForm(request, type, (form) => {
        if (form === null) return;
        if (form === 'too large') return refuse(response, TOO_LARGE);
        if (form instanceof BodyError) return refuse(response, badRequest(form.message));
        take(() => ({ ...queryParameters(query), ...form }));
      });
    } else {
      readBody(request, (body) => {
        if (body !== null) take(() => parseParameters(type, body, query));
      });
    }
  });
  // Callers keep their connections; a server that closes idle ones early would cause failures nobody asked for.
  server.keepAliveTimeout = 75_000;
  server.requestTimeout = 0;
  return server;
}

function handle(
  bot: Bot,
  method: string,
  parameters: Parameters,
  response: http.ServerResponse,
  context: ServerContext,
): void {
  const chatId = integerParameter(parameters['chat_id']);
  const fault = context.faults.forCall(method, chatId);
  const slowMs = fault?.kind === 'slow' ? (fault.latencyMs ?? DEFAULT_SLOW_MS) : 0;
  const isPoll = method.toLowerCase() === 'getupdates';
  const delayMs = isPoll ? slowMs : slowMs + context.latencyMs();
  if (delayMs > 0) setTimeout(() => act(bot, method, parameters, chatId, fault, response, context), delayMs);
  else act(bot, method, parameters, chatId, fault, response, context);
}

function act(
  bot: Bot,
  method: string,
  parameters: Parameters,
  chatId: number | null,
  fault: FaultRule | null,
  response: http.ServerResponse,
  context: ServerContext,
): void {
  if (fault !== null && strikesBefore(fault, response)) return;
  const name = method.toLowerCase();
  if (name === 'getupdates') return getUpdates(bot, parameters, response);
  const run = METHODS.get(name);
  if (run === undefined) return refuse(response, { status: 404, description: 'Not Found: method not found' });
  if (chatId !== null && name !== 'sendchataction') {
    const waitSeconds = context.flood.take(bot.id, chatId);
    if (waitSeconds > 0) return refuse(response, tooMany(waitSeconds));
  }
  const result = run(parameters, context.contextOf(bot));
  if (fault !== null && strikesAfter(fault, result, response, context.log)) return;
  answer(response, result);
}

/** Faults that keep the platform from acting. */
function strikesBefore(fault: FaultRule, response: http.ServerResponse): boolean {
  switch (fault.kind) {
    case 'rate_limited':
      refuse(response, tooMany(fault.retryAfterSeconds ?? 1));
      return true;
    case 'error_before':
      refuse(response, serverError(fault));
      return true;
    case 'refuse':
      refuse(response, {
        status: fault.status ?? 400,
        description: fault.description ?? 'Bad Request: refused on demand',
      });
      return true;
    case 'drop_before':
      response.socket?.destroy();
      return true;
    case 'hang_before':
      return true;
    default:
      return false;
  }
}

/** Faults that keep the caller from learning what the platform did. */
function strikesAfter(
  fault: FaultRule,
  result: MethodResult,
  response: http.ServerResponse,
  log: WritableLog,
): boolean {
  const hide = (call: AcceptedCall | undefined): void => {
    if (call !== undefined) log.unanswered(call);
  };
  const call = 'call' in result ? result.call : undefined;
  switch (fault.kind) {
    case 'error_after':
      hide(call);
      refuse(response, serverError(fault));
      return true;
    case 'drop_after':
      hide(call);
      response.socket?.destroy();
      return true;
    case 'hang_after':
      hide(call);
      return true;
    case 'not_json':
      hide(call);
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>proxy</body></html>');
      return true;
    default:
      return false;
  }
}

function getUpdates(bot: Bot, parameters: Parameters, response: http.ServerResponse): void {
  if (bot.webhook() !== null) {
    return refuse(response, {
      status: 409,
      description:
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    });
  }
  setAllowedUpdates(parameters, bot);
  const seconds = Math.min(Math.max(integerParameter(parameters['timeout']) ?? 0, 0), MAX_POLL_SECONDS);
  const limit = Math.min(Math.max(integerParameter(parameters['limit']) ?? 100, 1), 100);
  const offset = integerParameter(parameters['offset']) ?? 0;
  const withdraw = bot.queue.poll({ offset, limit, timeoutMs: seconds * 1_000 }, (result) => {
    if ('conflict' in result) return refuse(response, { status: 409, description: result.conflict });
    end(response, 200, `{"ok":true,"result":[${result.updates.map(({ json }) => json).join(',')}]}`);
  });
  response.on('close', withdraw);
}

function serverError(fault: FaultRule): Refusal {
  return { status: fault.status ?? 500, description: fault.description ?? 'Internal Server Error' };
}

function tooMany(seconds: number): Refusal {
  return {
    status: 429,
    description: `Too Many Requests: retry after ${seconds}`,
    parameters: { retry_after: seconds },
  };
}

function answer(response: http.ServerResponse, result: MethodResult): void {
  if ('refusal' in result) return refuse(response, result.refusal);
  const { result: value, description } = result;
  end(
    response,
    200,
    JSON.stringify(description === undefined ? { ok: true, result: value } : { ok: true, result: value, description }),
  );
}

function refuse(response: http.ServerResponse, { status, description, parameters }: Refusal): void {
  end(
    response,
    status,
    JSON.stringify({ ok: false, error_code: status, description, ...(parameters && { parameters }) }),
  );
}

/** Writes a JSON answer. */
function end(response: http.ServerResponse, status: number, json: string): void {
  response.writeHead(status, { 'content-type': JSON_TYPE, 'content-length': Buffer.byteLength(json) });
  response.end(json);
}
