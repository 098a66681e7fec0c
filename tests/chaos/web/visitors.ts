import { setTimeout as sleep } from 'node:timers/promises';
import { type ChatVisitor, createVisitor } from '../../../channels/web/simulator/visitor.ts';
import type { WebWorld } from './web-world.ts';
import { openWindow, type Window } from './window.ts';

/** What a visitor sent, under the id that their page gave it. */
export interface Sent {
  readonly clientId: string;
  /** Null: a press, which says what our button says. */
  readonly text: string | null;
  readonly files: number;
}

/** Somebody before the chat, with what they did and saw. */
export interface Guest {
  readonly visitor: ChatVisitor;
  readonly window: Window;
  /** In the order in which it was sent. */
  readonly sent: Sent[];
}

/** People who write in the chat, until told to stop. */
export interface Visitors {
  readonly guests: readonly Guest[];
  /** Messages that were sent once more under the same id although they were taken; how the gateway answered. */
  readonly repeats: { clientId: string; status: number }[];
  /** Nobody writes any more, and all that was written is taken. */
  stop(): Promise<void>;
  leave(): Promise<void>;
}

const GUESTS = 6;
/** Between two doings of a visitor, ms; half as long to as long again. */
const PAUSE_MS = 400;
/** What a page has on its way at once: whoever gets no answer does not write on for ever. */
const MOST_WAITING = 3;
const NO_PICTURE = Buffer.alloc(20_000, 'not a picture ');

/** Visitors write, send files, press buttons, ask for people, and send again what was taken; their streams are cut all the time. */
export function startVisitors(world: WebWorld, random: () => number): Visitors {
  let stopped = false;
  const repeats: Visitors['repeats'] = [];

  const guests = Array.from({ length: GUESTS }, (_, who): Guest => {
    const visitor = createVisitor(world.chat, { seed: `guest-${who}` });
    const sent: Sent[] = [];
    const pressed = new Set<number>();
    const window = openWindow(
      world.chat,
      () => visitor.session(),
      random,
      (entry) => {
        if (entry.kind !== 'message' || entry.mine || entry.buttons.length === 0 || pressed.has(entry.seq)) return;
        pressed.add(entry.seq);
        if (!stopped) sent.push({ clientId: visitor.press(entry.seq, 0, 0), text: null, files: 0 });
      },
    );
    return { visitor, window, sent };
  });

  async function live({ visitor, sent }: Guest, who: number): Promise<void> {
    for (let count = 1; !stopped; count += 1) {
      await sleep(PAUSE_MS * (0.5 + random()));
      if (sent.length - visitor.taken() >= MOST_WAITING) continue;
      const dice = random();
      const kind = dice < 0.03 ? 'human' : dice < 0.12 ? 'single' : dice < 0.2 ? 'menu' : 'text';
      const text = `${kind} ${who}-${count}`;
      const files = random() < 0.05 ? 1 + Math.floor(random() * 2) : 0;
      const named = Array.from({ length: files }, (_, index) => ({
        name: `proof-${index}.bin`,
        mime: 'application/octet-stream',
        bytes: NO_PICTURE,
      }));
      sent.push({ clientId: visitor.write(text, named), text, files });
      if (random() < 0.1) await again(visitor, sent);
    }
  }

  /** A page that did not hear the answer sends the same once more, whatever it got. */
  async function again(visitor: ChatVisitor, sent: readonly Sent[]): Promise<void> {
    const taken = sent.filter(({ clientId, text, files }) => text !== null && files === 0 && visitor.isTaken(clientId));
    const one = taken[Math.floor(random() * taken.length)];
    if (one === undefined) return;
    try {
      const answer = await visitor.call('POST', 'messages', { clientId: one.clientId, text: one.text });
      repeats.push({ clientId: one.clientId, status: answer.status });
      await answer.arrayBuffer();
    } catch {
      // Nobody there, or the answer was lost: it was a repeat anyway.
    }
  }

  const lives = Promise.all(guests.map(live));
  return {
    guests,
    repeats,
    async stop() {
      stopped = true;
      await lives;
      await Promise.all(guests.map(({ visitor }) => visitor.settled()));
    },
    async leave() {
      stopped = true;
      await Promise.all(guests.map(({ visitor }) => visitor.leave()));
      await Promise.all(guests.map(({ window }) => window.close()));
      await lives;
    },
  };
}
