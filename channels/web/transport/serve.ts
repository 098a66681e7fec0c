import { BodyTooLarge } from '../../../src/core/errors.ts';
import type { InboundSink, ServedAnswer, ServedRequest } from '../../../src/core/ports/channel.ts';
import type { Log } from '../../../src/core/ports/log.ts';
import type { RateLimit } from '../../shared/rate-limit.ts';
import { recordOf, stringOf } from '../../shared/read-unknown.ts';
import type { WebConfig } from '../config.ts';
import { newStranger, readSiteToken, type Visitor } from '../session.ts';
import { bodyOf, ChatRefused, headerOf, json, PLAIN_HEADERS, refusal } from './answers.ts';
import type { Assets } from './assets.ts';
import { checkOrigin, corsHeaders } from './origins.ts';
import { events, file, history, type ReadingDeps } from './reading.ts';
import { keepFile, markRead, pressButton, typing, type WritingDeps, writeMessage } from './writing.ts';

export interface ServeDeps extends ReadingDeps, WritingDeps {
  config: WebConfig;
  assets: Assets;
  newVisitors: RateLimit;
  log: Log;
}

/** Who asks, by the token in the header. Never by a cookie, never by the address. @throws {ChatRefused} */
function visitorOf({ sessions }: ServeDeps, request: ServedRequest): Visitor {
  const token = /^Bearer ([A-Za-z0-9._-]+)$/u.exec(headerOf(request, 'authorization') ?? '')?.[1] ?? '';
  const visitor = sessions.read(token);
  if (visitor === null) throw new ChatRefused(401, 'no_session', 'begin a session first');
  return visitor;
}

/** Begins or goes on: by the site's token, by the session this browser has, or as a new stranger. */
async function begin(deps: ServeDeps, request: ServedRequest): Promise<ServedAnswer> {
  const { config, sessions, newVisitors, log, nowMs } = deps;
  const waitMs = newVisitors.take(request.address);
  if (waitMs > 0) throw new ChatRefused(429, 'too_many', 'too many visitors from this address', waitMs);
  const body = recordOf(await bodyOf(request));
  const siteToken = stringOf(body?.['token']);
  const answer = (visitor: Visitor): ServedAnswer => {
    const { token, untilMs } = sessions.issue(visitor);
    return json(200, { session: token, untilMs, signed: visitor.signed });
  };
  if (siteToken !== null) {
    if (config.secret === undefined)
      throw new ChatRefused(401, 'no_secret', 'the account has no secret to check a token by');
    const read = readSiteToken(siteToken, config.secret, nowMs());
    if (typeof read !== 'string') return answer(read);
    log.info({ accountId: config.id, code: read }, "a site's token was refused");
    throw new ChatRefused(401, read, "the site's token is refused");
  }
  const known = sessions.read(stringOf(body?.['session']) ?? '');
  // Whom the site signed in it may have signed out: that needs a token of the site again.
  if (known !== null && !known.signed && config.anonymous) return answer(known);
  if (!config.anonymous) throw new ChatRefused(401, 'sign_in', 'sign in at the site first');
  return answer(newStranger());
}

function route(deps: ServeDeps, request: ServedRequest, sink: InboundSink): ServedAnswer | Promise<ServedAnswer> {
  const { pathname, searchParams } = new URL(request.path, 'http://chat');
  const nowhere = (): ChatRefused => new ChatRefused(404, 'not_found', 'nothing is here');
  if (request.method === 'GET') {
    const asset = deps.assets.find(pathname.slice(1), request);
    if (asset !== undefined) return asset;
    if (pathname === '/history') return history(deps, visitorOf(deps, request), searchParams);
    if (pathname === '/events') return events(deps, visitorOf(deps, request), request);
    const named = /^\/files\/(\d{1,15})\/(\d{1,2})$/u.exec(pathname);
    if (named === null) throw nowhere();
    return file(deps, visitorOf(deps, request), Number(named[1]), Number(named[2]));
  }
  switch (pathname) {
    case '/session':
      return begin(deps, request);
    case '/messages':
      return writeMessage(deps, sink, visitorOf(deps, request), request);
    case '/presses':
      return pressButton(deps, sink, visitorOf(deps, request), request);
    case '/files':
      return keepFile(deps, visitorOf(deps, request), request);
    case '/typing':
      return typing(deps, visitorOf(deps, request));
    case '/read':
      return markRead(deps, sink, visitorOf(deps, request), request);
    default:
      throw nowhere();
  }
}

/** Answers browsers of visitors. Everything but the page itself asks for a session and an allowed origin. */
export async function serveChat(deps: ServeDeps, request: ServedRequest, sink: InboundSink): Promise<ServedAnswer> {
  let origin: string | null = null;
  try {
    origin = checkOrigin(request, deps.config.origins);
    if (request.method === 'OPTIONS') {
      return { status: 204, headers: { ...PLAIN_HEADERS, ...corsHeaders(origin) }, body: '' };
    }
    const answer = await route(deps, request, sink);
    return { ...answer, headers: { ...corsHeaders(origin), ...answer.headers } };
  } catch (error) {
    const refused =
      error instanceof BodyTooLarge ? new ChatRefused(413, 'too_large', 'this is larger than is taken') : error;
    if (!(refused instanceof ChatRefused)) throw error;
    const answer = refusal(refused);
    return { ...answer, headers: { ...answer.headers, ...corsHeaders(origin) } };
  }
}
