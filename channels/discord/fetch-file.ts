import type { FetchOutcome } from '../../src/core/model/attachment.ts';
import { outcomeOfDownload, tooLarge } from '../shared/file-download.ts';
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
    return await bring(parts.download, fresh.url, options, signal);
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
  return bring(way, `${STICKER_ROOT}/${id}.${ending}`, options, signal);
}

/** The link is fresh, so a file that is not there is gone. */
function bring(way: FileDownload, url: string, options: Options, signal: AbortSignal): Promise<FetchOutcome> {
  return outcomeOfDownload((offset) => way.get(url, offset, signal), options, { gone: [404, 410], auth: [] });
}
