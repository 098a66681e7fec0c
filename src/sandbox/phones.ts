import type { SentMessage, TelegramSimulator, UpdateRecord } from '../../channels/telegram/simulator/index.ts';
import { Refused } from '../core/errors.ts';
import type { BegunChat } from './begun-chats.ts';
import type { Phone, PhoneLanguage, PhoneMessage, PhoneThing } from './contract.ts';
import { createPhoneContents, type PhonePicture } from './phone-contents.ts';
import { type Customer, READY_CUSTOMERS } from './ready-customers.ts';
import { makeSample } from './samples.ts';
import { watchCalls } from './watch-calls.ts';

/** Messages kept per phone. */
const KEPT = 200;
/** Customers who are added get numbers from here on; those who write through the simulator's own door bring theirs. */
const FIRST_ADDED = 2001;
/** Customers at most: everything about them is sent to the page. */
const MOST_PHONES = 60;
/** Calls that change a message that is there. */
const AMENDS = /^(?:edit|delete)|^setMessageReaction$/;

/** A chat as its phone shows it. */
interface Chat {
  customer: Customer;
  blocked: boolean;
  entries: Entry[];
}

/** Written by the customer (`update` tells whether the gateway confirmed it), by us (`sent`), or in an earlier run. */
interface Entry {
  id: number;
  atMs: number;
  text: string;
  edited: boolean;
  update: UpdateRecord | null;
  sent: SentMessage | null;
  kept: Pick<PhoneMessage, 'from' | 'deleted' | 'things'> | null;
}

/** The phones of all customers: what they wrote, and what came back. */
export interface Phones {
  list(): Phone[];
  add(name: string, language: PhoneLanguage): Phone;
  say(id: number, text: string): void;
  /** Sends a small, real thing of that kind. */
  send(id: number, thing: PhoneThing): Promise<void>;
  /** Presses the button with this label below a message of ours. */
  press(id: number, message: number, button: string): void;
  /** Puts a reaction on a message, in place of an earlier one; null takes it back. */
  react(id: number, message: number, emoji: string | null): void;
  /** What a message shows, as a picture. @throws {Refused} when it shows none */
  picture(id: number, message: number): PhonePicture;
  edit(id: number, message: number, text: string): void;
  block(id: number, blocked: boolean): void;
  /** Ends the listening. */
  close(): void;
}

export interface PhonesOptions {
  simulator: TelegramSimulator;
  /** Phones of an earlier run. */
  kept: readonly Phone[];
  /** Who has written to the bot, as the store knows. */
  begun: readonly BegunChat[];
  onChange(): void;
}

/** Puts phones into the hands of simulated customers. */
export function createPhones({ simulator, kept, begun, onChange }: PhonesOptions): Phones {
  const chats = new Map<number, Chat>();
  const contents = createPhoneContents(simulator);

  const open = (customer: Customer): Chat => {
    const chat: Chat = { customer, blocked: false, entries: [] };
    chats.set(customer.id, chat);
    return chat;
  };
  const chatOf = (id: number): Chat => {
    const chat = chats.get(id);
    if (chat === undefined) {
      throw new Refused('not_found', `there is no customer ${id} in the sandbox`, {
        mend: 'choose one of the list, or add one',
      });
    }
    return chat;
  };
  const handOf = ({ customer }: Chat): ReturnType<TelegramSimulator['customer']> =>
    simulator.customer(customer.id, { firstName: customer.name, languageCode: customer.language });

  for (const phone of kept) {
    const chat = open({ id: phone.id, name: phone.name, language: phone.language });
    chat.entries = phone.messages.map((message) => ({
      id: message.id,
      atMs: Date.parse(message.at),
      text: message.text,
      edited: message.edited,
      update: null,
      sent: null,
      // Their pictures went with that run; what they were is still said.
      kept: {
        from: message.from,
        deleted: message.deleted,
        things: message.things.map((thing) => ({ ...thing, picture: false })),
      },
    }));
    if (chat.entries.length > 0) {
      const messages = chat.entries.map((entry) => ({
        messageId: entry.id,
        byBot: entry.kept?.from === 'support',
        text: entry.text,
        atMs: entry.atMs,
      }));
      handOf(chat).restore(messages);
    }
    if (phone.blocked) {
      chat.blocked = true;
      handOf(chat).block();
    }
  }
  if (chats.size === 0) for (const customer of READY_CUSTOMERS) open(customer);
  for (const { id, name } of begun) {
    const chat = chats.get(id) ?? open({ id, name, language: 'en' });
    if (chat.entries.length === 0) handOf(chat).restore([]);
  }

  const append = (chat: Chat, entry: Entry): void => {
    chat.entries.push(entry);
    if (chat.entries.length > KEPT) chat.entries.shift();
    onChange();
  };

  const stops = [
    simulator.log.onUpdate((update) => {
      const { chatId, messageId, text } = update;
      if (chatId === null || chatId <= 0 || messageId === null || text === null) return;
      const chat = chats.get(chatId) ?? open({ id: chatId, name: `Customer ${chatId}`, language: 'en' });
      const earlier = chat.entries.find((entry) => entry.id === messageId);
      if (update.kind === 'edited_message' && earlier !== undefined) {
        Object.assign(earlier, { text, edited: true, update });
        onChange();
      } else if (update.kind === 'message') {
        const atMs = update.createdAtMs;
        append(chat, { id: messageId, atMs, text, edited: false, update, sent: null, kept: null });
      }
    }),
    simulator.log.onMessage((sent) => {
      const chat = chats.get(sent.chatId);
      if (chat === undefined) return;
      const { messageId: id, atMs, text } = sent;
      append(chat, { id, atMs, text, edited: false, update: null, sent, kept: null });
    }),
    simulator.log.onAck(onChange),
    watchCalls(simulator.log, ({ method }) => AMENDS.test(method), onChange),
  ];

  const show = ({ customer, blocked, entries }: Chat): Phone => {
    const shown = entries.length === 0 ? undefined : contents.of(customer.id);
    return {
      id: customer.id,
      name: customer.name,
      language: customer.language,
      blocked,
      messages: entries.map((entry) => {
        const about = shown?.get(entry.id);
        return {
          id: entry.id,
          from: entry.kept?.from ?? (entry.sent === null ? 'customer' : 'support'),
          text: entry.sent?.currentText ?? entry.text,
          things: entry.kept?.things ?? about?.things ?? [],
          album: about?.album ?? null,
          buttons: about?.buttons ?? [],
          reactions: about?.reactions ?? [],
          repliesTo: entry.sent?.replyToMessageId ?? null,
          at: new Date(entry.atMs).toISOString(),
          edited: entry.edited || (entry.sent !== null && entry.sent.currentText !== entry.text),
          deleted: entry.sent?.deleted ?? entry.kept?.deleted ?? false,
          taken: entry.update === null || entry.update.ackedAtMs !== null,
          answered: entry.sent?.answered ?? true,
        };
      }),
    };
  };
  /** As on a phone: who writes has unblocked. */
  const unblocked = (chat: Chat): Chat => {
    if (chat.blocked) {
      chat.blocked = false;
      handOf(chat).unblock();
    }
    return chat;
  };

  return {
    list: () => [...chats.values()].map(show),
    add(name, language) {
      if (chats.size >= MOST_PHONES) {
        throw new Refused('invalid', `the sandbox has ${MOST_PHONES} customers, and holds no more`, {
          mend: 'write as one of them',
        });
      }
      const id = Math.max(FIRST_ADDED - 1, ...chats.keys()) + 1;
      const chat = open({ id, name, language });
      onChange();
      return show(chat);
    },
    say(id, text) {
      handOf(unblocked(chatOf(id))).write(text);
    },
    async send(id, thing) {
      const chat = unblocked(chatOf(id));
      const made = await makeSample(thing);
      const [first] = made.contents;
      if (first === undefined) return;
      const written = made.contents.length === 1 ? [handOf(chat).send(first)] : await handOf(chat).album(made.contents);
      written.forEach(({ messageId }, index) => {
        const content = made.contents[index];
        if (content !== undefined) contents.keep(id, messageId, content);
      });
      onChange();
    },
    press(id, message, button) {
      try {
        handOf(chatOf(id)).press(message, button);
      } catch {
        throw new Refused('not_found', `message ${message} has no such button`, { mend: 'press one that is there' });
      }
    },
    react(id, message, emoji) {
      try {
        handOf(chatOf(id)).react(message, emoji === null ? [] : [emoji]);
      } catch {
        throw new Refused('not_found', `there is no message ${message} any more`, { mend: 'choose one that is there' });
      }
      onChange();
    },
    picture(id, message) {
      const sent = chatOf(id).entries.find((entry) => entry.id === message)?.sent ?? undefined;
      const picture = contents.picture(id, message, sent);
      if (picture === null) {
        throw new Refused('not_found', `message ${message} shows no picture`, { mend: 'ask for one that does' });
      }
      return picture;
    },
    edit(id, message, text) {
      const chat = chatOf(id);
      try {
        handOf(chat).edit(message, text);
      } catch {
        throw new Refused('not_found', `${chat.customer.name} has no message ${message} that could be changed`, {
          mend: 'choose one that the customer wrote',
        });
      }
    },
    block(id, blocked) {
      const chat = chatOf(id);
      if (chat.blocked === blocked) return;
      chat.blocked = blocked;
      if (blocked) handOf(chat).block();
      else handOf(chat).unblock();
      onChange();
    },
    close() {
      for (const stop of stops) stop();
    },
  };
}
