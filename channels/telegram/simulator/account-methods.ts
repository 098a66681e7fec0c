import { connectionObject } from './business-updates.ts';
import { fileFields } from './file-store.ts';
import type { MethodContext, MethodResult } from './method.ts';
import type { Parameters } from './request-body.ts';
import { botUser } from './sent-messages.ts';
import { badRequest } from './text-checks.ts';

/** Larger files cannot be fetched (Bot API, getFile: 20 MB). */
const MAX_DOWNLOAD_BYTES = 20 * 1_024 * 1_024;
const FILE_ID = /^[A-Za-z0-9_-]{20,}$/u;

export function getMe(_: Parameters, { bot }: MethodContext): MethodResult {
  const result = {
    ...botUser(bot),
    can_join_groups: true,
    can_read_all_group_messages: bot.readsAllGroupMessages,
    supports_inline_queries: false,
    can_connect_to_business: true,
  };
  return { result };
}

/** Tells the path of a file, good for an hour under `/file/bot<token>/`. */
export function getFile(parameters: Parameters, { bot, files }: MethodContext): MethodResult {
  const fileId = parameters['file_id'];
  if (typeof fileId !== 'string' || fileId === '') return { refusal: badRequest('file_id not specified') };
  if (!FILE_ID.test(fileId)) return { refusal: badRequest('invalid file_id') };
  const file = files.find(bot.id, fileId);
  if (file === null || (file.content === null && file.sizeBytes <= MAX_DOWNLOAD_BYTES)) {
    return { refusal: badRequest('wrong file_id or the file is temporarily unavailable') };
  }
  if (file.sizeBytes > MAX_DOWNLOAD_BYTES) return { refusal: badRequest('file is too big') };
  return { result: { ...fileFields(file), file_path: files.link(file) } };
}

export function getBusinessConnection(parameters: Parameters, { bot, world }: MethodContext): MethodResult {
  const id = parameters['business_connection_id'];
  const connection = typeof id === 'string' ? world.businessConnections.get(id) : undefined;
  if (connection?.botId !== bot.id) return { refusal: badRequest('business connection not found') };
  return { result: connectionObject(connection) };
}
