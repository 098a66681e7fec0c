import type { Direct, Media, User, World } from '../world.ts';
import { type Json, picked, type Wanted } from './fields.ts';
import { joinIncludes, placeOf, viewEntities, viewUser } from './posts.ts';
import { type WireText, wireText } from './wire-text.ts';

/** The words of a message as X sends them, with the link that stands for its file. */
export function wireDirect(direct: Direct, world: World): WireText {
  const added =
    direct.media === null
      ? []
      : [{ expanded: `https://twitter.com/messages/media/${direct.id}`, mediaKey: direct.media.key }];
  return wireText(direct.text, 0, added, (handle) => world.byHandle(handle));
}

/** Where the file of a message is; pictures are for the two of them alone (download-dm-media). */
export function directPlace(direct: Direct, media: Media): Json {
  if (media.type === 'photo') {
    return { url: `https://ton.twitter.com/1.1/ton/data/dm/${direct.id}/${media.id}/${media.fileName}` };
  }
  const folder = media.type === 'video' ? `dm_video/${media.id}/vid/${media.width}x${media.height}` : 'dm_gif';
  return {
    ...placeOf(media, ''),
    variants: [
      {
        bit_rate: 2_176_000,
        content_type: 'video/mp4',
        url: `https://video.twimg.com/${folder}/${media.fileName}?tag=1`,
      },
    ],
  };
}

/** A message as the current API tells it. */
export function viewDirect(direct: Direct, world: World, wanted: Wanted): Json {
  const wire = wireDirect(direct, world);
  return picked(
    {
      id: direct.id,
      event_type: 'MessageCreate',
      text: wire.text,
      sender_id: direct.senderId,
      dm_conversation_id: direct.conversationId,
      created_at: new Date(direct.atMs).toISOString(),
      attachments: direct.media === null ? undefined : { media_keys: [direct.media.key] },
      entities: viewEntities(wire),
    },
    wanted.direct,
  );
}

/** What explains messages, as far as it was asked for; undefined: nothing. */
export function includesOfDirects(directs: readonly Direct[], world: World, wanted: Wanted): Json | undefined {
  const { expansions } = wanted;
  const users = new Map<string, User>();
  const media = new Map<string, Json>();
  for (const direct of directs) {
    const ids = [
      ...(expansions.has('sender_id') ? [direct.senderId] : []),
      ...(expansions.has('participant_ids') ? [direct.senderId, ...direct.otherIds] : []),
    ];
    for (const id of ids) {
      const user = world.users.get(id);
      if (user !== undefined) users.set(id, user);
    }
    if (direct.media === null || !expansions.has('attachments.media_keys')) continue;
    const { key, type, width, height } = direct.media;
    const view = { media_key: key, type, width, height, ...directPlace(direct, direct.media) };
    media.set(key, picked(view, wanted.media));
  }
  return joinIncludes(
    Array.from(users.values(), (user) => viewUser(user, wanted)),
    [],
    [...media.values()],
  );
}
