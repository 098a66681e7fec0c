import { setTimeout as sleep } from 'node:timers/promises';
import { directAddressOf, messageKeyOf, threadKeyOf } from '../../../channels/x/ids.ts';
import type { CustomerFile, Seen, XCustomer } from '../../../channels/x/simulator/index.ts';
import { type Deeds, EDITED } from './said.ts';
import type { XWorld } from './x-world.ts';

/** People who write to the account in private and in public, until told to stop. */
export interface Customers {
  readonly deeds: Deeds;
  stop(): Promise<void>;
}

/** Those who are there from the beginning, and those who write for the first time in the midst of it. */
const PEOPLE = 12;
const NEWCOMERS = 8;
/** Between two doings of one of two hands, ms; half as long to as long again. */
const PAUSE_MS = 160;
const NO_PICTURE = Buffer.alloc(30_000, 'not a picture ');
/** What X shows in another form than it was written: links, signs of HTML, letters of two forms, emoji. */
const ODD = [
  ' https://example.com/a?b=1&c=2',
  ' 5 > 3 & 2 < 4',
  ' cafe\u0301 👩‍👩‍👧 🇯🇵',
  ' example.com and @nobody #tag',
  ' two  spaces\nand lines',
];

/** Something odd to stand behind a text, or nothing. */
export function oddWords(random: () => number): string {
  return random() < 0.4 ? (ODD[Math.floor(random() * ODD.length)] ?? '') : '';
}

/** Customers write direct messages, posts that name us, answers to our posts and quotes of them; they edit posts and send pictures. */
export function startCustomers({ simulator }: XWorld, random: () => number): Customers {
  const deeds: Deeds = new Map();
  const counts = new Map<string, number>();
  const people = Array.from({ length: PEOPLE }, () => simulator.customer());
  const ours: { id: string; conversationId: string }[] = [];
  const stopListening = simulator.log.onPost((post) => void ours.push(post));
  let stopped = false;

  const headFor = (one: XCustomer, kind: string): string => {
    const count = (counts.get(one.id) ?? 0) + 1;
    counts.set(one.id, count);
    return `${kind} ${people.indexOf(one)}-${count}`;
  };
  const filesUpTo = (most: number): CustomerFile[] =>
    random() < 0.1
      ? Array.from({ length: 1 + Math.floor(random() * most) }, () => ({ mime: 'image/png', bytes: NO_PICTURE }))
      : [];

  function writeDirect(one: XCustomer): void {
    const dice = random();
    const head = headFor(one, dice < 0.06 ? 'human' : dice < 0.2 ? 'single' : 'text');
    const [file] = filesUpTo(1);
    const { id } = one.direct(`${head}${oddWords(random)}`, file === undefined ? {} : { file });
    deeds.set(messageKeyOf({ kind: 'direct', id }), {
      address: threadKeyOf(directAddressOf(one.id, simulator.selfId)),
      authorId: one.id,
      atMs: Date.now(),
      head,
      files: file === undefined ? 0 : 1,
      edited: false,
    });
  }

  /** A post of ours that still stands, as this customer sees it. */
  function standing(one: XCustomer): Seen | undefined {
    const { id, conversationId } = ours[Math.floor(random() * ours.length)] ?? { id: '', conversationId: '' };
    return one.seesPosts(conversationId).find((post) => post.id === id);
  }

  async function writePublic(one: XCustomer): Promise<void> {
    const dice = random();
    const kind = dice < 0.55 ? 'ask' : dice < 0.75 ? 'quote' : 'reply';
    const ourPost = kind === 'ask' ? undefined : standing(one);
    if (kind !== 'ask' && ourPost === undefined) return;
    const head = headFor(one, kind);
    const files = filesUpTo(3);
    // Whoever asks for nothing is filed as noise.
    const words = `${head} please help${oddWords(random)}`;
    // X puts our name before an answer; a quote without it comes by the push alone.
    const named = kind === 'reply' ? words : `@${simulator.handle} ${words}`;
    const where = ourPost === undefined ? {} : kind === 'quote' ? { quote: ourPost.id } : { replyTo: ourPost.id };
    const { id, conversationId } = one.post(named, { files, ...where });
    const said = {
      address: threadKeyOf({ kind: 'public', conversationId, authorId: one.id }),
      authorId: one.id,
      atMs: Date.now(),
      head,
      files: files.length,
      edited: false,
    };
    deeds.set(messageKeyOf({ kind: 'post', id }), said);
    if (random() >= 0.1) return;
    await sleep(random() * 300);
    said.edited = true;
    one.edit(id, `${named}${EDITED}`);
  }

  async function write(): Promise<void> {
    while (!stopped) {
      await sleep(PAUSE_MS * (0.5 + random()));
      if (people.length < PEOPLE + NEWCOMERS && random() < 0.03) people.push(simulator.customer());
      const one = people[Math.floor(random() * people.length)];
      if (one === undefined) return;
      if (random() < 0.05) one.type();
      if (random() < 0.62) writeDirect(one);
      else await writePublic(one);
    }
  }

  for (const one of people) writeDirect(one);
  const writing = Promise.all([write(), write()]);
  return {
    deeds,
    async stop() {
      stopped = true;
      await writing;
      stopListening();
    },
  };
}
