import type { FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { FileTooLarge, IngestRefused, OwnerChanged, ParleyError, StoreUnavailable, TooMany } from '../core/errors.ts';
import type { Log } from '../core/ports/log.ts';
import type { failure } from './contract/shared-shapes.ts';

type Envelope = z.output<typeof failure>;
type Told = Omit<Envelope['error'], 'requestId'>;

/** What the codes of refusals mean in HTTP; what is not here was not refused but failed. */
const STATUS: Readonly<Record<string, number>> = {
  request: 400,
  invalid: 400,
  cursor: 400,
  empty_text: 400,
  file_empty: 400,
  upload_cut: 400,
  signed_out: 401,
  wrong_credentials: 401,
  forbidden: 403,
  csrf: 403,
  origin: 403,
  not_of_team: 403,
  wrong_password: 403,
  not_found: 404,
  gone: 404,
  owner_changed: 409,
  resolved: 409,
  superseded: 409,
  id_taken: 409,
  resent: 409,
  not_reviewable: 409,
  no_upload: 409,
  not_sent: 409,
  not_amendable: 409,
  not_answerable: 409,
  edit_window: 409,
  delete_window: 409,
  too_long_to_edit: 409,
  too_many_files: 409,
  file_waiting: 409,
  file_refused: 409,
  file_gone: 409,
  file_failed: 409,
  file_erased: 409,
  file_missing: 409,
  file_sent: 409,
  email_taken: 409,
  team_taken: 409,
  from_file: 409,
  last_admin: 409,
  events_expired: 410,
  too_large: 413,
  file_too_large: 413,
  content_type: 415,
  range: 416,
  no_agent: 422,
  agent_disabled: 422,
  no_team: 422,
  no_account: 422,
  no_files: 422,
  no_replies: 422,
  no_reactions: 422,
  reaction_unknown: 422,
  no_letters: 422,
  not_called: 422,
  unreachable_chat: 422,
  account_data_in_public: 422,
  confirm_public: 422,
  not_formatted: 422,
  letter_too_large: 422,
  remote_url: 422,
  remote_private: 422,
  remote_unreachable: 422,
  remote_redirects: 422,
  remote_too_large: 422,
  remote_slow: 422,
  remote_not_picture: 422,
  remote_tracking: 422,
  upgrade: 426,
  queue_away: 503,
  too_many_attempts: 429,
  busy: 503,
};

/** The database's own words for: it is away, ending, out of connections or disk, or took too long. */
const AWAY = /^(?:08|53|57|58|EPIPE$|ECONN|ETIMEDOUT$|ENOTFOUND$)/;

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';
}

function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string'
    ? error.message
    : 'unknown';
}

function isAway(error: unknown): boolean {
  if (error instanceof StoreUnavailable || error instanceof IngestRefused) return true;
  return AWAY.test(codeOf(error)) || /^(?:timeout exceeded when trying|Connection terminated)/.test(messageOf(error));
}

interface Verdict {
  status: number;
  told: Told;
  retryAfterMs?: number;
}

function verdictOf(error: unknown): Verdict {
  if (hasZodFastifySchemaValidationErrors(error)) {
    const place = error.validationContext === 'body' ? '' : `${error.validationContext ?? 'request'}.`;
    const fields = error.validation.map((issue) => ({
      path: `${place}${issue.instancePath.replace(/^\//, '').replaceAll('/', '.')}`.replace(/\.$/, ''),
      message: issue.message ?? 'is wrong',
    }));
    return { status: 400, told: { code: 'invalid', message: 'the request is not as it should be', fields } };
  }
  if (isAway(error)) {
    return {
      status: 503,
      told: { code: 'unavailable', message: 'the store does not answer at this moment', mend: 'try again in a moment' },
      retryAfterMs: error instanceof IngestRefused ? error.retryAfterMs : 1_000,
    };
  }
  if (error instanceof ParleyError) {
    const status = STATUS[error.code];
    if (status !== undefined) {
      const mend = error.mend === undefined ? {} : { mend: error.mend };
      const owner = error instanceof OwnerChanged ? { owner: error.owner } : {};
      const wait = error instanceof TooMany ? { retryAfterMs: error.retryAfterMs } : {};
      const limit = error instanceof FileTooLarge ? { limitBytes: error.limitBytes } : {};
      return { status, told: { code: error.code, message: error.message, ...mend, ...owner, ...limit }, ...wait };
    }
  }
  const status =
    typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number'
      ? error.statusCode
      : 500;
  if (status < 500) {
    const code = status === 413 ? 'too_large' : status === 415 ? 'content_type' : 'request';
    return { status, told: { code, message: messageOf(error) } };
  }
  return {
    status: 500,
    told: { code: 'internal', message: 'something went wrong here', mend: 'tell whoever runs this the request id' },
  };
}

/** Answers an error with the one envelope, and logs what is ours to mend. */
export function answerFailure(log: Log, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, told, retryAfterMs } = verdictOf(error);
  const route = request.routeOptions.url ?? 'unknown';
  if (status === 500) {
    log.error({ requestId: request.id, route, code: codeOf(error), err: messageOf(error) }, 'a request failed');
  } else if (status === 503) {
    log.warn({ requestId: request.id, route, code: codeOf(error) }, 'a request could not be served');
  }
  if (retryAfterMs !== undefined) reply.header('retry-after', String(Math.max(1, Math.ceil(retryAfterMs / 1_000))));
  const envelope: Envelope = { error: { ...told, requestId: request.id } };
  return reply.code(status).type('application/json').send(JSON.stringify(envelope));
}
