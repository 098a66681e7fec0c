import type { FetchOutcome } from '../../src/core/model/attachment.ts';
import { outcomeOfDownload, tooLarge } from '../shared/file-download.ts';
import { integerOf, recordOf, stringOf } from '../shared/read-unknown.ts';
import { describe, isMethodUnknown, isTokenRefused, TelegramCallError } from './errors.ts';
import type { TelegramApi } from './transport/api.ts';
import type { FileDownload } from './transport/file-download.ts';

/** Files of its own disk (core.telegram.org/bots/api#using-a-local-bot-api-server); they come once it serves them. */
const LOCAL_FILES = 'the Bot API server runs with --local and serves no files: start it without --local';

/**
 * Asks for a customer's file: `getFile` for a fresh link (good for an hour), then the bytes from `offset` on. The link holds the
 * token and never leaves the download.
 */
export async function fetchTelegramFile(
  api: Pick<TelegramApi, 'call'>,
  download: FileDownload,
  remote: Readonly<Record<string, unknown>>,
  { offset, maxBytes }: { offset: number; maxBytes: number },
  signal: AbortSignal,
): Promise<FetchOutcome> {
  const fileId = stringOf(remote['fileId']);
  if (fileId === null) return { kind: 'gone', reason: 'the message named no file' };
  let file: Readonly<Record<string, unknown>> | null;
  try {
    file = recordOf(await api.call('getFile', { file_id: fileId }, signal));
  } catch (error) {
    if (!(error instanceof TelegramCallError)) throw error;
    return outcomeOf(error);
  }
  const filePath = stringOf(file?.['file_path']);
  if (filePath === null) return { kind: 'transient', reason: 'the platform has no path for the file now' };
  if (filePath.startsWith('/')) return { kind: 'auth', reason: LOCAL_FILES };
  if ((integerOf(file?.['file_size']) ?? 0) > maxBytes) {
    return tooLarge(maxBytes);
  }
  return outcomeOfDownload(
    (from) => download.get(filePath, from, signal),
    { offset, maxBytes },
    { gone: [], auth: [401] },
  );
}

/** What a refused getFile means (texts: tdlib/telegram-bot-api, Client.cpp). */
function outcomeOf(error: TelegramCallError): FetchOutcome {
  const { failure } = error;
  const reason = describe(failure);
  if (failure.stage !== 'answered') return { kind: 'transient', reason };
  const { code } = failure;
  if (isTokenRefused(failure)) return { kind: 'auth', reason };
  if (code === 429 && failure.retryAfterMs !== undefined) {
    return { kind: 'transient', reason, retryAfterMs: failure.retryAfterMs };
  }
  if (isMethodUnknown(failure)) return { kind: 'gone', reason };
  if (code !== 400 || /temporarily unavailable/iu.test(failure.description)) return { kind: 'transient', reason };
  if (/file is too big/iu.test(failure.description)) return { kind: 'too_large', reason };
  return { kind: 'gone', reason };
}
