import { integerOf, recordOf } from '../shared/read-unknown.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Who the bot is. `username` is null until Telegram told us. */
export interface BotIdentity {
  id: number;
  username: string | null;
}

/** Commands that address a support bot even without its name behind them. */
const OWN_COMMANDS = new Set(['/start', '/help', '/support']);

/**
 * Whether a group message is meant for the bot: it names it, answers one of its messages, or is a command for it.
 * While the username is not known yet, any name counts: rather one message too many than one lost.
 */
export function isAddressed(message: Fields, text: string, entities: unknown, bot: BotIdentity): boolean {
  if (answersBot(message, bot)) return true;
  if (!Array.isArray(entities)) return false;
  return entities.some((entity) => {
    const fields = recordOf(entity);
    const offset = integerOf(fields?.['offset']);
    const length = integerOf(fields?.['length']);
    if (fields === null || offset === null || length === null) return false;
    const covered = text.slice(offset, offset + length).toLowerCase();
    if (fields['type'] === 'text_mention') return integerOf(recordOf(fields['user'])?.['id']) === bot.id;
    if (fields['type'] === 'mention') return isBotName(covered.slice(1), bot);
    if (fields['type'] !== 'bot_command') return false;
    const [command = '', name] = covered.split('@');
    return name === undefined ? OWN_COMMANDS.has(command) : isBotName(name, bot);
  });
}

function isBotName(name: string, bot: BotIdentity): boolean {
  return bot.username === null || name === bot.username.toLowerCase();
}

function answersBot(message: Fields, bot: BotIdentity): boolean {
  const answered = answeredMessage(message);
  return answered !== null && integerOf(recordOf(answered['from'])?.['id']) === bot.id;
}

/**
 * The message this one answers. In forum topics every message formally answers the note that opened the topic, which is
 * no answer to anybody.
 */
export function answeredMessage(message: Fields): Fields | null {
  const answered = recordOf(message['reply_to_message']);
  if (answered === null || 'forum_topic_created' in answered) return null;
  const isTopicNote = message['is_topic_message'] === true && answered['message_id'] === message['message_thread_id'];
  return isTopicNote ? null : answered;
}
