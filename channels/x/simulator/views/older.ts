import type { Direct, Media, Post, User, World } from '../world.ts';
import { directPlace, wireDirect } from './directs.ts';
import { EVERYTHING, type Json } from './fields.ts';
import { addedLinks, viewUser } from './posts.ts';
import { type WireText, wireText } from './wire-text.ts';

/**
 * Messages and posts as the older API told them. Activities still tell direct messages so (docs.x.com, "X Activity API: event
 * payloads"); the older Account Activity API tells everything so.
 */

const SHORT_TEXT = 140;
const CUT_AT = 116;

function entitiesOf(wire: WireText): Json {
  const span = ({ start, end }: { start: number; end: number }) => ({ indices: [start, end] });
  return {
    hashtags: wire.hashtags.map(({ tag, ...rest }) => ({ text: tag, ...span(rest) })),
    symbols: wire.cashtags.map(({ tag, ...rest }) => ({ text: tag, ...span(rest) })),
    user_mentions: wire.mentions.map(({ username, id, ...rest }) => ({
      screen_name: username,
      ...(id === null ? {} : { id: Number(id), id_str: id }),
      ...span(rest),
    })),
    urls: wire.urls.map(({ url, expanded, ...rest }) => ({
      url,
      expanded_url: expanded,
      display_url: expanded.replace(/^https?:\/\//u, '').slice(0, 26),
      ...span(rest),
    })),
  };
}

/** An entry of `direct_message_events`. */
export function olderDirect(direct: Direct, world: World): Json {
  const wire = wireDirect(direct, world);
  const link = wire.urls.at(-1);
  const { welcomeMessageId, postId } = direct.origin;
  return {
    type: 'message_create',
    id: direct.id,
    created_timestamp: String(direct.atMs),
    ...(welcomeMessageId === undefined && postId === undefined
      ? {}
      : {
          initiated_via: {
            ...(welcomeMessageId === undefined ? {} : { welcome_message_id: welcomeMessageId }),
            ...(postId === undefined ? {} : { tweet_id: postId }),
          },
        }),
    message_create: {
      target: {
        recipient_id: direct.otherIds[0] ?? world.selfId,
        ...(world.groups.has(direct.conversationId) ? { conversation_id: direct.conversationId } : {}),
      },
      sender_id: direct.senderId,
      message_data: {
        text: wire.text,
        entities: entitiesOf(wire),
        ...(direct.media === null
          ? {}
          : { attachment: { type: 'media', media: olderDirectMedia(direct, direct.media, link?.url ?? '') } }),
        ...(direct.pressed === null ? {} : { quick_reply_response: { type: 'options', metadata: direct.pressed } }),
      },
    },
  };
}

function olderDirectMedia(direct: Direct, media: Media, shortUrl: string): Json {
  const place = directPlace(direct, media);
  const size = { original_info: { width: media.width, height: media.height } };
  const common = {
    id: Number(media.id),
    id_str: media.id,
    url: shortUrl,
    expanded_url: `https://twitter.com/messages/media/${direct.id}`,
    display_url: 'pic.twitter.com',
    type: media.type,
    ...size,
  };
  if (media.type === 'photo') return { ...common, media_url: place['url'], media_url_https: place['url'] };
  return {
    ...common,
    media_url_https: `https://pbs.twimg.com/dm_video_preview/${media.id}/img/p.jpg`,
    video_info: {
      variants: place['variants'],
      ...(media.durationMs === null ? {} : { duration_millis: media.durationMs }),
    },
  };
}

/** The people of an event, by id, as activities have them. */
export function peopleOf(ids: Iterable<string>, world: World): Json {
  return Object.fromEntries(
    Array.from(ids).flatMap((id) => {
      const user = world.users.get(id);
      return user === undefined ? [] : [[id, { data: viewUser(user, EVERYTHING) }]];
    }),
  );
}

/** A person as the older API has them. */
export function olderUser(user: User): Json {
  return {
    id: user.id,
    id_str: user.id,
    name: user.name,
    screen_name: user.handle,
    protected: user.isProtected,
    verified: false,
    created_timestamp: '1713642959000',
  };
}

/** An entry of `tweet_create_events`. */
export function olderPost(post: Post, world: World): Json {
  const author = world.users.get(post.authorId);
  const quoted = post.quotedId === null ? undefined : world.posts.get(post.quotedId);
  const byHandle = (handle: string): User | undefined => world.byHandle(handle);
  const wire = wireText(post.text, post.displayStart, addedLinks(post, world), byHandle);
  const points = Array.from(post.text);
  const isCut = points.length > SHORT_TEXT;
  const short = isCut ? wireText(`${points.slice(0, CUT_AT).join('')}…`, post.displayStart, [], byHandle) : wire;
  const media = post.media.length === 0 ? {} : { extended_entities: { media: post.media.map(olderMedia) } };
  return {
    created_at: olderDate(post.atMs),
    id: Number(post.id),
    id_str: post.id,
    text: short.text,
    display_text_range: short.range,
    truncated: isCut,
    in_reply_to_status_id_str: post.replyTo?.id ?? null,
    in_reply_to_user_id_str: post.replyTo?.userId ?? null,
    ...(author === undefined ? {} : { user: olderUser(author) }),
    is_quote_status: post.quotedId !== null,
    ...(quoted === undefined ? {} : { quoted_status_id_str: quoted.id, quoted_status: olderPost(quoted, world) }),
    ...(isCut
      ? {
          extended_tweet: {
            full_text: wire.text,
            display_text_range: wire.range,
            entities: entitiesOf(wire),
            ...media,
          },
        }
      : media),
    entities: entitiesOf(short),
    lang: post.lang,
    timestamp_ms: String(post.atMs),
  };
}

function olderMedia(media: Media): Json {
  const place = placeOfOlder(media);
  return {
    id: Number(media.id),
    id_str: media.id,
    type: media.type,
    original_info: { width: media.width, height: media.height },
    ...place,
  };
}

function placeOfOlder(media: Media): Json {
  if (media.type === 'photo') return { media_url_https: `https://pbs.twimg.com/media/${media.fileName}` };
  return {
    media_url_https: `https://pbs.twimg.com/ext_tw_video_thumb/${media.id}/pu/img/p.jpg`,
    video_info: {
      variants: [
        {
          bitrate: 2_176_000,
          content_type: 'video/mp4',
          url: `https://video.twimg.com/ext_tw_video/${media.id}/pu/vid/${media.width}x${media.height}/${media.fileName}?tag=12`,
        },
      ],
    },
  };
}

/** `Thu Aug 06 10:11:12 +0000 2026` */
function olderDate(atMs: number): string {
  const [, day, date, month, year, time] =
    /^(\w+), (\d+) (\w+) (\d+) ([\d:]+)/u.exec(new Date(atMs).toUTCString()) ?? [];
  return `${day} ${month} ${date} ${time} +0000 ${year}`;
}
