import { setTimeout as sleep } from 'node:timers/promises';
import type {
  CustomerFile,
  DiscordCustomer,
  SeenMessage,
  WriteOptions,
} from '../../../channels/discord/simulator/index.ts';
import type { DiscordWorld } from './discord-world.ts';
import { sendForm, startPressing } from './gestures.ts';
import type { Deeds, Said } from './said.ts';

/** People who write to the bot everywhere, until told to stop. */
export interface Customers {
  readonly deeds: Deeds;
  /** Everybody says something in each place that is found again only where something of it is known. */
  greet(): void;
  /** From now on nothing that is done to a message may be lost. */
  allIsWell(): void;
  stop(): Promise<void>;
}

/** Those who are there from the beginning, and those who write for the first time in the midst of it. */
const PEOPLE = 8;
const NEWCOMERS = 6;
/** Between two doings of one of two hands, ms; half as long to as long again. */
const PAUSE_MS = 60;
/** What nobody may be pinged by, whoever repeats it. */
const FORBIDDEN_ID = '600000000000000001';
const NO_PICTURE = Buffer.alloc(30_000, 'not a picture ');

/** An answer of the bot itself: what an agent said may be taken back, and then no list tells whose message was answered. */
function isAnswer({ fromBot, content }: SeenMessage): boolean {
  return fromBot && content.startsWith('echo ');
}

interface Person {
  readonly who: number;
  readonly on: DiscordCustomer;
  readonly posts: string[];
  count: number;
}

/** Customers write, answer, edit, delete, press, fill in forms and send files in every place the bot is in. */
export function startCustomers({ simulator, places }: DiscordWorld, random: () => number): Customers {
  const deeds: Deeds = { said: new Map(), gestures: [], chatter: new Set() };
  const person = (who: number): Person => ({ who, on: simulator.customer(), posts: [], count: 0 });
  const people = Array.from({ length: PEOPLE }, (_, index) => person(index));
  let well = false;
  let stopped = false;
  const pressing = startPressing(simulator, random, deeds, (who) => people.find((one) => one.who === who)?.on);
  const forms = new Set<Promise<void>>();

  const headFor = (one: Person, kind: string): string => {
    one.count += 1;
    return `${kind} ${one.who}-${one.count}`;
  };
  const naming = `<@${simulator.botId}>`;
  const pings = `@everyone @here <@&${places.role}> <@${FORBIDDEN_ID}>`;

  function note(one: Person, head: string, where: { id: string; channelId: string }, files = 0): Said {
    const { id, channelId } = where;
    const said: Said = { channelId, authorId: one.on.id, head, files, edited: 'no', removed: 'no' };
    deeds.said.set(`${channelId}:${id}`, said);
    return said;
  }

  function filesOf(): CustomerFile[] {
    if (random() >= 0.06) return [];
    return Array.from({ length: 1 + Math.floor(random() * 3) }, (_, index) => ({
      filename: `proof-${index}.bin`,
      contentType: 'application/octet-stream',
      bytes: NO_PICTURE,
    }));
  }

  /** Where a message goes, and what must stand in it there; null: nowhere now. */
  function aim(one: Person): { options: WriteOptions; behind: string } | null {
    const dice = random();
    if (dice < 0.4) return { options: {}, behind: '' };
    if (dice < 0.55) return { options: { channelId: places.help }, behind: '' };
    if (dice < 0.7) return { options: { channelId: places.lounge }, behind: ` ${naming}` };
    if (dice < 0.8) {
      const answer = one.on.sees(places.lounge).findLast(isAnswer);
      return answer === undefined ? null : { options: { channelId: places.lounge, replyTo: answer.id }, behind: '' };
    }
    const rooms = [...one.posts, ...pressing.roomsOf(one.on, [places.help, places.lounge])];
    const room = rooms[Math.floor(random() * rooms.length)];
    return room === undefined ? null : { options: { channelId: room }, behind: '' };
  }

  async function write(): Promise<void> {
    while (!stopped) {
      await sleep(PAUSE_MS * (0.5 + random()));
      if (people.length < PEOPLE + NEWCOMERS && random() < 0.02) people.push(person(people.length));
      const one = people[Math.floor(random() * people.length)];
      if (one === undefined) return;
      const form = random();
      if (form < 0.04) {
        const { id, channelId } = one.on.write('only chatting', { channelId: places.lounge });
        deeds.chatter.add(`${channelId}:${id}`);
      } else if (form < 0.05) {
        const head = headFor(one, 'text');
        const where = one.on.openPost(places.forum, `Question of ${one.who}`, `${head} ${pings}`);
        one.posts.push(where.channelId);
        note(one, head, where);
      } else if (form < 0.08) {
        const place = [places.help, places.lounge, one.on.dm][Math.floor(random() * 3)] ?? places.help;
        const sent = sendForm(one.on, place, headFor(one, 'form'), deeds);
        forms.add(sent);
        void sent.then(() => forms.delete(sent));
      } else await say(one);
    }
  }

  async function say(one: Person): Promise<void> {
    const target = aim(one);
    if (target === null) return;
    const dice = random();
    const kind = dice < 0.03 ? 'human' : dice < 0.12 ? 'single' : dice < 0.22 ? 'menu' : 'text';
    const head = headFor(one, kind);
    const files = filesOf();
    // A label has room for little.
    const words = `${head}${target.behind}${kind !== 'menu' && random() < 0.3 ? ` ${pings}` : ''}`;
    const where = one.on.write(words, { ...target.options, files });
    const said = note(one, head, where, files.length);
    if (kind !== 'text' || files.length > 0) return;
    const next = random();
    if (next < 0.06) {
      await sleep(random() * 300);
      said.edited = well ? 'surely' : 'perhaps';
      one.on.edit(where, `${words} edited`);
    } else if (next < 0.09) {
      await sleep(random() * 300);
      said.removed = well ? 'surely' : 'perhaps';
      one.on.remove(where);
    }
  }

  const writing = Promise.all([write(), write()]);
  return {
    deeds,
    greet() {
      for (const one of people) {
        for (const channelId of [one.on.dm, places.help, places.lounge]) {
          const head = headFor(one, 'hello');
          note(one, head, one.on.write(`${head} ${naming}`, { channelId }));
        }
      }
    },
    allIsWell() {
      well = true;
    },
    async stop() {
      stopped = true;
      await writing;
      await Promise.all(forms);
      await pressing.stop();
    },
  };
}
