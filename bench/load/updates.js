/** Updates as Telegram's webhooks carry them: one private chat per customer, about 700 bytes each. */

/** First chat id; a chat is this plus its index. */
export const FIRST_CHAT = 500_000_000;

const SENTENCES = [
  'Hello, I sent a deposit from another exchange two hours ago and it still does not show in my balance.',
  'The explorer says that it has more than forty confirmations and that the transfer went to the right network.',
  'Could somebody please look at it, since I wanted to use the money for an order that closes this evening?',
  'I have already logged out and in again, on the phone and on the laptop, and it is the same on both of them.',
];
/** Bytes of one update, as in the project's performance targets. */
const UPDATE_BYTES = 700;

/** The mark by which a reply is known again; only letters and digits, which no renderer escapes. */
const MARK = /q(\d+)z/;

/** Numbers messages as one chat of Telegram does: what customers and bot write counts up together. */
let lastMessageId = 1_000;
let lastUpdateId = 400_000_000;

export function nextMessageId() {
  lastMessageId += 1;
  return lastMessageId;
}

/**
 * @param {number} number of the message in this run
 * @param {number} chat index of the chat
 * @returns {Buffer} the update
 */
export function updateOf(number, chat) {
  const id = FIRST_CHAT + chat;
  lastUpdateId += 1;
  const person = { id, first_name: `Customer ${chat}`, username: `customer_${chat}` };
  const update = {
    update_id: lastUpdateId,
    message: {
      message_id: nextMessageId(),
      from: { ...person, is_bot: false, language_code: 'en' },
      chat: { ...person, type: 'private' },
      date: Math.floor(Date.now() / 1_000),
      text: '',
    },
  };
  update.message.text = wordsOf(number, UPDATE_BYTES - JSON.stringify(update).length);
  return Buffer.from(JSON.stringify(update));
}

/** The words of a message, with the mark of its number. @param {number} length characters at most */
export function wordsOf(number, length) {
  let text = `q${number}z ${SENTENCES[number % SENTENCES.length]}`;
  for (let next = number + 1; text.length < length; next += 1) text += ` ${SENTENCES[next % SENTENCES.length]}`;
  return text.slice(0, length).trimEnd();
}

/** @returns {number | null} number of the message that a reply's text holds */
export function numberIn(text) {
  const found = MARK.exec(text);
  return found === null ? null : Number(found[1]);
}
