import type { Customer } from '../../channels/telegram/simulator/index.ts';
import type { Traffic } from './traffic.ts';
import type { World } from './world.ts';

/** What customers do with answers without writing. */
export interface Gestures {
  readonly presses: Traffic['presses'];
  readonly reactions: Traffic['reactions'];
  join(customer: Customer): void;
  /** No gesture begins any more; those begun are made. */
  stop(): Promise<void>;
}

/** Longest a customer looks at an answer before they press or react, ms; the shortest is at once, before we know its id. */
const LOOK_MS = 60;

/** Customers press the button below each menu once, and react to some of the other answers, a few of them twice. */
export function answerWithGestures(world: World, random: () => number, written: Traffic['written']): Gestures {
  const presses: Traffic['presses'] = new Map();
  const reactions: Traffic['reactions'] = new Map();
  const customers = new Map<number, Customer>();
  const seen = new Set<string>();
  const pending = new Set<Promise<void>>();

  const later = (act: () => void): void => {
    const done = new Promise<void>((resolve) => {
      setTimeout(() => {
        act();
        resolve();
      }, random() * LOOK_MS);
    });
    pending.add(done);
    void done.then(() => pending.delete(done));
  };
  const react = (customer: Customer, messageId: number, emoji: string): void => {
    customer.react(messageId, [emoji]);
    reactions.set(`${customer.chatId}:${messageId}`, [emoji]);
  };

  const stopListening = world.simulator.log.onMessage(({ chatId, messageId, text, buttons }) => {
    const customer = customers.get(chatId);
    if (customer === undefined || seen.has(`${chatId} ${text}`)) return;
    seen.add(`${chatId} ${text}`);
    const label = buttons[0]?.[0]?.text;
    if (label !== undefined) {
      later(() => {
        const { queryId, updateId } = customer.press(messageId, label);
        if (updateId === null) throw new Error('the bot did not ask for presses');
        presses.set(updateId, `callback:${queryId}`);
        written.set(`callback:${queryId}`, { chatId, text: label, edited: false });
      });
    } else if (random() < 0.15) {
      later(() => react(customer, messageId, '👍'));
      if (random() < 0.3) later(() => react(customer, messageId, '❤'));
    }
  });
  return {
    presses,
    reactions,
    join: (customer) => void customers.set(customer.chatId, customer),
    async stop() {
      stopListening();
      await Promise.all(pending);
    },
  };
}
