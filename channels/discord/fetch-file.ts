import type { FetchOutcome } from '../../src/core/model/attachment.ts';
import { stringOf } from '../shared/read-unknown.ts';
import { PLATFORM_API_ROOT } from './config.ts';
import type { FileDownload } from './download.ts';
import { fetchOutcomeOf } from './errors.ts';
import { snowflakeOf } from './ids.ts';
import { DiscordCallError, type DiscordRest } from './transport/ports.ts';
import { refreshAttachment } from './transport/refresh-attachment.ts';

const STICKER_ENDING: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/apng': 'png',
  'image/gif': 'gif',
};
const STICKER_ROOT = 'https://media.discordapp.net/stickers';

/** What fetching needs. */
export interface FetchParts {
  rest: DiscordRest;
  download: FileDownload;
  apiRoot: string;
}

type Options = { offset: number; maxBytes: number };

/**
 * Asks for a customer's file: the message once more, for a fresh link (links run out), then the bytes from `offset` on. The link is
 * signed and never leaves the download.
 */
export async function fetchDiscordFile(
  parts: FetchParts,
  remote: Readonly<Record<string, unknown>>,
  options: Options,
  signal: AbortSignal,
): Promise<FetchOutcome> {
  if ('stickerId' in remote) return fetchSticker(parts, remote, options, signal);
  const channelId = snowflakeOf(remote['channelId']);
  const messageId = snowflakeOf(remote['messageId']);
  const attachmentId = snowflakeOf(remote['attachmentId']);
  if (channelId === null || messageId === null || attachmentId === null) {
    return { kind: 'gone', reason: 'the message named no file' };
  }
  try {
    const fresh = await refreshAttachment(parts.rest, { channelId, messageId, attachmentId }, signal);
    if (fresh === null) return { kind: 'gone', reason: 'the message or its file was removed' };
    if ((fresh.sizeBytes ?? 0) > options.maxBytes) return tooLarge(options.maxBytes);
    return await download(parts.download, fresh.url, options, signal);
  } catch (error) {
    if (!(error instanceof DiscordCallError)) throw error;
    return fetchOutcomeOf(error);
  }
}

/** Stickers have lasting addresses at the platform itself (reference#image-formatting); Lottie ones are no pictures. */
async function fetchSticker(
  { download: way, apiRoot }: FetchParts,
  remote: Readonly<Record<string, unknown>>,
  options: Options,
  signal: AbortSignal,
): Promise<FetchOutcome> {
  const id = snowflakeOf(remote['stickerId']);
  const ending = STICKER_ENDING[stringOf(remote['mime']) ?? ''];
  if (id === null || ending === undefined || apiRoot !== PLATFORM_API_ROOT) {
    return { kind: 'gone', reason: 'there is no picture of this sticker' };
  }
  return download(way, `${STICKER_ROOT}/${id}.${ending}`, options, signal);
}

function tooLarge(maxBytes: number): FetchOutcome {
  return { kind: 'too_large', reason: `the file has more than ${maxBytes} bytes` };
}

async function download(way: FileDownload, url: string, options: Options, signal: AbortSignal): Promise<FetchOutcome> {
  const { offset, maxBytes } = options;
  const answer = await way.get(url, offset, signal);
  if (answer.kind === 'lost') return { kind: 'transient', reason: answer.reason };
  if (answer.kind === 'body') {
    const { body, totalBytes } = answer;
    if ((totalBytes ?? 0) > maxBytes) {
      await answer.end();
      return tooLarge(maxBytes);
    }
    return { kind: 'file', file: { body, offset: answer.offset, totalBytes } };
  }
  // 416: what we have is not the beginning of what is there now.
  if (answer.status === 416 && offset > 0) return download(way, url, { ...options, offset: 0 }, signal);
  const reason = `the file server answered ${answer.status}`;
  // The link is fresh, so a file that is not there is gone.
  return answer.status === 404 || answer.status === 410 ? { kind: 'gone', reason } : { kind: 'transient', reason };
}
