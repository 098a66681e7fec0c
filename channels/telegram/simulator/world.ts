/** A person who uses Telegram. */
export interface Person {
  id: number;
  firstName: string;
  lastName?: string;
  username?: string;
  languageCode?: string;
}

/** A private chat or group at the platform. Ids of messages count per chat. */
export interface Chat {
  id: number;
  type: 'private' | 'group' | 'supergroup';
  title?: string;
  person?: Person;
  /** Bots the person has written to, or that are in the group: only these may write here. */
  bots: Set<number>;
  /** Bots that were blocked or thrown out. */
  blocked: Set<number>;
  deactivated: boolean;
  topics: Set<number>;
  /** Where a group moved to when it became a supergroup. */
  migratedTo: number | null;
  lastMessageId: number;
  /** Messages that exist, by id: who wrote them and what they say now. */
  messages: Map<number, StoredMessage>;
}

export interface StoredMessage {
  fromId: number;
  text: string;
  date: number;
}

export interface World {
  readonly chats: ReadonlyMap<number, Chat>;
  readonly businessConnections: Set<string>;
  /** The chat with this id, made when it is not there yet. */
  privateChat(person: Person): Chat;
  groupChat(id: number, title: string): Chat;
  find(chatId: number): Chat | null;
  nextMessageId(chat: Chat): number;
}

/** Messages kept per chat for replies, edits and deletes; older ones count as gone. */
const MESSAGES_PER_CHAT = 2_000;

export function createWorld(firstMessageId = 1): World {
  const chats = new Map<number, Chat>();
  const make = (id: number, type: Chat['type']): Chat => {
    const chat: Chat = {
      id,
      type,
      bots: new Set(),
      blocked: new Set(),
      deactivated: false,
      topics: new Set(),
      migratedTo: null,
      lastMessageId: firstMessageId - 1,
      messages: new Map(),
    };
    chats.set(id, chat);
    return chat;
  };
  return {
    chats,
    businessConnections: new Set(),
    privateChat(person) {
      const chat = chats.get(person.id) ?? make(person.id, 'private');
      chat.person = person;
      return chat;
    },
    groupChat(id, title) {
      const chat = chats.get(id) ?? make(id, id <= -1_000_000_000_000 ? 'supergroup' : 'group');
      chat.title = title;
      return chat;
    },
    find: (chatId) => chats.get(chatId) ?? null,
    nextMessageId(chat) {
      chat.lastMessageId += 1;
      return chat.lastMessageId;
    },
  };
}

/** Remembers a message; the oldest of a full chat is forgotten. */
export function storeMessage(chat: Chat, messageId: number, message: StoredMessage): void {
  chat.messages.set(messageId, message);
  if (chat.messages.size <= MESSAGES_PER_CHAT) return;
  const oldest = chat.messages.keys().next();
  if (oldest.done !== true) chat.messages.delete(oldest.value);
}

/** A Chat object as the Bot API gives it. */
export function chatObject(chat: Chat): Record<string, unknown> {
  if (chat.person === undefined) return { id: chat.id, type: chat.type, title: chat.title ?? '' };
  const { id, firstName, lastName, username } = chat.person;
  return {
    id,
    type: 'private',
    first_name: firstName,
    ...(lastName === undefined ? {} : { last_name: lastName }),
    ...(username === undefined ? {} : { username }),
  };
}

/** A User object as the Bot API gives it. */
export function userObject(person: Person): Record<string, unknown> {
  return {
    id: person.id,
    is_bot: false,
    first_name: person.firstName,
    ...(person.lastName === undefined ? {} : { last_name: person.lastName }),
    ...(person.username === undefined ? {} : { username: person.username }),
    ...(person.languageCode === undefined ? {} : { language_code: person.languageCode }),
  };
}
