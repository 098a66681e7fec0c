/** A person who uses Telegram. */
export interface Person {
  id: number;
  firstName: string;
  lastName?: string;
  username?: string;
  languageCode?: string;
}

/** What a business lets the bot do in its name (Bot API, BusinessBotRights). */
export interface BusinessRights {
  can_reply?: boolean;
  can_read_messages?: boolean;
  can_delete_sent_messages?: boolean;
  can_delete_all_messages?: boolean;
}

/** A business account that lets a bot write for it. */
export interface BusinessConnection {
  readonly id: string;
  readonly owner: Person;
  readonly botId: number;
  readonly date: number;
  isEnabled: boolean;
  rights: BusinessRights;
  /** The chats of its customers, by customer: apart from the bot's own chats with the same people and ids. */
  chats: Map<number, Chat>;
}

/** A private chat or group at the platform. Ids of messages count per chat. */
export interface Chat {
  id: number;
  /** Null but in chats of a business, where it names the connection. */
  businessId: string | null;
  /** When the person last wrote, in the platform's seconds: a business may answer for a day. */
  lastWrittenAt: number;
  type: 'private' | 'group' | 'supergroup';
  title?: string;
  person?: Person;
  /** Bots the person has written to, or that are in the group: only these may write here. */
  bots: Set<number>;
  /** Bots that were blocked or thrown out. */
  blocked: Set<number>;
  deactivated: boolean;
  /** Bots that are administrators. */
  admins: Set<number>;
  topics: Set<number>;
  /** Where a group moved to when it became a supergroup. */
  migratedTo: number | null;
  lastMessageId: number;
  /** Messages that exist, by id: who wrote them and what they say now. */
  messages: Map<number, StoredMessage>;
}

export interface StoredMessage {
  fromId: number;
  /** The text, or the caption. */
  text: string;
  date: number;
  /** Whoever wrote it when that is a person; the bot knows itself. */
  author?: Person;
  /** The content's fields when it is not plain text alone; they hold text or caption as well. */
  content?: Readonly<Record<string, unknown>>;
  /** Fields about the message that stay with it through edits: topic, album, origin, what it answers. */
  about?: Readonly<Record<string, unknown>>;
  /** The keyboard under it. */
  markup?: Readonly<Record<string, unknown>>;
  editDate?: number;
  /** Reactions on it, by who reacted. */
  reactions?: Map<number, readonly object[]>;
}

export interface World {
  readonly chats: ReadonlyMap<number, Chat>;
  readonly businessConnections: Map<string, BusinessConnection>;
  /** The chat with this id, made when it is not there yet. */
  privateChat(person: Person): Chat;
  groupChat(id: number, title: string): Chat;
  /** The chat of this customer with the business. */
  businessChat(connection: BusinessConnection, person: Person): Chat;
  find(chatId: number): Chat | null;
  nextMessageId(chat: Chat): number;
}

/** Messages kept per chat for replies, edits and deletes; older ones count as gone. */
const MESSAGES_PER_CHAT = 2_000;

export function createWorld(firstMessageId = 1): World {
  const chats = new Map<number, Chat>();
  const blank = (id: number, type: Chat['type']): Chat => ({
    id,
    businessId: null,
    lastWrittenAt: 0,
    type,
    bots: new Set(),
    blocked: new Set(),
    deactivated: false,
    admins: new Set(),
    topics: new Set(),
    migratedTo: null,
    lastMessageId: firstMessageId - 1,
    messages: new Map(),
  });
  const make = (id: number, type: Chat['type']): Chat => {
    const chat = blank(id, type);
    chats.set(id, chat);
    return chat;
  };
  return {
    chats,
    businessConnections: new Map(),
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
    businessChat(connection, person) {
      const chat = connection.chats.get(person.id) ?? { ...blank(person.id, 'private'), businessId: connection.id };
      chat.person = person;
      connection.chats.set(person.id, chat);
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
  if (chat.person === undefined) {
    const forum = chat.topics.size > 0 ? { is_forum: true } : {};
    return { id: chat.id, type: chat.type, title: chat.title ?? '', ...forum };
  }
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
