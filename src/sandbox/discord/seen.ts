import { parseMarkdown } from '../../../channels/discord/markdown/parse.ts';
import type { DiscordCustomer, SeenMessage, SeenPlace } from '../../../channels/discord/simulator/index.ts';
import type { DiscordMessage, DiscordPlace } from './contract.ts';
import { FORUM_ID, SUPPORT_ID } from './server.ts';

/** Messages of a place that are shown, and threads of a server. */
const SHOWN_MESSAGES = 60;
const SHOWN_THREADS = 8;
/** What a page may show as a picture. */
export const PICTURES: readonly string[] = ['image/jpeg', 'image/png', 'image/webp', 'image/gif'];

const KINDS = {
  direct: 'direct',
  channel: 'channel',
  forum: 'forum',
  thread: 'post',
  'private thread': 'private',
} as const;

/** How somebody or a place is called that a text mentions; null: nobody knows. */
type NameOf = (id: string) => string | null;

function shownMessage(one: SeenMessage, customerId: string, names: { user: NameOf; channel: NameOf }): DiscordMessage {
  const from = one.fromBot ? 'support' : one.authorId === customerId ? 'customer' : 'other';
  return {
    id: one.id,
    from,
    author: one.authorName,
    text: parseMarkdown(one.content, (kind, id) => (kind === 'role' ? null : names[kind](id))).text,
    edited: one.edited,
    onlyForYou: one.ephemeral,
    repliesTo: one.referenceId,
    files: one.files.map(({ filename, contentType }) => ({ name: filename, picture: PICTURES.includes(contentType) })),
    buttons: one.buttons.map((row) => row.map(({ label, url, disabled }) => ({ label, url, disabled }))),
    reactions: one.reactions.map(({ emoji, users }) => ({
      emoji,
      count: users.length,
      own: users.includes(customerId),
    })),
    at: new Date(one.atMs).toISOString(),
  };
}

/** The places somebody sees, direct messages first and the newest threads last, with what stands in them. */
export function placesSeen(customer: DiscordCustomer, nameOf: NameOf): DiscordPlace[] {
  const all = customer.places();
  const names = { user: nameOf, channel: (id: string) => all.find((place) => place.id === id)?.name ?? null };
  const isThread = ({ kind }: SeenPlace): boolean => kind === 'thread' || kind === 'private thread';
  const threads = all.filter(isThread).slice(-SHOWN_THREADS);
  return [...all.filter((place) => !isThread(place)), ...threads].map(({ id, kind, name, parentId }) => ({
    id,
    kind: KINDS[kind],
    name: name ?? '',
    // In a thread of ours, and in direct messages, every text counts as well.
    support:
      kind === 'direct' ||
      kind === 'private thread' ||
      [id, parentId].some((one) => one === SUPPORT_ID || one === FORUM_ID),
    messages: customer
      .sees(id)
      .slice(-SHOWN_MESSAGES)
      .map((message) => shownMessage(message, customer.id, names)),
  }));
}
