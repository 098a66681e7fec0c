import { integerOf } from '../../shared/read-unknown.ts';
import type { DrawnFaults } from './faults.ts';
import type { UpdateRecord, WritableLog } from './platform-log.ts';
import { createUpdateQueue, type UpdateQueue } from './update-queue.ts';
import { createWebhookSender, type WebhookSender, type WebhookTarget, type WebhookTimes } from './webhook-sender.ts';

export interface BotOptions {
  token: string;
  username: string;
  name: string;
  readsAllGroupMessages: boolean;
}

/** One bot at the platform: who it is, and where its updates go. */
export interface Bot extends BotOptions {
  id: number;
  queue: UpdateQueue;
  allowedUpdates: readonly string[];
  /** Null while the bot polls. */
  webhook(): WebhookSender | null;
  setWebhook(target: WebhookTarget): void;
  deleteWebhook(): void;
  /** Makes an update of this kind and hands it out. Null when the bot did not ask for the kind. */
  publish(kind: string, content: object, about: UpdateAbout): UpdateRecord | null;
  /** Hands out a whole update as it is; counting goes on from its `update_id` if it has one. */
  publishRaw(update: Readonly<Record<string, unknown>>): UpdateRecord;
  stop(): void;
}

export interface UpdateAbout {
  chatId: number | null;
  messageId: number | null;
  text: string | null;
}

/** Kinds that come only when asked for by name (Bot API, getUpdates, allowed_updates). */
const ONLY_WHEN_ASKED = new Set(['chat_member', 'message_reaction', 'message_reaction_count']);

export function createBot(
  options: BotOptions,
  times: WebhookTimes,
  log: WritableLog,
  faults: DrawnFaults,
  random: () => number,
): Bot {
  const id = Number(options.token.slice(0, options.token.indexOf(':')));
  const queue = createUpdateQueue(log, faults);
  let sender: WebhookSender | null = null;
  // Real ids begin anywhere; room is left above for counting.
  let nextUpdateId = 100_000_000 + Math.floor(random() * 800_000_000);

  const handOut = (record: UpdateRecord, json: string): UpdateRecord => {
    const update = { record, json };
    queue.push(update);
    sender?.push(update);
    return record;
  };

  const bot: Bot = {
    ...options,
    id,
    queue,
    allowedUpdates: [],
    webhook: () => sender,
    setWebhook(target) {
      sender?.stop();
      queue.interrupt('Conflict: terminated by setWebhook request');
      sender = createWebhookSender(target, times, log, faults, (update) => queue.remove(update));
      for (const update of queue.pending.values()) sender.push(update);
    },
    deleteWebhook() {
      sender?.stop();
      sender = null;
    },
    publish(kind, content, about) {
      const wanted = bot.allowedUpdates.length === 0 ? !ONLY_WHEN_ASKED.has(kind) : bot.allowedUpdates.includes(kind);
      if (!wanted) return null;
      const updateId = nextUpdateId;
      nextUpdateId += 1;
      const record = log.update({ updateId, botId: id, kind, ...about });
      return handOut(record, `{"update_id":${updateId},${JSON.stringify(kind)}:${JSON.stringify(content)}}`);
    },
    publishRaw(update) {
      const given = integerOf(update['update_id']);
      const updateId = given ?? nextUpdateId;
      nextUpdateId = updateId + 1;
      const kind = Object.keys(update).find((key) => key !== 'update_id') ?? 'raw';
      const record = log.update({ updateId, botId: id, kind, chatId: null, messageId: null, text: null });
      return handOut(record, JSON.stringify({ ...update, update_id: updateId }));
    },
    stop() {
      sender?.stop();
      queue.interrupt('Conflict: terminated by the server going down');
    },
  };
  return bot;
}
