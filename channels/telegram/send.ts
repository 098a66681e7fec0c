import type { SendOutcome } from '../../src/core/model/outbound.ts';
import type { FileSource, SendRequest } from '../../src/core/ports/channel.ts';
import { outcomeOfFile } from '../shared/file-trouble.ts';
import { integerOf, recordOf } from '../shared/read-unknown.ts';
import { type ApiCall, deleteCall, editCall, placeOf, reactCall, sendCall, targetOf, UploadFailed } from './calls.ts';
import { isAlreadyDone, isFormattingRefused, outcomeOf, TelegramCallError } from './errors.ts';
import { messageKeyOf, messageOfKey, parseThreadKey, type ThreadAddress } from './ids.ts';
import { readPart, type TelegramPart } from './part.ts';
import { CALL_TIMEOUT_MS, type TelegramApi } from './transport/api.ts';

/** Slowest way to Telegram that an upload is given time for, bytes a second. */
const UPLOAD_BYTES_PER_SECOND = 256 * 1024;

/** Longest a call with these uploads may take, ms. */
export function callTimeMs(uploadBytes: number): number {
  return CALL_TIMEOUT_MS + Math.ceil((uploadBytes * 1_000) / UPLOAD_BYTES_PER_SECOND);
}

/** Performs one row of the outbox at Telegram. Trouble is an outcome; a throw means that the request makes no sense. */
export async function sendToTelegram(
  api: TelegramApi,
  files: FileSource,
  request: SendRequest,
  signal: AbortSignal,
): Promise<SendOutcome> {
  const place = parseThreadKey(request.threadKey);
  if (request.targetExternalId !== undefined && messageOfKey(request.targetExternalId) === null) {
    return { kind: 'invalid', reason: 'a press or a vote is no message at Telegram' };
  }
  if (request.action !== 'send' && targetOf(request).chatId !== place.chatId) {
    return { kind: 'invalid', reason: 'the message was written before the group moved to a new address' };
  }
  if (request.action === 'react' && place.businessId !== undefined) {
    // The method knows no business connections: it would react to the message of that number in our own chat.
    return { kind: 'invalid', reason: 'Telegram lets no bot react in the chats of a business' };
  }
  const part = request.action === 'delete' ? { text: '' } : readPart(request.part);
  const perform = async (as: TelegramPart): Promise<SendOutcome> => {
    const call = await callFor(request, place, as, files);
    return sentAs(request, place, await performCall(api, call, signal));
  };
  try {
    return await perform(part);
  } catch (error) {
    if (error instanceof UploadFailed) return outcomeOfFile(error.cause);
    if (!(error instanceof TelegramCallError)) throw error;
    if (part.entities === undefined || !isFormattingRefused(error.failure)) return settled(error, request, place);
  }
  // Refused for its formatting, so surely not sent: the words matter more than how they look.
  const { entities: _refused, ...withoutEntities } = part;
  try {
    return await perform(withoutEntities);
  } catch (error) {
    if (error instanceof UploadFailed) return outcomeOfFile(error.cause);
    if (!(error instanceof TelegramCallError)) throw error;
    return settled(error, request, place);
  }
}

/**
 * One call. A file that does not open in its middle ends it, before the platform has a whole request. @throws {UploadFailed} then,
 * {@link TelegramCallError}
 */
async function performCall(api: TelegramApi, call: ApiCall, signal: AbortSignal): Promise<unknown> {
  const { method, payload, uploadBytes, uploads } = call;
  if (uploads.length === 0) return api.call(method, payload, signal);
  const broken = new AbortController();
  // Without a listener its error would end the process.
  for (const source of uploads) source.on('error', (error) => broken.abort(error));
  try {
    return await api.call(method, payload, AbortSignal.any([signal, broken.signal]), callTimeMs(uploadBytes));
  } catch (error) {
    if (!broken.signal.aborted) throw error;
    throw new UploadFailed('a file of this message broke off', { cause: broken.signal.reason });
  } finally {
    for (const source of uploads) source.destroy();
  }
}

/** Shows "is typing" for about five seconds. @throws {TelegramCallError} the caller may ignore. */
export async function showTyping(api: TelegramApi, threadKey: string, signal: AbortSignal): Promise<void> {
  await api.call('sendChatAction', { ...placeOf(parseThreadKey(threadKey)), action: 'typing' }, signal);
}

/** Ends the waiting sign on a pressed button; a late answer is refused by Telegram and that is no harm. @throws {TelegramCallError} */
export async function answerPress(
  api: TelegramApi,
  what: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<void> {
  await api.call('answerCallbackQuery', { callback_query_id: what['callbackQueryId'] }, signal);
}

function callFor(
  request: SendRequest,
  place: ThreadAddress,
  part: TelegramPart,
  files: FileSource,
): ApiCall | Promise<ApiCall> {
  switch (request.action) {
    case 'send':
      return sendCall(request, place, part, files);
    case 'edit':
      return editCall(request, part);
    case 'delete':
      return deleteCall(request);
    case 'react':
      return reactCall(request, part);
    default:
      throw new TypeError(`Telegram knows no action ${String(request.action satisfies never)}`);
  }
}

function sentAs(request: SendRequest, place: ThreadAddress, result: unknown): SendOutcome {
  if (request.action !== 'send') return { kind: 'sent', externalId: request.targetExternalId ?? null };
  const business = place.businessId === undefined ? {} : { businessId: place.businessId };
  const [externalId, ...more] = (Array.isArray(result) ? result : [result]).flatMap((message: unknown) => {
    const messageId = integerOf(recordOf(message)?.['message_id']);
    // Zero stands for a message that Telegram will send later, and names none.
    return messageId === null || messageId === 0
      ? []
      : [messageKeyOf({ chatId: place.chatId, messageId, ...business })];
  });
  return {
    kind: 'sent',
    externalId: externalId ?? null,
    ...(more.length === 0 ? {} : { moreExternalIds: more }),
  };
}

function settled(error: TelegramCallError, request: SendRequest, place: ThreadAddress): SendOutcome {
  return isAlreadyDone(error.failure, request.action)
    ? { kind: 'sent', externalId: request.targetExternalId ?? null }
    : outcomeOf(error.failure, request.action, place);
}
