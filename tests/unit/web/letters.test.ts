import { describe, expect, test } from '@jest/globals';
import type { Message } from '../../../src/web/api/model.ts';
import { Drafts, readDraft } from '../../../src/web/composer/drafts.ts';
import type { Text } from '../../../src/web/i18n/text.ts';
import {
  bareSubject,
  filedWords,
  type Letter,
  listedFiles,
  originalOf,
  personWords,
  redirectedTo,
  warningWords,
} from '../../../src/web/letters/letter-facts.ts';
import {
  answeredLetter,
  leftOut,
  letterToSend,
  letterTrouble,
  readLetterToSend,
  readPeople,
  UNTOUCHED,
  withoutPerson,
  withPerson,
} from '../../../src/web/letters/recipients.ts';
import { hasAfterword, saysTheSame } from '../../../src/web/thread/delivery-summary.ts';
import { processorMs } from '../../kit/processor-time.ts';
import { at, delivery, message } from './rows.ts';

const mia = { address: 'mia@example.com', name: 'Mia' };
const boss = { address: 'boss@example.com', name: '' };
const lawyer = { address: 'law@example.net', name: 'Law' };

function letter(seq: number, facts: Partial<Letter> = {}, change: Partial<Message> = {}): Message {
  return message(seq, {
    extras: { letter: { subject: 'Lost card', from: mia, to: [], cc: [], ...facts } },
    ...change,
  });
}
const asId: Text = (id, values) => `${id}${values === undefined ? '' : JSON.stringify(values)}`;

describe('which letter a reply answers', () => {
  test('the newest that somebody has to answer', () => {
    const items = [letter(1), letter(2, { from: boss }), letter(3, { from: lawyer }, { state: 'filed' }), message(4)];
    expect(answeredLetter(items)).toEqual({
      author: boss,
      to: [boss],
      redirected: false,
      subject: 'Re: Lost card',
      atMs: Date.parse(at(2)),
    });
    expect(answeredLetter([letter(3, {}, { state: 'filed' })])?.author).toEqual(mia);
    expect(answeredLetter([message(1)])).toBeNull();
    expect(answeredLetter([letter(1, {}, { kind: 'outbound' })])).toBeNull();
  });

  test('its answer goes where it asks, and that is said where it is somebody else', () => {
    expect(answeredLetter([letter(1, { replyTo: [lawyer] })])).toMatchObject({ to: [lawyer], redirected: true });
    expect(answeredLetter([letter(1, { replyTo: [{ ...mia, address: 'MIA@example.com' }] })])).toMatchObject({
      redirected: false,
    });
  });

  test.each([
    ['Lost card', 'Re: Lost card'],
    ['Re: Lost card', 'Re: Lost card'],
    ['AW: Karte', 'AW: Karte'],
    ['回复：卡', '回复：卡'],
    ['', ''],
  ])('%s is answered under %s', (subject, answer) => {
    expect(answeredLetter([letter(1, { subject })])?.subject).toBe(answer);
  });
});

describe('who gets it', () => {
  const answered = answeredLetter([letter(1)]);
  const participants = [
    { ...mia, role: 'customer' as const, proven: true },
    { ...boss, role: 'copied' as const, proven: false },
  ];

  test('nobody who is copied, unless the agent keeps them', () => {
    expect(leftOut(UNTOUCHED, answered, participants)).toEqual([boss]);
    const kept = { ...UNTOUCHED, cc: [{ ...boss, address: 'BOSS@example.com' }] };
    expect(leftOut(kept, answered, participants)).toEqual([]);
    expect(letterToSend(UNTOUCHED, answered)).toEqual({ to: [mia], cc: [], bcc: [] });
    expect(letterToSend({ ...UNTOUCHED, cc: [boss] }, answered)).toEqual({ to: [mia], cc: [boss], bcc: [] });
  });

  test('whoever wrote is offered where the answer goes elsewhere', () => {
    const elsewhere = answeredLetter([letter(1, { replyTo: [lawyer] })]);
    expect(leftOut(UNTOUCHED, elsewhere, [])).toEqual([mia]);
  });

  test('who was shown, and a subject only where it is another one', () => {
    expect(letterToSend({ ...UNTOUCHED, subject: 'Re: Lost card' }, answered)).not.toHaveProperty('subject');
    expect(letterToSend({ ...UNTOUCHED, subject: '  ' }, answered)).not.toHaveProperty('subject');
    expect(letterToSend({ ...UNTOUCHED, subject: ' Your card ' }, answered)).toMatchObject({ subject: 'Your card' });
    expect(letterToSend(UNTOUCHED, null)).toBeNull();
  });

  test('at least one, and fifty at most', () => {
    const many = Array.from({ length: 50 }, (_, index) => ({ address: `p${index}@example.com`, name: '' }));
    expect(letterTrouble(UNTOUCHED)).toBeNull();
    expect(letterTrouble({ ...UNTOUCHED, to: [] })).toBe('nobody');
    expect(letterTrouble({ ...UNTOUCHED, cc: many })).toBe('tooMany');
    expect(letterTrouble({ ...UNTOUCHED, to: many })).toBeNull();
  });

  test('each once, whatever the case', () => {
    expect(withPerson([mia], { address: 'MIA@example.com', name: '' })).toEqual([mia]);
    expect(withPerson([mia], boss)).toEqual([mia, boss]);
    expect(withoutPerson([mia, boss], 'Boss@Example.com')).toEqual([mia]);
  });

  test.each([
    ['a@example.com', ['a@example.com'], ''],
    ['Ann Miller <a@example.com>', ['a@example.com'], ''],
    ['"Miller, Ann" <a@example.com>', ['a@example.com'], '"Miller'],
    ['a@example.com, b@bücher.example;c@example.com', ['a@example.com', 'b@bücher.example', 'c@example.com'], ''],
    ['a@example.com, nobody', ['a@example.com'], 'nobody'],
    ['a@b', [], 'a@b'],
    ['a b@example.com', [], 'a b@example.com'],
    ['a@example.com\nBcc: b@example.com', ['a@example.com'], 'Bcc: b@example.com'],
  ])('typed as %j', (typed, addresses, rest) => {
    const read = readPeople(typed);
    expect(read.people.map((one) => one.address)).toEqual(addresses);
    expect(read.rest).toBe(rest);
  });

  test('a pasted row of spaces holds nothing up', () => {
    expect(processorMs(() => readPeople(`${' '.repeat(6_000)}a${' '.repeat(6_000)}b`))).toBeLessThan(500);
  });
});

describe('what is kept', () => {
  test('a draft keeps its recipients, without words too; anything else is nothing', () => {
    const stored = new Map<string, string>();
    const drafts = new Drafts('me', {
      getItem: (key) => stored.get(key) ?? null,
      setItem: (key, value) => void stored.set(key, value),
      removeItem: (key) => void stored.delete(key),
    });
    const draft = { reply: '', note: '', mode: 'reply' as const, letter: { ...UNTOUCHED, cc: [boss] } };
    drafts.write('c', draft);
    expect(drafts.read('c')).toEqual(draft);
    expect(readDraft('{"letter":{"to":[1,{"address":2}],"cc":"x","subject":3}}').letter).toEqual({
      ...UNTOUCHED,
      to: [],
    });
    expect(readDraft('{"reply":"a"}')).not.toHaveProperty('letter');
    expect(readLetterToSend(null)).toBeNull();
  });
});

describe('words', () => {
  test('an address is never left out', () => {
    expect(personWords({ name: 'ceo@bank.example', address: 'x@evil.example' })).toBe(
      'ceo@bank.example <x@evil.example>',
    );
    expect(personWords(boss)).toBe('boss@example.com');
    expect(personWords({ name: 'BOSS@example.com', address: 'boss@example.com' })).toBe('boss@example.com');
  });

  test.each([
    ['Re: Lost card', 'Lost card'],
    ['RE: re[2]: Fwd:  Lost   card', 'Lost card'],
    ['回复：转发: 卡', '卡'],
    ['Antw: Re: x', 'x'],
    ['Refund: when?', 'Refund: when?'],
  ])('%s is about %s', (subject, bare) => {
    expect(bareSubject(subject)).toBe(bare);
  });

  test('codes have words, unknown ones stay as they are', () => {
    expect(warningWords('several_from', asId)).toBe('letter.warning.several_from');
    expect(warningWords('truncated_html', asId)).toBe('letter.warning.truncated');
    expect(warningWords('something_new', asId)).toBe('something_new');
    expect(filedWords('spam', asId)).toBe('filed.spam');
    expect(filedWords('odd', asId)).toContain('odd');
  });

  test('who gets answers instead of the author', () => {
    const base: Letter = { subject: '', from: mia, to: [], cc: [] };
    expect(redirectedTo(base)).toEqual([]);
    expect(redirectedTo({ ...base, replyTo: [mia, lawyer] })).toEqual([lawyer]);
  });
});

describe('files of a letter', () => {
  const file = (id: string, role: 'file' | 'inline' | 'html' | 'original') => ({
    id,
    role,
    contentId: null,
    kind: 'document' as const,
    fileName: null,
    mime: null,
    sizeBytes: 1,
    width: null,
    height: null,
    durationMs: null,
    state: 'stored' as const,
    reason: null,
    preview: null,
    caption: null,
  });
  const attachments = [file('a', 'file'), file('b', 'inline'), file('c', 'html'), file('d', 'original')];
  const listed = (formatted: boolean) =>
    listedFiles(letter(1, formatted ? { formatted: true } : {}, { attachments })).map((one) => one.id);

  test('pictures that stand in the text are listed only where that text is not there', () => {
    expect(listed(true)).toEqual(['a']);
    expect(listed(false)).toEqual(['a', 'b']);
    expect(originalOf({ attachments })?.id).toBe('d');
    expect(originalOf({ attachments: [{ ...file('d', 'original'), state: 'erased' }] })).toBeNull();
  });
});

test('a part that waits at the next server is told of, though it was sent', () => {
  const late = { ...delivery('sent'), errorKind: 'delayed', error: '451 greylisted' };
  expect([hasAfterword(late), hasAfterword(delivery('sent')), hasAfterword({ ...late, state: 'bounced' })]).toEqual([
    true,
    false,
    false,
  ]);
  expect(saysTheSame([delivery('sent')], [delivery('sent')])).toBe(true);
  expect(saysTheSame([late], [delivery('sent')])).toBe(false);
});
