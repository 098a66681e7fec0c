import type { SendOutcome } from '../../src/core/model/outbound.ts';
import type { FileSource, SendRequest } from '../../src/core/ports/channel.ts';
import { recordOf, stringOf } from '../shared/read-unknown.ts';
import { isGone, isTooLate, outcomeOf } from './errors.ts';
import { wordsFor } from './form.ts';
import { type MessageAddress, messageKeyOf, messageOfKey, parseThreadKey, snowflakeOf } from './ids.ts';
import { customIdOf, type DiscordPart, readPart } from './part.ts';
import { DiscordCallError, type DiscordRest, type DiscordUpload } from './transport/ports.ts';

/** Nobody is ever called by what we send: not by a mention in it, nor by being answered (resources/message#allowed-mentions-object). */
const ALLOWED_MENTIONS = { parse: [], replied_user: false } as const;
/** A message that only its reader sees. */
const EPHEMERAL = 1 << 6;
const BUTTON = 2;
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
    if (uploads.broken()) return { kind: 'invalid', reason: 'a file of this message does not open any more' };
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
  const rows = part.buttons ?? [];
  const components = rows.map((row, rowIndex) => ({
    type: 1,
    components: row.map((button, index) =>
      'url' in button
        ? { type: BUTTON, style: LINK, label: button.label, url: button.url }
        : { type: BUTTON, style: PRIMARY, label: button.label, custom_id: customIdOf(rowIndex, index, button.data) },
    ),
  }));
  return { content: part.markdown ?? part.text, components, allowed_mentions: ALLOWED_MENTIONS };
}

function referenceOf(request: SendRequest, channelId: string): Readonly<Record<string, unknown>> | null {
  const answered = request.replyToExternalId === undefined ? null : messageOfKey(request.replyToExternalId);
  if (answered === null || answered.channelId !== channelId) return null;
  return { type: 0, message_id: answered.messageId, channel_id: channelId, fail_if_not_exists: false };
}

/** The files of a part; `broken` once one of them did not open. */
function uploadsOf(part: DiscordPart, files: FileSource): { list: DiscordUpload[]; broken(): boolean } {
  let isBroken = false;
  const list = (part.files ?? []).map(({ blobId, fileName, mime, sizeBytes, kind }, index) => ({
    name: fileName ?? `${kind}-${index + 1}`,
    contentType: mime ?? 'application/octet-stream',
    sizeBytes,
    async *open() {
      try {
        yield* files.open(blobId);
      } catch (error) {
        isBroken = true;
        throw error;
      }
    },
  }));
  return { list, broken: () => isBroken };
}

/** Shows "is typing" for about ten seconds. @throws {DiscordCallError} the caller may ignore. */
export async function showTyping(rest: DiscordRest, threadKey: string, signal: AbortSignal): Promise<void> {
  await rest.call('POST', `/channels/${parseThreadKey(threadKey).channelId}/typing`, undefined, signal);
}

/**
 * Ends the wait of an interaction once it is stored: a press needs no words, a form gets a line that only its sender sees, in place of
 * the sign that it is being taken. @throws {DiscordCallError}
 */
export async function answerInteraction(
  rest: DiscordRest,
  what: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<void> {
  const id = snowflakeOf(what['interactionId']);
  const token = stringOf(what['interactionToken']);
  if (id === null || token === null) return;
  if (what['kind'] !== 'form') return respond(rest, { id, token }, { type: 6 }, signal);
  const thread = snowflakeOf(what['privateThreadId']);
  const { received } = wordsFor(stringOf(what['locale']) ?? '');
  const words = {
    content: thread === null ? received : `${received} <#${thread}>`,
    allowed_mentions: ALLOWED_MENTIONS,
  };
  const applicationId = snowflakeOf(what['applicationId']);
  const first = (): Promise<void> =>
    respond(rest, { id, token }, { type: 4, data: { ...words, flags: EPHEMERAL } }, signal);
  if (applicationId === null) return first();
  try {
    const path = `/webhooks/${applicationId}/${encodeURIComponent(token)}/messages/@original`;
    await rest.call('PATCH', path, { json: words }, signal);
  } catch (error) {
    if (!(error instanceof DiscordCallError) || error.status !== 404) throw error;
    // Nobody showed that it is being taken: this is the first answer.
    await first();
  }
}

/** The first answer to an interaction; one that came too late or twice is no error. @throws {DiscordCallError} */
export async function respond(
  rest: DiscordRest,
  { id, token }: { id: string; token: string },
  answer: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await rest.call('POST', `/interactions/${id}/${encodeURIComponent(token)}/callback`, { json: answer }, signal);
  } catch (error) {
    if (!(error instanceof DiscordCallError) || !isTooLate(error)) throw error;
  }
}
