import { weightOf } from '../../text/weight.ts';
import { beforeWritten, type Media, type Post, type User, type World } from '../world.ts';
import { type Json, picked, type Wanted } from './fields.ts';
import { type AddedLink, type WireText, wireText } from './wire-text.ts';

/** What a post counts before only its beginning is told, and the rest beside it. */
const SHORT_POST = 280;
const CUT_AT = 275;

const isoOf = (atMs: number): string => new Date(atMs).toISOString();

export function viewUser(user: User, wanted: Wanted): Json {
  return picked(
    {
      id: user.id,
      name: user.name,
      username: user.handle,
      protected: user.isProtected,
      verified: false,
      verified_type: 'none',
      description: '',
      receives_your_dm: user.takesDirects !== 'none' && !user.hasBlockedUs,
      created_at: '2024-04-20T19:55:59.000Z',
      profile_image_url: 'https://abs.twimg.com/sticky/default_profile_images/default_profile_normal.png',
      public_metrics: {
        followers_count: 0,
        following_count: 0,
        tweet_count: 0,
        listed_count: 0,
        like_count: 0,
        media_count: 0,
      },
      affiliation: user.isAutomated ? { description: 'Automated' } : undefined,
    },
    wanted.user,
  );
}

function viewMedia(media: Media, wanted: Wanted): Json {
  return picked(
    {
      media_key: media.key,
      type: media.type,
      width: media.width,
      height: media.height,
      ...placeOf(media, `https://pbs.twimg.com/media/${media.fileName}`),
    },
    wanted.media,
  );
}

/** Where a file is: a picture under an address, what moves under one for each of its forms. */
export function placeOf(media: Media, pictureUrl: string): Json {
  if (media.type === 'photo') return { url: pictureUrl };
  const folder =
    media.type === 'video' ? `ext_tw_video/${media.id}/pu/vid/${media.width}x${media.height}` : 'tweet_video';
  return {
    preview_image_url: `https://pbs.twimg.com/ext_tw_video_thumb/${media.id}/pu/img/p.jpg`,
    ...(media.durationMs === null ? {} : { duration_ms: media.durationMs }),
    variants: [
      {
        bit_rate: 2_176_000,
        content_type: 'video/mp4',
        url: `https://video.twimg.com/${folder}/${media.fileName}?tag=12`,
      },
      ...(media.type === 'video'
        ? [
            {
              content_type: 'application/x-mpegURL',
              url: `https://video.twimg.com/ext_tw_video/${media.id}/pu/pl/a.m3u8`,
            },
          ]
        : []),
    ],
  };
}

/** Links X adds to the words of a post for what it shows. */
export function addedLinks(post: Post, world: World): AddedLink[] {
  const handle = world.users.get(post.authorId)?.handle ?? 'i';
  const [first] = post.media;
  const quoted = post.quotedId === null ? undefined : world.posts.get(post.quotedId);
  return [
    ...(quoted === undefined
      ? []
      : [{ expanded: `https://twitter.com/${world.users.get(quoted.authorId)?.handle ?? 'i'}/status/${quoted.id}` }]),
    ...(first === undefined
      ? []
      : [
          {
            expanded: `https://x.com/${handle}/status/${post.id}/${first.type === 'photo' ? 'photo' : 'video'}/1`,
            mediaKey: first.key,
          },
        ]),
  ];
}

export function viewEntities(wire: WireText): Json | undefined {
  const entities = {
    ...(wire.mentions.length === 0
      ? {}
      : { mentions: wire.mentions.map(({ id, ...rest }) => ({ ...rest, ...(id === null ? {} : { id }) })) }),
    ...(wire.urls.length === 0
      ? {}
      : {
          urls: wire.urls.map(({ start, end, url, expanded, mediaKey }) => ({
            start,
            end,
            url,
            expanded_url: expanded,
            display_url: expanded.replace(/^https?:\/\//u, '').slice(0, 26),
            ...(mediaKey === null ? {} : { media_key: mediaKey }),
          })),
        }),
    ...(wire.hashtags.length === 0 ? {} : { hashtags: wire.hashtags }),
    ...(wire.cashtags.length === 0 ? {} : { cashtags: wire.cashtags }),
  };
  return Object.keys(entities).length === 0 ? undefined : entities;
}

/** A post as the current API tells it; what is longer than an ordinary one has its beginning as its text. */
export function viewPost(post: Post, world: World, wanted: Wanted): Json {
  const added = addedLinks(post, world);
  const byHandle = (handle: string): User | undefined => world.byHandle(handle);
  const isLong = weightOf(post.text) > SHORT_POST + weightOf(beforeWritten(post));
  const shown = isLong ? `${Array.from(post.text).slice(0, CUT_AT).join('')}…` : post.text;
  const wire = wireText(shown, post.displayStart, added, byHandle);
  const whole = isLong ? wireText(post.text, post.displayStart, [], byHandle) : null;
  const references = [
    ...(post.replyTo === null ? [] : [{ type: 'replied_to', id: post.replyTo.id }]),
    ...(post.quotedId === null ? [] : [{ type: 'quoted', id: post.quotedId }]),
  ];
  return picked(
    {
      id: post.id,
      text: wire.text,
      edit_history_tweet_ids: post.history,
      author_id: post.authorId,
      created_at: isoOf(post.atMs),
      conversation_id: post.conversationId,
      display_text_range: wire.range,
      lang: post.lang,
      reply_settings: 'everyone',
      possibly_sensitive: false,
      in_reply_to_user_id: post.replyTo?.userId,
      referenced_tweets: references.length === 0 ? undefined : references,
      attachments: post.media.length === 0 ? undefined : { media_keys: post.media.map(({ key }) => key) },
      entities: viewEntities(wire),
      note_tweet: whole === null ? undefined : { text: whole.text, entities: viewEntities(whole) },
      public_metrics: {
        retweet_count: 0,
        reply_count: 0,
        like_count: 0,
        quote_count: 0,
        bookmark_count: 0,
        impression_count: 0,
      },
    },
    wanted.post,
  );
}

/** What explains posts, as far as it was asked for; undefined: nothing. */
export function includesOf(posts: readonly Post[], world: World, wanted: Wanted): Json | undefined {
  const users = new Set<string>();
  const others = new Map<string, Post>();
  const media = new Map<string, Media>();
  const { expansions } = wanted;
  for (const post of posts) {
    if (expansions.has('author_id')) users.add(post.authorId);
    if (expansions.has('in_reply_to_user_id') && post.replyTo !== null) users.add(post.replyTo.userId);
    if (expansions.has('attachments.media_keys')) for (const one of post.media) media.set(one.key, one);
    if (expansions.has('entities.mentions.username')) {
      const { mentions } = wireText(post.text, 0, [], (handle) => world.byHandle(handle));
      for (const { id } of mentions) if (id !== null) users.add(id);
    }
    if (!expansions.has('referenced_tweets.id') && !expansions.has('referenced_tweets.id.author_id')) continue;
    for (const id of [post.replyTo?.id, post.quotedId]) {
      const other = typeof id === 'string' ? world.posts.get(id) : undefined;
      if (other === undefined) continue;
      others.set(other.id, other);
      if (expansions.has('referenced_tweets.id.author_id')) users.add(other.authorId);
    }
  }
  return joinIncludes(
    Array.from(users).flatMap((id) => {
      const user = world.users.get(id);
      return user === undefined ? [] : [viewUser(user, wanted)];
    }),
    Array.from(others.values(), (post) => viewPost(post, world, wanted)),
    Array.from(media.values(), (one) => viewMedia(one, wanted)),
  );
}

export function joinIncludes(
  users: readonly Json[],
  tweets: readonly Json[],
  media: readonly Json[],
): Json | undefined {
  if (users.length + tweets.length + media.length === 0) return undefined;
  return {
    ...(users.length === 0 ? {} : { users }),
    ...(tweets.length === 0 ? {} : { tweets }),
    ...(media.length === 0 ? {} : { media }),
  };
}
