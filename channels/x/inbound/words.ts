import { recordOf, stringOf } from '../../shared/read-unknown.ts';
import { wellFormed } from '../../shared/well-formed.ts';
import { snowflakeOf } from '../ids.ts';
import { type Fields, recordsIn } from './event.ts';

/** Longer than any post or message of X. */
const MAX_TEXT = 50_000;
const MAX_ENTITIES = 500;
const MAX_URL = 4_096;
const SHORT_LINK = /https?:\/\/t\.co\/\w+/gu;
/** A page of X that shows a post, or a file of one. */
const POST_PAGE =
  /^https?:\/\/(?:www\.|mobile\.)?(?:twitter|x)\.com\/(?:\w+|i\/web)\/status\/(\d{1,20})(\/(?:photo|video)\/\d+)?/iu;
const FILE_HOST = /^https?:\/\/(?:ton\.(?:twitter|x)\.com|(?:twitter|x)\.com\/messages\/media)\//iu;
const LEADING_HANDLES = /^(?:@\w{1,30}\s+)+$/u;

/** A post's or message's words with what X says about them. */
export interface Words {
  /** Links as they were written, not X's short ones; no links to what the message shows anyway. */
  text: string;
  mentions: { id: string | null; handle: string; start: number }[];
  tags: string[];
}

/** What a message shows besides its words, so that a link to it says nothing more. */
export interface Shown {
  hasFiles: boolean;
  /** The post that is quoted and shown. */
  quotedId: string | null;
}

/** Reads a text with its entities, of any form X has; offsets count code points. */
export function wordsOf(given: unknown, entities: unknown, shown: Shown): Words {
  const text = wellFormed((stringOf(given) ?? '').slice(0, MAX_TEXT));
  const fields = recordOf(entities);
  const links = linksIn(fields);
  let from = 0;
  let read = '';
  for (const match of text.matchAll(SHORT_LINK)) {
    const target = links.get(match[0]);
    read += decoded(text.slice(from, match.index));
    if (target !== undefined && isShown(target, shown)) read = withoutTrailingSpaces(read);
    else read += target ?? match[0];
    from = match.index + match[0].length;
  }
  read += decoded(text.slice(from));
  return {
    text: from === 0 ? read : read.trimEnd(),
    mentions: mentionsIn(fields),
    tags: tagsIn(fields, text),
  };
}

/** The handles that stand before a reply because it is one; nobody wrote them. `from`: where the visible text begins, code points. */
export function withoutAddressees(text: string, from: number): string {
  const before = Array.from(text.slice(0, 2 * from))
    .slice(0, from)
    .join('');
  const rest = text.slice(before.length);
  return LEADING_HANDLES.test(before) && rest.trim() !== '' ? rest : text;
}

/** Handles as they stand in a text, where X does not say who is mentioned; `start` counts code points. */
export function handlesIn(text: string): { handle: string; start: number }[] {
  return Array.from(text.matchAll(/(?<![\w@/.])@(\w{1,30})(?![\w@])/gu), ({ 1: handle = '', index }) => ({
    handle,
    start: Array.from(text.slice(0, index)).length,
  }));
}

/** By hand: a text of nothing but spaces would keep a regular expression busy. */
function withoutTrailingSpaces(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === ' ' || text[end - 1] === '\t')) end -= 1;
  return text.slice(0, end);
}

/** X stores three characters as HTML would. */
function decoded(text: string): string {
  return text.replaceAll(/&(amp|lt|gt);/gu, (_all, name: string) => (name === 'amp' ? '&' : name === 'lt' ? '<' : '>'));
}

function linksIn(entities: Fields | null): Map<string, string> {
  const links = new Map<string, string>();
  for (const one of [...recordsIn(entities?.['urls'], MAX_ENTITIES), ...recordsIn(entities?.['media'], MAX_ENTITIES)]) {
    const short = stringOf(one['url']);
    const target = stringOf(one['expanded_url']) ?? stringOf(one['unwound_url']);
    if (short !== null && target !== null && /^https?:\/\//iu.test(target) && target.length <= MAX_URL) {
      links.set(short, wellFormed(target));
    }
  }
  return links;
}

function isShown(target: string, { hasFiles, quotedId }: Shown): boolean {
  const [, postId, file] = POST_PAGE.exec(target) ?? [];
  if (hasFiles && (file !== undefined || FILE_HOST.test(target))) return true;
  return quotedId !== null && postId === quotedId && file === undefined;
}

function mentionsIn(entities: Fields | null): Words['mentions'] {
  const given = [
    ...recordsIn(entities?.['mentions'], MAX_ENTITIES),
    ...recordsIn(entities?.['user_mentions'], MAX_ENTITIES),
  ];
  return given.map((one) => {
    const indices: unknown = one['indices'];
    const start: unknown = one['start'] ?? (Array.isArray(indices) ? indices[0] : null);
    return {
      id: snowflakeOf(one['id_str']) ?? snowflakeOf(one['id']),
      handle: stringOf(one['username']) ?? stringOf(one['screen_name']) ?? '',
      start: typeof start === 'number' && Number.isSafeInteger(start) && start >= 0 ? start : 0,
    };
  });
}

function tagsIn(entities: Fields | null, text: string): string[] {
  const given = [
    ...recordsIn(entities?.['hashtags'], MAX_ENTITIES),
    ...recordsIn(entities?.['cashtags'], MAX_ENTITIES),
    ...recordsIn(entities?.['symbols'], MAX_ENTITIES),
  ].flatMap((one) => stringOf(one['tag']) ?? stringOf(one['text']) ?? []);
  if (given.length > 0) return given.map((tag) => tag.toLowerCase());
  return Array.from(text.matchAll(/(?<![\p{L}\p{N}&])[#＃]([\p{L}\p{N}_]{1,100})/gu), ([, tag = '']) =>
    tag.toLowerCase(),
  ).slice(0, MAX_ENTITIES);
}
