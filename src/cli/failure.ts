import { cleanString } from '../observability/redact.ts';

/** A mistake in how a command was called, or a refusal that is no bug. Exit code 1, message and mend. */
export { ParleyError as CommandError } from '../core/errors.ts';

function field(error: unknown, name: string): string {
  if (typeof error !== 'object' || error === null || !(name in error)) return '';
  const value: unknown = (error as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : '';
}

const SYSTEM: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; free some space and start again, nothing that was acknowledged is lost',
  EDQUOT: "this user's disk quota is used up; free some space and start again",
  EACCES: 'this user may not do that; give the user that runs the gateway access',
  EROFS: 'that file system is read-only; name another folder',
  ENOENT: 'check the path',
  53100: "the database server's disk is full; free some space there, work goes on by itself",
};

/** What a person reads when a command or the gateway ends because of an error: one sentence and the mend. */
export function describeFailure(error: unknown): string {
  const message = cleanLines(field(error, 'message'));
  const mend = field(error, 'mend');
  const known = SYSTEM[field(error, 'code')];
  if (mend !== '') return message.includes(mend) ? message : `${message}; ${mend}`;
  if (known !== undefined) return `${message}; ${known}`;
  const name = field(error, 'name');
  const ours = ['ConfigError', 'MasterKeyError', 'SealError', 'BlobError', 'FaqArticleError'];
  if (ours.includes(name)) return message;
  if (message === '') return `unknown error ${cleanString(String(error))}`;
  return `${message}${field(error, 'code') === '' ? '' : ` (${field(error, 'code')})`}; if this is not explained by what happens around the gateway, please report it as a bug`;
}

/** Each line cleaned by itself, so that a long list of mistakes is not cut as one string. */
function cleanLines(text: string): string {
  return text.split('\n').map(cleanString).join('\n');
}
