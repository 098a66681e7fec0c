import fc from 'fast-check';
import { UPDATE_KINDS } from '../../fixtures/telegram/updates.ts';

/** In every customer's text: nothing of it may appear in a log. */
export const MARKER = 'customer-words-7f3a9c';
/** A valid BIP-39 phrase: masked before anything is written. */
export const SEED_PHRASE = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
/** Written out as a number JSON allows and no double holds. */
const HUGE = '@@huge@@';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const person = { id: 51_000, is_bot: false, first_name: 'Ana', username: 'ana', language_code: 'en' };

/** An update as Telegram sends it. `n` makes its ids distinct. */
export function genuineUpdate(n: number, text: string): { [key: string]: Json } {
  return {
    update_id: 800_000_000 + n,
    message: {
      message_id: 1_000 + n,
      from: { ...person, id: 51_000 + (n % 7) },
      chat: { id: 51_000 + (n % 7), type: 'private', first_name: 'Ana' },
      date: 1_790_000_000,
      text,
      entities: [
        { type: 'bold', offset: 0, length: 8 },
        { type: 'text_link', offset: 2, length: 9, url: 'https://example.com/a' },
      ],
    },
  };
}

function groupEdit(n: number, text: string): { [key: string]: Json } {
  return {
    update_id: 800_000_000 + n,
    edited_message: {
      message_id: 1_000 + n,
      from: { ...person, last_name: 'B' },
      chat: { id: -1_001_000_000_777, type: 'supergroup', title: 'Group' },
      date: 1_790_000_000,
      edit_date: 1_790_000_100,
      message_thread_id: 5,
      is_topic_message: true,
      reply_to_message: {
        message_id: 999,
        from: { id: 700_000_001, is_bot: true, first_name: 'S' },
        date: 1,
        text: 'x',
      },
      text,
    },
  };
}

function photo(n: number, text: string): { [key: string]: Json } {
  return {
    update_id: 800_000_000 + n,
    business_message: {
      message_id: 1_000 + n,
      business_connection_id: 'bAbC',
      from: person,
      chat: { id: person.id, type: 'private', first_name: 'Ana' },
      date: 1_790_000_000,
      photo: [{ file_id: 'x', width: 1, height: 1 }],
      caption: text,
      caption_entities: [{ type: 'spoiler', offset: 0, length: 4 }],
    },
  };
}

/** An update of any kind the platform sends; a quarter of them says what `text` is. */
function ofKind(index: number, n: number, text: string): { [key: string]: Json } {
  const update: { [key: string]: Json } = JSON.parse(JSON.stringify(UPDATE_KINDS[index]?.update(n) ?? {}));
  const content = Object.values(update).find((value) => typeof value === 'object' && value !== null);
  if (n % 4 === 0 && typeof content === 'object' && content !== null && !Array.isArray(content)) {
    for (const field of ['text', 'caption', 'data']) if (typeof content[field] === 'string') content[field] = text;
  }
  return update;
}

const texts = fc.oneof(
  fc.constantFrom(
    `${MARKER} hello`,
    `${MARKER} ${SEED_PHRASE}`,
    `/start ${MARKER}`,
    `${MARKER}\u0000nul`,
    `\ud800${MARKER}\udfff`,
  ),
  fc.string({ unit: 'binary', maxLength: 40 }).map((text) => `${MARKER} ${text}`),
);

const weird: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    null,
    true,
    false,
    0,
    -1,
    1.5,
    1e308,
    -1e-308,
    2 ** 53,
    -(2 ** 63),
    9_007_199_254_740_991,
    HUGE,
  ),
  fc.constantFrom<Json>(
    '',
    'private',
    'channel',
    '\u0000',
    'a\u0000b',
    '\ud800',
    '\udc00x',
    '\u202e',
    'x'.repeat(5_000),
    '1',
    '__proto__',
  ),
  fc.constantFrom<Json>([], {}, [[]], [null], { id: 1 }, { __proto__: 1 }, [1, 'a', { b: [] }]),
  fc.integer({ min: 1, max: 60 }).map((depth) => nested(depth)),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

/** Deep nesting as JSON text; JSON.stringify would overflow the stack where JSON.parse does not. */
export function nestedJson(depth: number): string {
  return `${'[{"a":'.repeat(depth / 2)}1${'}]'.repeat(depth / 2)}`;
}

function nested(depth: number): Json {
  let value: Json = 'x';
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

/** One change at one of a value's places; `at` chooses among all of them. */
type Change = { kind: 'replace' | 'delete' | 'rename' | 'add' | 'list'; at: number; with: Json };

const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom('replace', 'replace', 'replace', 'delete', 'rename', 'add', 'list'),
  at: fc.nat(200),
  with: weird,
});

type Place = { holder: Json[] | { [key: string]: Json }; key: string };

function placesOf(value: Json, found: Place[] = []): Place[] {
  if (typeof value !== 'object' || value === null) return found;
  for (const [key, inner] of Object.entries(value)) {
    found.push({ holder: value, key });
    placesOf(inner, found);
  }
  return found;
}

function get({ holder, key }: Place): Json {
  return (Array.isArray(holder) ? holder[Number(key)] : holder[key]) ?? null;
}

function set({ holder, key }: Place, value: Json): void {
  if (Array.isArray(holder)) holder[Number(key)] = value;
  else Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

function apply(update: Json, { kind, at, with: value }: Change): void {
  const places = placesOf(update);
  const place = places[at % Math.max(1, places.length)];
  if (place === undefined) return;
  const { holder, key } = place;
  if (kind === 'replace') set(place, value);
  else if (kind === 'list') set(place, [get(place), get(place)]);
  else if (kind === 'add') set({ holder, key: typeof value === 'string' ? value : 'more' }, value);
  else if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else {
    const before = get(place);
    delete holder[key];
    if (kind === 'rename') set({ holder, key: typeof value === 'string' ? value : `${key}_` }, before);
  }
}

/** What happens to the bytes after the structure was changed. */
type Damage = { kind: 'none' | 'twice' | 'bom' | 'duplicate keys' } | { kind: 'cut' | 'bad byte' | 'nul'; at: number };

const damage: fc.Arbitrary<Damage> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Damage>({ kind: 'none' }) },
  { weight: 1, arbitrary: fc.constantFrom<Damage>({ kind: 'twice' }, { kind: 'bom' }, { kind: 'duplicate keys' }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('cut', 'bad byte', 'nul'), at: fc.nat(2_000) }) },
);

function write(update: Json, harm: Damage): Buffer {
  const json = JSON.stringify(update).replaceAll(JSON.stringify(HUGE), '1e400');
  const bytes = Buffer.from(json);
  switch (harm.kind) {
    case 'none':
      return bytes;
    case 'twice':
      return Buffer.concat([bytes, bytes]);
    case 'bom':
      return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]);
    case 'duplicate keys':
      return Buffer.from(json.replaceAll(/"(text|id|chat|message_id)":/gu, '"$1":null,"$1":'));
    case 'cut':
      return bytes.subarray(0, harm.at % bytes.length);
    case 'bad byte':
    case 'nul': {
      const at = harm.at % bytes.length;
      return Buffer.concat([bytes.subarray(0, at), Buffer.from([harm.kind === 'nul' ? 0 : 0xff]), bytes.subarray(at)]);
    }
  }
}

/** A mutated update as the bytes of a request, and which kind it was made of; a failing one is printed as text. */
export interface Mutated {
  bytes: Buffer;
  kind: string;
  [fc.toStringMethod](): string;
}

/** How an update begins: the few that are put together here, and every kind there is. */
const beginning = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom(genuineUpdate, groupEdit, photo).map((make) => ({ kind: make.name, make })) },
  {
    weight: 3,
    arbitrary: fc.nat(UPDATE_KINDS.length - 1).map((index) => ({
      kind: UPDATE_KINDS[index]?.name ?? '',
      make: (n: number, text: string) => ofKind(index, n, text),
    })),
  },
);

export const mutatedUpdate: fc.Arbitrary<Mutated> = fc
  .record({
    beginning,
    n: fc.nat(1_000_000),
    text: texts,
    changes: fc.array(change, { maxLength: 4 }),
    harm: damage,
  })
  .map(({ beginning: { kind, make }, n, text, changes, harm }) => {
    const update = structuredClone(make(n, text));
    for (const one of changes) apply(update, structuredClone(one));
    const bytes = write(update, harm);
    return { bytes, kind, [fc.toStringMethod]: () => JSON.stringify(bytes.toString('latin1').slice(0, 2_000)) };
  });
