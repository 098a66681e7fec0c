import { post } from '../posting.ts';
import { pingsOf, viewMessage } from '../views.ts';
import { type Channel, type Message, type StoredAttachment, THREAD_TYPES } from '../world.ts';
import { emptyMessage, invalidForm, tooLarge, unknownMessage } from './errors.ts';
import { checkComponents, checkContent, checkEmbeds, checkNonce, listOf, recordOf } from './message-checks.ts';
import type { RestAnswer, RestContext, RestRequest } from './route.ts';

/** How long a nonce is remembered; the platform says "the past few minutes". */
const NONCE_MS = 180_000;
const MAX_FILES = 10;
const EPHEMERAL = 1 << 6;

/** Files of a request with what `attachments` says of them. @throws {ApiError} */
export function uploadsOf(request: Pick<RestRequest, 'body' | 'files'>, rest: RestContext): StoredAttachment[] {
  if (request.files.length > MAX_FILES) {
    throw invalidForm('attachments', 'BASE_TYPE_MAX_LENGTH', 'Must be 10 or fewer in length.');
  }
  const said = listOf(request.body['attachments']).map(recordOf);
  return request.files.map((file) => {
    if (file.bytes.byteLength > rest.maxFileBytes()) throw tooLarge();
    const about = said.find((one) => String(one['id']) === String(file.index));
    const filename = typeof about?.['filename'] === 'string' ? about['filename'] : file.filename;
    return {
      id: rest.context.world.newId(),
      // As the platform does to names of files.
      filename: filename.replaceAll(/[^\p{L}\p{N}._-]+/gu, '_'),
      contentType: file.contentType,
      bytes: file.bytes,
      description: typeof about?.['description'] === 'string' ? about['description'] : null,
    };
  });
}

/** Checks what a bot wants to say and says it; logged with whom it pings. @throws {ApiError} */
export function say(
  request: Pick<RestRequest, 'body' | 'files'>,
  channel: Channel,
  rest: RestContext,
  extra: Partial<Message> = {},
): Message {
  const { body } = request;
  const content = checkContent(body['content']);
  const nonce = checkNonce(body['nonce']);
  const embeds = checkEmbeds(body['embeds']);
  const components = checkComponents(body['components']);
  const attachments = uploadsOf(request, rest);
  const stickers = listOf(body['sticker_ids']).map((id) => ({ id, name: 'sticker', format_type: 1 }));
  if (content === '' && embeds.length + attachments.length + stickers.length + components.length === 0) {
    throw emptyMessage();
  }
  const allowed = body['allowed_mentions'];
  const allowedMentions = typeof allowed === 'object' && allowed !== null ? recordOf(allowed) : null;
  const referenceId = referenceOf(body, channel, rest);
  const flags = typeof body['flags'] === 'number' ? body['flags'] : 0;
  // An archived thread comes back when somebody writes in it.
  if (THREAD_TYPES.has(channel.type)) channel.archived = false;
  const message = post({ context: rest.context, hub: rest.hub }, channel, {
    authorId: rest.context.botId,
    content,
    nonce,
    embeds,
    components,
    attachments,
    stickers,
    referenceId,
    allowedMentions,
    flags: flags & ~EPHEMERAL,
    ...extra,
  });
  const answered = referenceId === null ? null : rest.context.world.findMessage(channel.id, referenceId);
  rest.log.message({
    atMs: message.createdMs,
    id: message.id,
    channelId: channel.id,
    content,
    nonce,
    referenceId,
    allowedMentions: allowed ?? null,
    pings: pingsOf(message, answered?.authorId ?? null),
    files: attachments.map(({ filename, bytes }) => ({ filename, bytes })),
  });
  return message;
}

function referenceOf(body: RestRequest['body'], channel: Channel, rest: RestContext): string | null {
  const reference = recordOf(body['message_reference']);
  const id = reference['message_id'];
  if (typeof id !== 'string') return null;
  if (rest.context.world.findMessage(channel.id, id) !== null) return id;
  if (reference['fail_if_not_exists'] === false) return null;
  throw invalidForm('message_reference', 'REPLIES_UNKNOWN_MESSAGE', 'Unknown message');
}

/** POST /channels/:id/messages with its nonce: one said before is answered with the message it made. @throws {ApiError} */
export function createOnce(request: RestRequest, channel: Channel, rest: RestContext): RestAnswer {
  const { context, nonces } = rest;
  const nonce = checkNonce(request.body['nonce']);
  const isKept = nonce !== null && request.body['enforce_nonce'] === true;
  const key = `${context.botId} ${String(nonce)}`;
  const known = isKept ? nonces.get(key) : undefined;
  if (known !== undefined && context.clock.nowMs() - known.atMs <= NONCE_MS) {
    rest.log.deduplicate();
    const first = context.world.findMessage(known.channelId, known.messageId);
    if (first === null) throw unknownMessage();
    return { body: viewMessage(context, first) };
  }
  const message = say(request, channel, rest);
  // Any nonce is remembered; only the later call says whether it is to be enforced.
  if (nonce !== null) nonces.set(key, { messageId: message.id, channelId: channel.id, atMs: context.clock.nowMs() });
  return { body: viewMessage(context, message) };
}
