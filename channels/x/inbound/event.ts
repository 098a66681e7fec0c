import type { AuthorRef, Normalised } from '../../../src/core/model/inbound.ts';
import { recordOf, stringOf } from '../../shared/read-unknown.ts';
import { nameLine } from '../../shared/well-formed.ts';
import { snowflakeOf } from '../ids.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** What an account brings to the reading of its payloads. */
export interface NormaliseContext {
  /** Our own user id; null while unknown. */
  selfId: string | null;
  /** Our own handle without the at sign; null while unknown. */
  selfHandle: string | null;
  /** Tags of campaigns, without the sign; posts with them ask nothing of us. */
  campaignTags: readonly string[];
}

/** What was known of a payload when it came, kept with it so that reading it again gives the same. */
export interface About {
  selfId: string | null;
  /** By post id: how many others wrote nearly the same shortly before. */
  alike: Fields;
}

/** One payload as its reader gets it. */
export interface Reading {
  context: NormaliseContext;
  about: About;
  /** Our own user id, as far as anybody says. */
  selfId: string | null;
}

/** What a payload brings along to explain its events, by id or key. */
export interface Included {
  users: ReadonlyMap<string, Fields>;
  posts: ReadonlyMap<string, Fields>;
  media: ReadonlyMap<string, Fields>;
}

const MAX_INCLUDED = 1_000;

/** The records of a list, or of a map's values; those that come wrapped in `data` without it. */
export function recordsIn(value: unknown, most = MAX_INCLUDED): Fields[] {
  const given: unknown[] = Array.isArray(value) ? value : Object.values(recordOf(value) ?? {});
  return given.slice(0, most).flatMap((one: unknown): Fields[] => {
    const fields = recordOf(one);
    return fields === null ? [] : [recordOf(fields['data']) ?? fields];
  });
}

/** Reads `includes`. Users may also come as a map of their own. */
export function includedIn(includes: unknown, users?: unknown): Included {
  const fields = recordOf(includes);
  const byText = (records: readonly Fields[], names: readonly string[]): Map<string, Fields> =>
    new Map(
      records.flatMap((one): [string, Fields][] => {
        const key = names.map((name) => stringOf(one[name])).find((found) => found !== null);
        return key === undefined || key === null ? [] : [[key, one]];
      }),
    );
  return {
    users: byText([...recordsIn(fields?.['users']), ...recordsIn(users)], ['id', 'id_str']),
    posts: byText([...recordsIn(fields?.['tweets']), ...recordsIn(fields?.['posts'])], ['id']),
    media: byText(recordsIn(fields?.['media']), ['media_key']),
  };
}

/** Codes X gives where it knows no language. */
const NO_LANGUAGE = /^(?:und|zxx|art|q[a-t]\w)$/u;

/** Languages that X names by codes that were withdrawn. */
const RENAMED: Readonly<Record<string, string>> = { in: 'id', iw: 'he', ji: 'yi' };

/** The language of what was written, as BCP 47; null: X knows none. */
export function languageOf(given: unknown): string | null {
  const code = nameLine(stringOf(given) ?? '', 35);
  if (code === '' || NO_LANGUAGE.test(code)) return null;
  return Object.hasOwn(RENAMED, code) ? (RENAMED[code] ?? code) : code;
}

/** The author, as far as the payload tells; X names them by their id alone where it leaves out who they are. `language`: of what they wrote. */
export function authorOf(id: string, user: Fields | undefined, language?: unknown): AuthorRef {
  const handle = nameLine(stringOf(user?.['username']) ?? stringOf(user?.['screen_name']) ?? '', 50);
  const languageCode = languageOf(language);
  return {
    externalId: id,
    displayName: nameLine(stringOf(user?.['name']) ?? '') || handle || id,
    ...(handle === '' ? {} : { handle }),
    ...(languageCode === null ? {} : { languageCode }),
    isBot: isAutomated(user),
  };
}

/** X's own label; an organisation of that name would come with its page. */
function isAutomated(user: Fields | undefined): boolean {
  const label = recordOf(user?.['affiliation']);
  return label?.['description'] === 'Automated' && label['user_id'] === undefined && label['url'] === undefined;
}

/** The id in any of these fields, the first that has one. */
export function idIn(fields: Fields | null | undefined, ...names: readonly string[]): string | null {
  for (const name of names) {
    const id = snowflakeOf(fields?.[name]);
    if (id !== null) return id;
  }
  return null;
}

/** Ms since the epoch of a date in any form X has (ISO 8601, ms as text, `Mon Mar 26 16:33:26 +0000 2018`); null: none. */
export function momentOf(value: unknown): number | null {
  const ms =
    typeof value === 'number'
      ? value
      : typeof value !== 'string'
        ? Number.NaN
        : /^\d{1,16}$/u.test(value)
          ? Number(value)
          : Date.parse(value);
  return Number.isSafeInteger(ms) && ms > 0 ? ms : null;
}

export function filed(eventKey: string, reason: string): Normalised {
  return { outcome: 'filed', eventKey, reason };
}

export function parked(eventKey: string, reason: string): Normalised {
  return { outcome: 'parked', eventKey, reason };
}
