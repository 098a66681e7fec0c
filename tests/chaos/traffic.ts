import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Amends, keepAmending } from './amends.ts';
import { answerWithGestures } from './gestures.ts';
import type { Process } from './processes.ts';
import { keepAnswering, noReplies, type Replies } from './replies.ts';
import { HOOKED, POLLED, type World } from './world.ts';

/** What the customers wrote and the agents were told was taken: the other half of the truth. */
export interface Traffic extends Replies {
  /** By `chat:message`: the text as it should stand in the end. */
  readonly written: Map<string, { chatId: number; text: string; edited: boolean }>;
  /** Files that were sent, each as `chat:message`. */
  readonly files: Set<string>;
  /** By update id: the external id under which a press on a button is stored. */
  readonly presses: Map<number, string>;
  /** By `chat:message` of the bot's: the emoji the customer left there. */
  readonly reactions: Map<string, readonly string[]>;
  /** What agents did to their replies after those were sent. */
  readonly amends: Amends;
  stop(): Promise<void>;
}

const CHATS = 8;
const MOST_WAITING = 1_000;
/** Bytes that are no picture: a preview of each would take longer than the crash. */
const NO_PICTURE = { bytes: Buffer.alloc(30_000, 'not a picture ') };

/**
 * Customers on both accounts write, edit and ask for people; one agent takes over, replies, changes and takes back
 * replies, and hands back. With `gestures` they also
 * press buttons below answers and react to them.
 */
export function startTraffic(
  world: World,
  random: () => number,
  gateway: () => Process | null,
  options: { gestures?: boolean } = {},
): Traffic {
  const written: Traffic['written'] = new Map();
  const files = new Set<string>();
  const replies = noReplies();
  const amends: Amends = new Map();
  const gestures = options.gestures === true ? answerWithGestures(world, random, written) : null;
  let stopped = false;
  const agentId = randomUUID();

  const customers = [POLLED, HOOKED].flatMap((bot, side) =>
    Array.from({ length: CHATS }, (_, index) =>
      world.simulator.customer(1_000 * (side + 1) + index, { firstName: `C${index}`, bot }),
    ),
  );
  for (const customer of customers) gestures?.join(customer);
  const counters = new Map<number, number>();

  // What nobody has taken yet. Customers wait when it is much: a machine that is busy elsewhere would only be buried.
  let waiting = 0;
  const counting = setInterval(() => {
    waiting = world.simulator.log.updates.filter((update) => update.ackedAtMs === null).length;
  }, 250);

  async function write(): Promise<void> {
    while (!stopped) {
      if (waiting > MOST_WAITING) {
        await sleep(100);
        continue;
      }
      const customer = customers[Math.floor(random() * customers.length)];
      if (customer === undefined) return;
      const count = (counters.get(customer.id) ?? 0) + 1;
      counters.set(customer.id, count);
      const dice = random();
      const menu = gestures !== null && dice < 0.2;
      const kind = dice < 0.03 ? 'human' : dice < 0.12 ? 'single' : menu ? 'menu' : 'text';
      const text = `${kind} ${customer.id}-${count}`;
      const entry = { chatId: customer.chatId, text, edited: false };
      const form = random();
      if (form < 0.03) {
        // The words stand below one of them; the gap puts the files into several batches, and a crash between them.
        const worded = Math.floor(random() * 3);
        const items = [0, 1, 2].map((index) =>
          index === worded
            ? { kind: 'photo' as const, file: NO_PICTURE, caption: text }
            : { kind: 'photo' as const, file: NO_PICTURE },
        );
        for (const { messageId } of await customer.album(items, { gapMs: random() < 0.5 ? 0 : 40 })) {
          written.set(`${customer.chatId}:${messageId}`, entry);
          files.add(`${customer.chatId}:${messageId}`);
        }
        continue;
      }
      const withFile = form < 0.08;
      const { messageId } = withFile
        ? customer.send({
            kind: 'document',
            caption: text,
            file: { name: 'proof.bin', sizeBytes: 50_000 + count * 1_000 },
          })
        : customer.write(text);
      written.set(`${customer.chatId}:${messageId}`, entry);
      if (withFile) files.add(`${customer.chatId}:${messageId}`);
      if (kind === 'text' && random() < 0.05) {
        await sleep(random() * 30);
        entry.text = `text ${customer.id}-${count} edited`;
        entry.edited = true;
        if (withFile) customer.editCaption(messageId, entry.text);
        else customer.edit(messageId, entry.text);
      }
      await sleep(10 + random() * 30);
    }
  }

  const loops = Promise.all([
    write(),
    write(),
    keepAnswering(world, random, gateway, { agentId, replies, isOver: () => stopped }),
    keepAmending(world, random, gateway, { agentId, amends, channel: 'telegram', isOver: () => stopped }),
  ]);
  return {
    written,
    files,
    presses: gestures?.presses ?? new Map(),
    reactions: gestures?.reactions ?? new Map(),
    ...replies,
    amends,
    async stop() {
      stopped = true;
      clearInterval(counting);
      await loops;
      await gestures?.stop();
    },
  };
}
