import type { Agent } from 'node:https';
import type { FetchOutcome } from '../../src/core/model/attachment.ts';
import { type FileAnswer, getFile, outcomeOfDownload } from '../shared/file-download.ts';
import { recordOf, stringOf } from '../shared/read-unknown.ts';
import { ENDPOINTS } from './endpoints.ts';
import {
  describe,
  isHeld,
  isOutOfCredit,
  isRefusedToken,
  slowDownMs,
  XCallError,
  type XCallFailure,
} from './errors.ts';
import { snowflakeOf } from './ids.ts';
import { includedIn } from './inbound/event.ts';
import { filesOf } from './inbound/files.ts';
import type { XCredentials } from './transport/authorisation/credentials.ts';
import { askSigned, notSent } from './transport/authorisation/signing.ts';
import { loadLibrary, signed } from './transport/library.ts';
import { BudgetUsedUp, type XRest } from './transport/ports.ts';

/** What fetching needs. */
export interface FetchParts {
  rest: XRest;
  credentials: Pick<XCredentials, 'signIn'>;
  agent: Agent;
}

type Options = { offset: number; maxBytes: number };
type Remote = Readonly<Record<string, unknown>>;
type Asking = (offset: number) => Promise<FileAnswer>;

/** Where X keeps files of posts; the normaliser keeps no others, and what is stored is not trusted either. */
const HOSTS: ReadonlySet<string> = new Set(['pbs.twimg.com', 'video.twimg.com', 'ton.twitter.com', 'ton.x.com']);
/** What X's servers of files say; the addresses are as X gave them, so that one it refuses is over. */
const MEANINGS = { gone: [403, 404, 410], auth: [401] };
/** OAuth 1.0a where X wants consent: the file is there, and comes as soon as there is one. */
const NEEDS_CONSENT = 'X gives files of direct messages by OAuth 2.0: set clientId and run parley account login';
const PATH = /^\/[\w./%~:@!$&'()*+,;=-]{1,1000}$/u;
const RESOURCE = /^[\w.-]{1,100}$/u;
const MEDIA_KEY = /^\d{1,3}_\d{1,20}$/u;
const MEDIA_FIELDS = 'media_key,type,url,variants,width,height,duration_ms';

/**
 * Asks for a customer's file, from `offset` on: a file of a direct message with the account's own signature, one of a post from where
 * everybody finds it. Where only its key is known, the message is asked for first.
 */
export async function fetchXFile(
  parts: FetchParts,
  remote: Remote,
  options: Options,
  signal: AbortSignal,
): Promise<FetchOutcome> {
  try {
    const asking = askingFor(parts, remote, signal) ?? (await lookedUp(parts, remote, signal));
    if (asking === null) return { kind: 'gone', reason: 'the message or its file is not there any more' };
    return await outcomeOfDownload(asking, options, MEANINGS);
  } catch (error) {
    if (error instanceof XCallError) return fetchOutcomeOf(error.failure);
    if (error instanceof BudgetUsedUp) return { kind: 'transient', reason: error.message };
    throw error;
  }
}

/** The way to the file, where what is stored says it; null: it has to be looked up. */
function askingFor({ credentials, agent }: FetchParts, remote: Remote, signal: AbortSignal): Asking | null {
  const dm = snowflakeOf(remote['messageId']);
  const media = snowflakeOf(remote['mediaId']);
  const resource = stringOf(remote['resourceId']);
  if (dm !== null && media !== null && resource !== null && RESOURCE.test(resource)) {
    return (offset) => getSigned({ credentials, agent }, { dm, media, resource }, offset, signal);
  }
  const host = stringOf(remote['host']);
  const path = stringOf(remote['path']);
  if (host === null || path === null || !HOSTS.has(host) || !PATH.test(path)) return null;
  const url = new URL(`https://${host}`);
  url.pathname = path;
  return (offset) => getFile({ url, agent }, offset, signal);
}

/** Asks for the message again and finds its file by its key. */
async function lookedUp(parts: FetchParts, remote: Remote, signal: AbortSignal): Promise<Asking | null> {
  const key = stringOf(remote['mediaKey']);
  const postId = snowflakeOf(remote['postId']);
  const messageId = snowflakeOf(remote['messageId']);
  const id = postId ?? messageId;
  if (key === null || !MEDIA_KEY.test(key) || id === null) return null;
  const query = { expansions: 'attachments.media_keys', 'media.fields': MEDIA_FIELDS };
  const { body } = await parts.rest.call(
    postId === null
      ? {
          endpoint: 'directEvent',
          purpose: 'answer',
          path: { id },
          query: { ...query, 'dm_event.fields': 'attachments' },
        }
      : { endpoint: 'posts', purpose: 'answer', query: { ...query, ids: id, 'tweet.fields': 'attachments' } },
    signal,
  );
  const media = includedIn(recordOf(body)?.['includes']).media.get(key);
  const [file] = media === undefined ? [] : filesOf([media], { kind: postId === null ? 'direct' : 'post', id });
  return file === undefined ? null : askingFor(parts, file.remote, signal);
}

async function getSigned(
  { credentials, agent }: Pick<FetchParts, 'credentials' | 'agent'>,
  path: { dm: string; media: string; resource: string },
  offset: number,
  signal: AbortSignal,
): Promise<FileAnswer> {
  const library = await loadLibrary();
  const endpoint = ENDPOINTS.directMedia;
  const what = `${endpoint.method} ${endpoint.path}`;
  let isOwn = false;
  const answer = await askSigned(
    { credentials, as: endpoint.as, what },
    signal,
    async (sign) => {
      isOwn = sign.kind === 'oauth1';
      const made = await signed({ library, sign, endpoint, call: { path } });
      return await getFile({ ...made, agent }, offset, signal);
    },
    (answer) => answer.kind === 'status' && answer.status === 401,
  );
  if (answer.kind === 'status' && answer.status === 403 && isOwn) {
    throw new XCallError(what, { ...notSent(NEEDS_CONSENT), status: 401 });
  }
  return answer;
}

/** What a failed look for a file means. */
function fetchOutcomeOf(failure: XCallFailure): FetchOutcome {
  const reason = describe(failure);
  const waitMs = slowDownMs(failure);
  if (waitMs !== null) return { kind: 'transient', reason, retryAfterMs: waitMs };
  if (isRefusedToken(failure) || isOutOfCredit(failure) || isHeld(failure)) return { kind: 'auth', reason };
  const { status, problem } = failure;
  return status !== null && status >= 400 && status < 500 && problem !== null
    ? { kind: 'gone', reason }
    : { kind: 'transient', reason };
}
