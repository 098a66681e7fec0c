import type { Button } from '../../src/core/model/extras.ts';
import type { SendOutcome } from '../../src/core/model/outbound.ts';
import type { FileSource, SendRequest } from '../../src/core/ports/channel.ts';
import { outcomeOfFile } from '../shared/file-trouble.ts';
import { recordOf, stringOf } from '../shared/read-unknown.ts';
import { isGone, outcomeOf } from './errors.ts';
import { type MessageAddress, messageKeyOf, messageOfKey, parseThreadKey, snowflakeOf } from './ids.ts';
import { customIdOf, type DiscordPart, readPart } from './part.ts';
import { ALLOWED_MENTIONS } from './respond.ts';
import { DiscordCallError, type DiscordRest, type DiscordUpload } from './transport/ports.ts';

const BUTTON = 2;
/** A list of at most 25 options (components/reference#string-select). */
const SELECT = 3;
const MOST_BUTTONS = 5;
const PRIMARY = 1;
const LINK = 5;

/** What the calls of an account need. */
export interface SendParts {
  rest: DiscordRest;
  files: FileSource;
}

/** Performs one row of the outbox at Discord. Trouble is an outcome; a throw means that the request makes no sense. */
export async function sendToDiscord(parts: SendParts, request: SendRequest, signal: AbortSignal): Promise<SendOutcome> {
  try {
    if (request.action === 'send') return await sendMessage(parts, request, signal);
    const target = targetOf(request);
    if (target === null) return { kind: 'invalid', reason: 'what is meant is no message at Discord' };
    return await change(parts.rest, request, target, signal);
  } catch (error) {
    if (!(error instanceof DiscordCallError)) throw error;
    if (request.action === 'delete' && isGone(error))
      return { kind: 'sent', externalId: request.targetExternalId ?? null };
    return outcomeOf(error, request.action);
  }
}

/** Creates a message. The nonce makes the platform answer a repeat with the first one (resources/message#create-message). */
async function sendMessage(
  { rest, files }: SendParts,
  request: SendRequest,
  signal: AbortSignal,
): Promise<SendOutcome> {
  const { channelId } = parseThreadKey(request.threadKey);
  const part = readPart(request.part);
  const uploads = uploadsOf(part, files);
  const reference = referenceOf(request, channelId);
  const create = (withReference: boolean): Promise<unknown> =>
    rest.call(
      'POST',
      `/channels/${channelId}/messages`,
      {
        json: {
          ...wordsOf(part),
          nonce: request.idempotencyKey,
          enforce_nonce: true,
          ...(withReference ? { message_reference: reference } : {}),
          ...(uploads.list.length === 0
            ? {}
            : { attachments: uploads.list.map(({ name }, index) => ({ id: String(index), filename: name })) }),
        },
        ...(uploads.list.length === 0 ? {} : { files: uploads.list }),
      },
      signal,
    );
  try {
    return sentAs(channelId, await create(reference !== null));
  } catch (error) {
    const broken = uploads.broken();
    if (broken !== null) return outcomeOfFile(broken.error);
    // Refused, so surely not sent: the words matter more than what they answer.
    if (reference === null || !(error instanceof DiscordCallError) || !isGone(error)) throw error;
    return sentAs(channelId, await create(false));
  }
}

function sentAs(channelId: string, message: unknown): SendOutcome {
  const messageId = snowflakeOf(recordOf(message)?.['id']);
  return { kind: 'sent', externalId: messageId === null ? null : messageKeyOf({ channelId, messageId }) };
}

function targetOf(request: SendRequest): MessageAddress | null {
  if (request.targetExternalId === undefined) throw new TypeError(`a ${request.action} names no message`);
  return messageOfKey(request.targetExternalId);
}

/** Changes a message that is there. Repeating does no harm. */
async function change(
  rest: DiscordRest,
  request: SendRequest,
  { channelId, messageId }: MessageAddress,
  signal: AbortSignal,
): Promise<SendOutcome> {
  const path = `/channels/${channelId}/messages/${messageId}`;
  if (request.action === 'delete') await rest.call('DELETE', path, undefined, signal);
  else if (request.action === 'edit') await rest.call('PATCH', path, { json: wordsOf(readPart(request.part)) }, signal);
  else await react(rest, path, readPart(request.part).text, signal);
  return { kind: 'sent', externalId: request.targetExternalId ?? null };
}

/** Puts our one reaction in place of earlier ones; an empty emoji takes them back. */
async function react(rest: DiscordRest, path: string, emoji: string, signal: AbortSignal): Promise<void> {
  const reactions = recordOf(await rest.call('GET', path, undefined, signal))?.['reactions'];
  for (const one of Array.isArray(reactions) ? reactions : []) {
    const reaction = recordOf(one);
    const name = emojiName(reaction?.['emoji']);
    if (reaction?.['me'] !== true || name === null || name === emoji) continue;
    await rest.call('DELETE', `${path}/reactions/${encodeURIComponent(name)}/@me`, undefined, signal);
  }
  if (emoji !== '') await rest.call('PUT', `${path}/reactions/${encodeURIComponent(emoji)}/@me`, undefined, signal);
}

/** An emoji as paths of the API name it: itself, or `name:id` of a server's own. */
export function emojiName(emoji: unknown): string | null {
  const fields = recordOf(emoji);
  const name = stringOf(fields?.['name']);
  const id = snowflakeOf(fields?.['id']);
  return name === null || name === '' ? null : id === null ? name : `${name}:${id}`;
}

function wordsOf(part: DiscordPart): Readonly<Record<string, unknown>> {
  const components = (part.buttons ?? []).map((row, index) => ({ type: 1, components: componentsOf(row, index) }));
  return { content: part.markdown ?? part.text, components, allowed_mentions: ALLOWED_MENTIONS };
}

/** A row of buttons; one of more than five as a list to choose from, which has no links. */
function componentsOf(row: readonly Button[], rowIndex: number): Readonly<Record<string, unknown>>[] {
  if (row.length <= MOST_BUTTONS) {
    return row.map((button, index) =>
      'url' in button
        ? { type: BUTTON, style: LINK, label: button.label, url: button.url }
        : { type: BUTTON, style: PRIMARY, label: button.label, custom_id: customIdOf(rowIndex, index, button.data) },
    );
  }
  const options = row.flatMap((button, index) =>
    'url' in button ? [] : [{ label: button.label, value: customIdOf(rowIndex, index, button.data) }],
  );
  return [{ type: SELECT, custom_id: customIdOf(rowIndex, 0, 'list'), options }];
}

function referenceOf(request: SendRequest, channelId: string): Readonly<Record<string, unknown>> | null {
  const answered = request.replyToExternalId === undefined ? null : messageOfKey(request.replyToExternalId);
  if (answered === null || answered.channelId !== channelId) return null;
  return { type: 0, message_id: answered.messageId, channel_id: channelId, fail_if_not_exists: false };
}

/** The files of a part; `broken`: why one of them did not open. */
function uploadsOf(
  part: DiscordPart,
  files: FileSource,
): { list: DiscordUpload[]; broken(): { error: unknown } | null } {
  let broken: { error: unknown } | null = null;
  const list = (part.files ?? []).map(({ blobId, fileName, mime, sizeBytes, kind }, index) => ({
    name: fileName ?? `${kind}-${index + 1}`,
    contentType: mime ?? 'application/octet-stream',
    sizeBytes,
    async *open() {
      try {
        yield* files.open(blobId);
      } catch (error) {
        broken = { error };
        throw error;
      }
    },
  }));
  return { list, broken: () => broken };
}

/** Shows "is typing" for about ten seconds. @throws {DiscordCallError} the caller may ignore. */
export async function showTyping(rest: DiscordRest, threadKey: string, signal: AbortSignal): Promise<void> {
  await rest.call('POST', `/channels/${parseThreadKey(threadKey).channelId}/typing`, undefined, signal);
}
