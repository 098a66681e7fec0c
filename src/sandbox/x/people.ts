import type { CustomerFile, Seen, XCustomer, XSimulator } from '../../../channels/x/simulator/index.ts';
import { Refused } from '../../core/errors.ts';
import { letterPicture } from '../samples.ts';
import { watchCalls } from '../watch-calls.ts';
import type { DirectWords, PostWords, XDirect, XPerson, XPost } from './contract.ts';

const MOST_PEOPLE = 12;
/** Of each kind that are shown. */
const SHOWN = 60;
/** What a page may show as a picture. */
const PICTURES: readonly string[] = ['image/jpeg', 'image/png', 'image/webp', 'image/gif'];

/** Who is on the simulated X from the start; the same in every run, for the store remembers conversations by their ids. */
const READY_PEOPLE = [
  { id: '1600000000000000001', name: 'Ana Costa', handle: 'ana_costa' },
  { id: '1600000000000000002', name: 'Tom Okafor', handle: 'tomokafor' },
  { id: '1600000000000000003', name: '李娜', handle: 'lina_crypto' },
] as const;

/** The hands of people on the simulated X. All throw {Refused} for what is not there. */
export interface XPeople {
  list(): XPerson[];
  add(name: string): void;
  post(words: PostWords): Promise<void>;
  direct(words: DirectWords): Promise<void>;
  remove(person: string, post: string): void;
  block(person: string, blocked: boolean): void;
  /** One file of a post or message, as a picture. */
  picture(of: { person: string; message: string; in: 'posts' | 'directs'; file: number }): {
    mime: string;
    bytes: Buffer;
  };
  close(): void;
}

interface Person {
  hand: XCustomer;
  blocked: boolean;
  /** Conversations they are in. */
  places: Set<string>;
  /** What they wrote in an encrypted chat: nobody but they can see that. */
  sealed: XDirect[];
}

/** Puts the simulated X into the hands of people. */
export function createXPeople(options: { simulator: XSimulator; onChange(): void }): XPeople {
  const { simulator, onChange } = options;
  const people = new Map<string, Person>();

  const open = (hand: XCustomer): void => {
    people.set(hand.id, { hand, blocked: false, places: new Set(), sealed: [] });
  };
  for (const { id, ...who } of READY_PEOPLE) open(simulator.customer(id, who));

  function personOf(id: string): Person {
    const person = people.get(id);
    if (person === undefined) {
      throw new Refused('not_found', `nobody in the sandbox has the id ${id}`, { mend: 'choose one of the list' });
    }
    return person;
  }
  const postsOf = ({ hand, places }: Person): Seen[] =>
    [...places]
      .flatMap((place) => hand.seesPosts(place))
      .sort((one, other) => (BigInt(one.id) < BigInt(other.id) ? -1 : 1))
      .slice(-SHOWN);
  function postOf(person: Person, id: string): Seen {
    const found = postsOf(person).find((one) => one.id === id);
    if (found === undefined) {
      throw new Refused('not_found', `there is no post ${id} any more`, { mend: 'choose one that is there' });
    }
    return found;
  }
  const filesOf = async (picture: boolean): Promise<CustomerFile[]> =>
    picture ? [{ mime: 'image/png', bytes: await letterPicture() }] : [];
  const nameOf = (id: string, handle: string): string =>
    id === simulator.selfId ? 'Support' : (people.get(id)?.hand.name ?? handle);

  function shownPost(person: Person, one: Seen, all: readonly Seen[]): XPost {
    const quoted = one.quotedId === null ? undefined : all.find(({ id }) => id === one.quotedId);
    return {
      id: one.id,
      from: one.fromUs ? 'support' : one.authorId === person.hand.id ? 'customer' : 'other',
      author: nameOf(one.authorId, one.authorHandle),
      handle: one.authorHandle,
      text: one.text,
      repliesTo: one.replyToId,
      quotes: quoted === undefined ? null : { author: nameOf(quoted.authorId, quoted.authorHandle), text: quoted.text },
      files: shownFiles(one),
      leadsToDirect: one.directLink !== null,
      at: new Date(one.atMs).toISOString(),
    };
  }
  const shownDirects = ({ hand, sealed }: Person): XDirect[] =>
    [
      ...hand.seesDirects().map((one) => ({
        id: one.id,
        from: one.fromUs ? ('support' as const) : ('customer' as const),
        text: one.text,
        files: shownFiles(one),
        encrypted: false,
        at: new Date(one.atMs).toISOString(),
      })),
      ...sealed,
    ]
      .sort((one, other) => one.at.localeCompare(other.at))
      .slice(-SHOWN);

  const stops = [
    simulator.log.onPost(onChange),
    simulator.log.onDirect(onChange),
    // Posts of ours that were deleted.
    watchCalls(simulator.log, ({ route }) => route.startsWith('DELETE '), onChange),
  ];

  return {
    list: () =>
      [...people.values()].map((person) => {
        const posts = postsOf(person);
        const { hand, blocked } = person;
        return {
          id: hand.id,
          name: hand.name,
          handle: hand.handle,
          blocked,
          posts: posts.map((one) => shownPost(person, one, posts)),
          directs: shownDirects(person),
        };
      }),
    add(name) {
      if (people.size >= MOST_PEOPLE) {
        throw new Refused('invalid', 'there are enough people on X', { mend: 'write as one who is there' });
      }
      open(simulator.customer(undefined, { name }));
      onChange();
    },
    async post({ person: id, text, mention, replyTo, quote, picture }) {
      const person = personOf(id);
      const files = await filesOf(picture);
      const said = mention ? `@${simulator.handle} ${text}` : text;
      const { conversationId } = person.hand.post(said, {
        files,
        ...(replyTo === null ? {} : { replyTo: postOf(person, replyTo).id }),
        ...(quote === null ? {} : { quote: postOf(person, quote).id }),
      });
      person.places.add(conversationId);
      onChange();
    },
    async direct({ person: id, text, picture, encrypted }) {
      const person = personOf(id);
      if (encrypted) {
        // Only their own devices can read it: neither the simulator nor the desk gets the words.
        const sent = person.hand.encrypted();
        const at = new Date(simulator.clock.nowMs()).toISOString();
        person.sealed.push({
          id: sent.id,
          from: 'customer',
          text,
          files: [],
          encrypted,
          at,
        });
      } else {
        const [file] = await filesOf(picture);
        person.hand.direct(text, file === undefined ? {} : { file });
      }
      onChange();
    },
    remove(id, postId) {
      const person = personOf(id);
      const { authorId } = postOf(person, postId);
      if (authorId !== id) {
        throw new Refused('not_found', `${person.hand.name} did not write post ${postId}`, {
          mend: 'choose one that they wrote',
        });
      }
      person.hand.remove(postId);
      onChange();
    },
    block(id, blocked) {
      const person = personOf(id);
      person.blocked = blocked;
      person.hand.block(blocked);
      onChange();
    },
    picture({ person: id, message, in: where, file: index }) {
      const person = personOf(id);
      const seen = (where === 'posts' ? postsOf(person) : person.hand.seesDirects()).find((one) => one.id === message);
      const file = seen?.files[index];
      if (file === undefined || !PICTURES.includes(file.mime)) {
        throw new Refused('not_found', `message ${message} shows no such picture`, {
          mend: 'ask for one that it does',
        });
      }
      return { mime: file.mime, bytes: Buffer.from(file.bytes) };
    },
    close() {
      for (const stop of stops) stop();
    },
  };
}

function shownFiles({ files }: Seen): { name: string; picture: boolean }[] {
  return files.map(({ mime, type }) => ({ name: type, picture: PICTURES.includes(mime) }));
}
