import type { Text } from '../i18n/text.ts';
import type { ApiFailure } from './failure.ts';

/** What of a failure is said. */
export type FailureTold = Pick<ApiFailure, 'code' | 'message' | 'mend' | 'fields'>;

/** Codes of the API, and our own `offline`, that the catalogue has words for. */
const CODES = [
  'account_data_in_public',
  'agent_disabled',
  'busy',
  'confirm_public',
  'csrf',
  'delete_window',
  'edit_window',
  'email_taken',
  'empty_text',
  'file_empty',
  'file_erased',
  'file_failed',
  'file_gone',
  'file_missing',
  'file_refused',
  'file_sent',
  'file_too_large',
  'file_waiting',
  'forbidden',
  'from_file',
  'gone',
  'id_taken',
  'internal',
  'invalid',
  'last_admin',
  'letter_too_large',
  'no_account',
  'no_agent',
  'no_files',
  'no_letters',
  'no_reactions',
  'no_replies',
  'no_team',
  'no_upload',
  'not_amendable',
  'not_answerable',
  'not_called',
  'not_formatted',
  'not_found',
  'not_of_team',
  'not_reviewable',
  'not_sent',
  'offline',
  'origin',
  'owner_changed',
  'queue_away',
  'range',
  'reaction_unknown',
  'remote_not_picture',
  'remote_private',
  'remote_redirects',
  'remote_slow',
  'remote_too_large',
  'remote_tracking',
  'remote_unreachable',
  'remote_url',
  'resent',
  'resolved',
  'signed_out',
  'superseded',
  'team_taken',
  'too_large',
  'too_long_to_edit',
  'too_many_attempts',
  'too_many_files',
  'unavailable',
  'unreachable_chat',
  'upload_cut',
  'wrong_credentials',
  'wrong_password',
] as const;

/** The catalogue's words for a code, or null when the server's own sentence has to do. */
function wordsOfCode(code: string, t: Text): string | null {
  const known = CODES.find((one) => one === code);
  return known === undefined ? null : t(`failed.${known}`);
}

/** A failure in the agent's language, and what can only be said in the server's English. */
export function wordsOfFailure(failure: FailureTold, t: Text): { words: string | null; inEnglish: string | null } {
  const words = wordsOfCode(failure.code, t);
  if (words === null) {
    const sentence = failure.mend === undefined ? failure.message : `${failure.message}: ${failure.mend}`;
    return { words, inEnglish: sentence.charAt(0).toUpperCase() + sentence.slice(1) };
  }
  const fields = failure.fields.map((field) => `${field.path} ${field.message}`.trim()).join('; ');
  return { words, inEnglish: fields === '' ? null : fields };
}
