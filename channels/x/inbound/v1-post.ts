import { recordOf } from '../../shared/read-unknown.ts';
import { type Fields, type Included, idIn, recordsIn } from './event.ts';

/** A post as the older Account Activity brings it, told as the newer API tells posts, with what it explains by itself. */
export function fromV1(status: Fields): { post: Fields; included: Included } {
  const quoted = recordOf(status['quoted_status']);
  const users = new Map<string, Fields>();
  const media = new Map<string, Fields>();
  const posts = new Map<string, Fields>();
  const post = postOf(status, users, media);
  if (quoted !== null) {
    const told = postOf(quoted, users, media);
    const id = idIn(told, 'id');
    if (id !== null) posts.set(id, told);
  }
  return { post, included: { users, posts, media } };
}

function postOf(status: Fields, users: Map<string, Fields>, media: Map<string, Fields>): Fields {
  const long = recordOf(status['extended_tweet']);
  const source = long ?? status;
  const user = recordOf(status['user']);
  const authorId = idIn(user, 'id_str');
  if (user !== null && authorId !== null) users.set(authorId, user);
  const files = recordsIn(recordOf(source['extended_entities'])?.['media'] ?? recordOf(source['entities'])?.['media']);
  const mediaKeys = files.flatMap((file) => {
    const id = idIn(file, 'id_str');
    if (id === null) return [];
    media.set(`3_${id}`, file);
    return [`3_${id}`];
  });
  const history = recordOf(status['edit_history'])?.['edit_tweet_ids'];
  return {
    id: status['id_str'],
    author_id: authorId,
    text: long?.['full_text'] ?? status['full_text'] ?? status['text'],
    display_text_range: source['display_text_range'],
    entities: source['entities'],
    created_at: status['created_at'],
    lang: status['lang'],
    conversation_id: status['conversation_id_str'],
    in_reply_to_user_id: status['in_reply_to_user_id_str'],
    referenced_tweets: [
      { type: 'replied_to', id: status['in_reply_to_status_id_str'] },
      { type: 'quoted', id: status['quoted_status_id_str'] },
      { type: 'retweeted', id: recordOf(status['retweeted_status'])?.['id_str'] },
    ].filter(({ id }) => typeof id === 'string'),
    ...(Array.isArray(history) ? { edit_history_tweet_ids: history } : {}),
    ...(mediaKeys.length === 0 ? {} : { attachments: { media_keys: mediaKeys } }),
  };
}
