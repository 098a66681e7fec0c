import type { Button } from './reply-markup.ts';

/** A file a bot's message shows. */
export interface SentMedia {
  kind: string;
  fileId: string;
  uniqueId: string;
  sizeBytes: number;
  /** Hex. */
  sha256: string;
  mime: string;
  name: string | null;
}

/** A message of a bot's that exists, or existed, at the platform. */
export interface SentMessage {
  /** Place in the order in which the platform took things, over all chats. */
  order: number;
  atMs: number;
  botId: number;
  chatId: number;
  messageId: number;
  /** As first sent, of media the caption; see `currentText` for edits. */
  text: string;
  entities: readonly unknown[];
  replyToMessageId: number | null;
  topicId: number | null;
  businessId: string | null;
  currentText: string;
  /** The file it shows now; null when it is text or a place. */
  media: SentMedia | null;
  /** Messages with the same one are shown together. */
  mediaGroupId: string | null;
  /** The buttons under it now, in rows. */
  buttons: readonly (readonly Button[])[];
  /** How often it was changed. */
  edits: number;
  /** What the bot, and the customer, put under it now: emoji, or ids of custom ones. */
  reactions: Readonly<{ byBot: readonly string[]; byCustomer: readonly string[] }>;
  deleted: boolean;
  /** False when the bot did not learn that it was taken. */
  answered: boolean;
}

/** One call the platform acted on. Refused calls are not here. */
export interface AcceptedCall {
  order: number;
  atMs: number;
  botId: number;
  method: string;
  chatId: number | null;
  messageId: number | null;
  payload: Readonly<Record<string, unknown>>;
  /** False when the answer was cut, replaced by an error, or never given: the caller cannot know. */
  answered: boolean;
}

/** One update, from its birth until the bot confirmed it. */
export interface UpdateRecord {
  updateId: number;
  botId: number;
  kind: string;
  chatId: number | null;
  messageId: number | null;
  text: string | null;
  createdAtMs: number;
  /** How often it was handed out. */
  deliveries: number;
  ackedAtMs: number | null;
  ackedBy: 'webhook' | 'offset' | 'dropped' | null;
}

/** What happened at the platform: the truth that tests hold the gateway against. */
export interface PlatformLog {
  /** Every bot message that arrived, in order. */
  readonly messages: readonly SentMessage[];
  /** Every call that changed something, in order. */
  readonly calls: readonly AcceptedCall[];
  readonly updates: readonly UpdateRecord[];
  /** Messages that arrived in one chat, in order. */
  messagesIn(chatId: number): SentMessage[];
  /** Calls of a listener end with the returned function. */
  onMessage(listener: (message: SentMessage) => void): () => void;
  /** Told of every update at its birth, before the bot has it. */
  onUpdate(listener: (update: UpdateRecord) => void): () => void;
  onAck(listener: (update: UpdateRecord) => void): () => void;
}

/** The simulator's own side of the log. */
export interface WritableLog extends PlatformLog {
  call(entry: Omit<AcceptedCall, 'order' | 'atMs' | 'answered'>): AcceptedCall;
  message(
    call: AcceptedCall,
    entry: Omit<SentMessage, 'order' | 'atMs' | 'answered' | 'currentText' | 'deleted' | 'edits' | 'reactions'>,
  ): SentMessage;
  update(entry: Omit<UpdateRecord, 'createdAtMs' | 'deliveries' | 'ackedAtMs' | 'ackedBy'>): UpdateRecord;
  acked(update: UpdateRecord, by: 'webhook' | 'offset' | 'dropped'): void;
  /** The answer to this call did not reach the caller. */
  unanswered(call: AcceptedCall): void;
  clear(): void;
}

/** Shared, since most messages have none and there are many messages; replaced as a whole, never changed. */
const NO_REACTIONS: SentMessage['reactions'] = { byBot: [], byCustomer: [] };

/** @param limit Entries kept per list; the oldest tenth goes when it is reached. */
export function createPlatformLog(limit: number): WritableLog {
  let order = 0;
  const messages: SentMessage[] = [];
  const calls: AcceptedCall[] = [];
  const updates: UpdateRecord[] = [];
  const byChat = new Map<number, SentMessage[]>();
  const onMessage = new Set<(message: SentMessage) => void>();
  const onUpdate = new Set<(update: UpdateRecord) => void>();
  const onAck = new Set<(update: UpdateRecord) => void>();

  const keep = <T>(list: T[], entry: T): T => {
    if (list.length >= limit) list.splice(0, Math.ceil(limit / 10));
    list.push(entry);
    return entry;
  };
  return {
    messages,
    calls,
    updates,
    messagesIn: (chatId) => byChat.get(chatId)?.slice() ?? [],
    onMessage(listener) {
      onMessage.add(listener);
      return () => onMessage.delete(listener);
    },
    onUpdate(listener) {
      onUpdate.add(listener);
      return () => onUpdate.delete(listener);
    },
    onAck(listener) {
      onAck.add(listener);
      return () => onAck.delete(listener);
    },
    call: (entry) => keep(calls, { ...entry, order: ++order, atMs: Date.now(), answered: true }),
    message(call, entry) {
      const { order, atMs } = call;
      const message: SentMessage = {
        ...entry,
        order,
        atMs,
        currentText: entry.text,
        edits: 0,
        reactions: NO_REACTIONS,
        deleted: false,
        answered: true,
      };
      keep(messages, message);
      const inChat = byChat.get(entry.chatId);
      if (inChat === undefined) byChat.set(entry.chatId, [message]);
      else keep(inChat, message);
      for (const listener of onMessage) listener(message);
      return message;
    },
    update(entry) {
      const update = keep(updates, {
        ...entry,
        createdAtMs: Date.now(),
        deliveries: 0,
        ackedAtMs: null,
        ackedBy: null,
      });
      for (const listener of onUpdate) listener(update);
      return update;
    },
    acked(update, by) {
      if (update.ackedAtMs !== null) return;
      update.ackedAtMs = Date.now();
      update.ackedBy = by;
      for (const listener of onAck) listener(update);
    },
    unanswered(call) {
      call.answered = false;
      const messages = byChat.get(call.chatId ?? 0) ?? [];
      // An album is several messages of one call.
      for (let at = messages.length - 1; at >= 0; at -= 1) {
        const message = messages[at];
        if (message === undefined || message.order < call.order) return;
        if (message.order === call.order) message.answered = false;
      }
    },
    clear() {
      messages.length = 0;
      calls.length = 0;
      updates.length = 0;
      byChat.clear();
    },
  };
}
