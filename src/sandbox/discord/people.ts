import { setTimeout as sleep } from 'node:timers/promises';
import type {
  CustomerFile,
  DiscordCustomer,
  DiscordSimulator,
  SeenMessage,
  SeenPlace,
} from '../../../channels/discord/simulator/index.ts';
import { Refused } from '../../core/errors.ts';
import { letterPicture, statement } from '../samples.ts';
import { watchCalls } from '../watch-calls.ts';
import type { DiscordPerson, DiscordSpot, DiscordWords } from './contract.ts';
import { createOpenForm, type OpenForm } from './forms.ts';
import { PICTURES, placesSeen } from './seen.ts';

const MOST_PEOPLE = 12;

/** Who is on the server from the start. Their ids and those of their direct messages are the same in every run, as the server's. */
const READY_PEOPLE = [
  { id: '200000000000000001', dm: '210000000000000001', name: 'Priya Nair', username: 'priya' },
  { id: '200000000000000002', dm: '210000000000000002', name: 'Kai Becker', username: 'kaib' },
  { id: '200000000000000003', dm: '210000000000000003', name: '陈晨', username: 'chenchen' },
] as const;

/** The hands of people on the simulated Discord. All throw {Refused} for what is not there. */
export interface DiscordPeople {
  list(): DiscordPerson[];
  add(name: string): void;
  say(words: DiscordWords): Promise<void>;
  edit(spot: DiscordSpot, text: string): void;
  remove(spot: DiscordSpot): void;
  /** Puts a reaction on a message, or takes it back. */
  react(spot: DiscordSpot, emoji: string): void;
  press(spot: DiscordSpot, button: string): void;
  /** Uses `/support`. */
  ask(person: string, place: string): void;
  /** Sends the form that is open; null closes it. */
  submit(person: string, text: string | null): void;
  block(person: string, blocked: boolean): void;
  /** One file of a message, as a picture. */
  picture(spot: DiscordSpot, file: number): { mime: string; bytes: Buffer };
  close(): void;
}

interface Person {
  name: string;
  hand: DiscordCustomer;
  form: OpenForm;
  blocked: boolean;
}

/**
 * A bot that comes for the first time reads nothing of what was written before, at Discord as here. Whoever is as quick as the start
 * itself should not find that out, so their words wait for it.
 */
async function botIsThere({ log }: DiscordSimulator, withinMs: number): Promise<void> {
  const untilMs = performance.now() + withinMs;
  while (!log.gateway.some(({ outcome }) => outcome === 'ready') && performance.now() < untilMs) await sleep(50);
}

/** Puts the simulated Discord into the hands of people. */
export function createDiscordPeople(options: {
  simulator: DiscordSimulator;
  botName: string;
  /** How long somebody who writes right after the start waits for the bot, ms; left out: nobody waits. */
  botWithinMs?: number;
  onChange(): void;
}): DiscordPeople {
  const { simulator, botName, onChange } = options;
  const people = new Map<string, Person>();

  const open = (name: string, hand: DiscordCustomer): void => {
    people.set(hand.id, { name, hand, form: createOpenForm(hand, onChange), blocked: false });
  };
  for (const { id, dm, name, username } of READY_PEOPLE) {
    open(name, simulator.customer(id, { username, globalName: name, dm }));
  }
  const nameOf = (id: string): string | null => (id === simulator.botId ? botName : (people.get(id)?.name ?? null));

  function personOf(id: string): Person {
    const person = people.get(id);
    if (person === undefined) {
      throw new Refused('not_found', `nobody in the sandbox has the id ${id}`, { mend: 'choose one of the list' });
    }
    return person;
  }
  function placeOf({ hand, name }: Person, id: string): SeenPlace {
    const place = hand.places().find((one) => one.id === id);
    if (place === undefined) {
      throw new Refused('not_found', `${name} sees no place ${id}`, { mend: 'choose one of theirs' });
    }
    return place;
  }
  function messageOf(spot: DiscordSpot): {
    person: Person;
    seen: SeenMessage;
    where: { id: string; channelId: string };
  } {
    const person = personOf(spot.person);
    const place = placeOf(person, spot.place);
    const seen = person.hand.sees(place.id).find(({ id }) => id === spot.message);
    if (seen === undefined) {
      throw new Refused('not_found', `there is no message ${spot.message} any more`, {
        mend: 'choose one that is there',
      });
    }
    return { person, seen, where: { id: seen.id, channelId: place.id } };
  }
  /** The same, where the person wrote it. */
  function ownOf(spot: DiscordSpot): ReturnType<typeof messageOf> {
    const found = messageOf(spot);
    if (found.seen.authorId === found.person.hand.id) return found;
    throw new Refused('not_found', `${found.person.name} has no message ${spot.message} that could be changed`, {
      mend: 'choose one that they wrote',
    });
  }

  const stops = [
    simulator.log.onMessage(onChange),
    // Answers to commands and presses, edits, reactions, threads: whatever is not only asked for.
    watchCalls(simulator.log, ({ route }) => !route.startsWith('GET '), onChange),
  ];

  return {
    list: () =>
      [...people].map(([id, { name, hand, form, blocked }]) => ({
        id,
        name,
        blocked,
        places: placesSeen(hand, nameOf),
        form: form.shown(),
      })),
    add(name) {
      if (people.size >= MOST_PEOPLE) {
        throw new Refused('invalid', 'the sandbox holds no more people', { mend: 'write as one of them' });
      }
      open(name, simulator.customer(undefined, { username: `person${people.size + 1}`, globalName: name }));
      onChange();
    },
    async say({ person: id, place: placeId, text, mention, replyTo, title, picture, file }) {
      const person = personOf(id);
      const place = placeOf(person, placeId);
      await botIsThere(simulator, options.botWithinMs ?? 0);
      const said = mention ? `<@${simulator.botId}> ${text}` : text;
      if (place.kind === 'forum') {
        person.hand.openPost(place.id, title === '' ? text.slice(0, 60) : title, said);
      } else {
        const files = await filesOf(picture, file);
        person.hand.write(said, { channelId: place.id, files, ...(replyTo === null ? {} : { replyTo }) });
      }
      onChange();
    },
    edit(spot, text) {
      const { person, where } = ownOf(spot);
      person.hand.edit(where, text);
      onChange();
    },
    remove(spot) {
      const { person, where } = ownOf(spot);
      person.hand.remove(where);
      onChange();
    },
    react(spot, emoji) {
      const { person, seen, where } = messageOf(spot);
      const given = seen.reactions.some((one) => one.emoji === emoji && one.users.includes(person.hand.id));
      if (given) person.hand.unreact(where, emoji);
      else person.hand.react(where, emoji);
      onChange();
    },
    press(spot, button) {
      const { person, seen, where } = messageOf(spot);
      const found = seen.buttons
        .flat()
        .some(({ label, disabled, url }) => label === button && !disabled && url === null);
      if (!found) {
        throw new Refused('not_found', `message ${spot.message} has no such button`, {
          mend: 'press one that is there',
        });
      }
      person.form.follow(person.hand.press(button, { channelId: where.channelId, messageId: where.id }), false);
      onChange();
    },
    ask(id, placeId) {
      const person = personOf(id);
      const { kind, id: channelId } = placeOf(person, placeId);
      if (kind === 'forum') {
        throw new Refused('invalid', 'a forum takes no commands', { mend: 'use /support in a channel' });
      }
      person.form.follow(person.hand.command('support', { channelId }), true);
      onChange();
    },
    submit(id, text) {
      personOf(id).form.submit(text);
      onChange();
    },
    block(id, blocked) {
      const person = personOf(id);
      person.blocked = blocked;
      person.hand.block(blocked);
      onChange();
    },
    picture(spot, index) {
      const file = messageOf(spot).seen.files[index];
      if (file === undefined || !PICTURES.includes(file.contentType)) {
        throw new Refused('not_found', `message ${spot.message} shows no such picture`, {
          mend: 'ask for one that it does',
        });
      }
      return { mime: file.contentType, bytes: Buffer.from(file.bytes) };
    },
    close() {
      for (const stop of stops) stop();
      for (const { form } of people.values()) form.close();
    },
  };
}

async function filesOf(picture: boolean, file: boolean): Promise<CustomerFile[]> {
  return [
    ...(picture ? [{ filename: 'screen.png', contentType: 'image/png', bytes: await letterPicture() }] : []),
    ...(file ? [{ filename: 'statement.pdf', contentType: 'application/pdf', bytes: statement() }] : []),
  ];
}
