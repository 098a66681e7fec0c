import { integerOf, recordOf, stringOf } from '../../shared/read-unknown.ts';
import type { Bot } from './bot.ts';
import type { Chat } from './world.ts';

/**
 * Whether the bot is given this message. Thrown out of a group it hears nothing; in privacy mode it sees of a group's
 * talk only commands, mentions of itself and answers to itself, unless it is an administrator
 * (core.telegram.org/bots/features, privacy mode).
 */
export function sees(bot: Bot, chat: Chat, message: Readonly<Record<string, unknown>>): boolean {
  if (chat.type === 'private') return true;
  if (chat.blocked.has(bot.id)) return false;
  if (bot.readsAllGroupMessages || chat.admins.has(bot.id)) return true;
  const answered = recordOf(message['reply_to_message']);
  if (integerOf(recordOf(answered?.['from'])?.['id']) === bot.id) return true;
  const text = stringOf(message['text']) ?? stringOf(message['caption']) ?? '';
  const entities = message['entities'] ?? message['caption_entities'];
  return Array.isArray(entities) && entities.some((entity) => names(bot, text, recordOf(entity)));
}

function names(bot: Bot, text: string, entity: Readonly<Record<string, unknown>> | null): boolean {
  const offset = integerOf(entity?.['offset']) ?? 0;
  const part = text.slice(offset, offset + (integerOf(entity?.['length']) ?? 0)).toLowerCase();
  const handle = `@${bot.username.toLowerCase()}`;
  switch (entity?.['type']) {
    case 'bot_command':
      return !part.includes('@') || part.endsWith(handle);
    case 'mention':
      return part === handle;
    case 'text_mention':
      return integerOf(recordOf(entity['user'])?.['id']) === bot.id;
    default:
      return false;
  }
}
