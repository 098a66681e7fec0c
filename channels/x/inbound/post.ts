import type { InboundEdit, InboundMessage, Normalised, ThreadRef } from '../../../src/core/model/inbound.ts';
import { integerOf } from '../../shared/read-unknown.ts';
import { createKeyOf, madeAtMs, messageKeyOf, snowflakeOf, threadKeyOf } from '../ids.ts';
import { noiseOf } from '../noise.ts';
import { entryOf } from '../summons.ts';
import { authorOf, type Fields, filed, type Included, idIn, momentOf, parked, type Reading } from './event.ts';
import { contentOf } from './post-content.ts';
import { type Because, type References, referencesOf, relationOf, summonsOf } from './relation.ts';

/** A post with what is said around it. */
export interface PostGiven {
  post: Fields;
  included: Included;
  /** Left out: it says itself what it has to do with us. */
  because?: Because;
}

/** Reads a post of the current API. An edited one gives two: what it says, in case its first version never came, and the edit. */
export function readPost({ post, included, because = null }: PostGiven, reading: Reading): Normalised[] {
  const id = idIn(post, 'id');
  if (id === null) return [];
  const firstId = firstVersionOf(post) ?? id;
  const address = { kind: 'post', id: firstId } as const;
  const eventKey = createKeyOf(address);
  // Another way may tell more of the same post, so what is left aside here must not stand in its way.
  const asideKey = `aside:${messageKeyOf(address)}`;
  const authorId = idIn(post, 'author_id');
  if (authorId === null) return [parked(asideKey, 'a post without author')];
  if (reading.selfId === null) return [parked(asideKey, 'a post, and nobody said who we are')];
  if (authorId === reading.selfId) return [filed(eventKey, 'our own post')];
  const references = referencesOf(post);
  if (references.isRepost) return [filed(eventKey, 'a repost')];
  const author = authorOf(authorId, included.users.get(authorId), post['lang']);
  if (author.isBot) return [filed(eventKey, 'written by an automated account')];

  const content = contentOf(post, id, included, references);
  const relation = relationOf(post, included, references, content.words, reading, because);
  const isAddressed = relation.repliesToUs || relation.quotesUs || relation.holdsUs;
  if (!isAddressed && firstId === id) return [filed(asideKey, 'not addressed to us')];

  const occurredAtMs = momentOf(post['created_at']) ?? madeAtMs(id);
  const thread = threadOf(post, firstId, authorId, references);
  const summons = summonsOf(relation);
  const noise = noiseOf(
    {
      text: content.said,
      language: author.languageCode ?? null,
      tags: content.words.tags,
      mentions: content.words.mentions.length,
      hasFiles: content.attachments.length > 0,
      answersUs: relation.repliesToUs || relation.quotesUs,
      onlyCarried: !relation.namesUs && references.repliedId !== null,
      alike: integerOf(reading.about.alike[firstId]) ?? 0,
    },
    reading.context.campaignTags,
  );
  const base = { thread, author };
  const externalId = messageKeyOf(address);
  const said = {
    text: content.text,
    ...(Object.keys(content.extras).length === 0 ? {} : { extras: content.extras }),
    ...(content.attachments.length === 0 ? {} : { attachments: content.attachments }),
  };
  const replied = references.repliedId;
  const message: InboundMessage = {
    type: 'message',
    eventKey,
    occurredAtMs: firstId === id ? occurredAtMs : madeAtMs(firstId),
    ...base,
    externalId,
    ...said,
    ...(replied === null ? {} : { replyToExternalId: messageKeyOf({ kind: 'post', id: replied }) }),
    ...(summons === null ? {} : { entry: entryOf(summons) }),
    // The older Account Activity does not say in which conversation a post stands.
    ...(replied === null || idIn(post, 'conversation_id') !== null ? {} : { joinsAnswered: true as const }),
    // Of somebody we know it is none, which only the store can tell.
    ...(noise === null ? {} : { filedAs: 'noise', meetsAgain: true }),
  };
  const events: Normalised[] = isAddressed ? [{ outcome: 'event', event: message }] : [];
  if (firstId !== id) {
    const event: InboundEdit = {
      type: 'edit',
      eventKey: `edit:${externalId}:${id}`,
      occurredAtMs,
      ...base,
      targetExternalId: externalId,
      ...said,
      // Only the store knows whether it has the original: what was meant for us once may no longer say so.
      ...(isAddressed ? {} : { joinsOnly: true }),
    };
    events.push({ outcome: 'event', event });
  }
  return events;
}

/** Each edit of a post is a post of its own; the first of them is the one everybody answers. */
function firstVersionOf(post: Fields): string | null {
  const history: unknown = post['edit_history_tweet_ids'] ?? post['edit_history_post_ids'];
  const ids = Array.isArray(history) ? history.slice(0, 20).flatMap((one: unknown) => snowflakeOf(one) ?? []) : [];
  return ids.length === 0 ? null : ids.reduce((least, one) => (BigInt(one) < BigInt(least) ? one : least));
}

function threadOf(post: Fields, id: string, authorId: string, { repliedId }: References): ThreadRef {
  const conversationId = idIn(post, 'conversation_id') ?? repliedId ?? id;
  return {
    key: threadKeyOf({ kind: 'public', conversationId, authorId }),
    kind: 'group',
    chatKey: `post:${conversationId}`,
  };
}
