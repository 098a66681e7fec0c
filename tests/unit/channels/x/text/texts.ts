import * as fc from 'fast-check';

/** A stretch of every script that customers write in, with marks that stack, join and turn. */
const SCRIPTS = [
  'Where is my deposit',
  'Ünïcödé ñandú čšž',
  'e\u0301a\u0308o\u0302\u0323',
  'Пополнение не пришло',
  'Где ответ',
  'Πού είναι τα χρήματά μου',
  'أين الإيداع الخاص بي',
  'היכן ההפקדה שלי',
  'मेरी जमा राशि कहाँ है',
  'আমার জমা কোথায়',
  'என் வைப்பு எங்கே',
  'เงินฝากของฉันอยู่ที่ไหน',
  'ကျွန်ုပ်၏ငွေ',
  '我的充值在哪里',
  '入金はどこですか、カタカナ',
  '내 입금은 어디에 있나요',
  '각각'.normalize('NFD'),
  'ፍቅር ᏣᎳᎩ ᠮᠣᠩᠭᠣᠯ',
  '𝕏 𝓪𝓫𝓬 𐍈 𠮷',
  'Zalgo\u0300\u0301\u0302\u0303\u0304\u0305',
];

const EMOJI = [
  ...Array.from('😀🚀👍❤️🏳️🏴☎️✈️⛹🏋🕴👁'),
  '❤️',
  '☎\uFE0E',
  '©️',
  '©',
  '™️',
  '‼️',
  '1️⃣',
  '#⃣',
  '👍🏽',
  '☝🏿',
  '☝️🏿',
  '✌️',
  '👨‍👩‍👧‍👦',
  '👩‍❤️‍💋‍👨',
  '👨‍👨‍👦',
  '👩🏽‍💻',
  '👨‍⚕️',
  '🏃🏻‍♀️',
  '🏋️‍♂️',
  '⛹🏿‍♀️',
  '🕵🏼‍♀️',
  '👯‍♂️',
  '🏳️‍🌈',
  '🏴‍☠️',
  '👁‍🗨',
  '🏴󠁧󠁢󠁥󠁮󠁧󠁿',
  '🏴󠁧󠁢󠁳󠁣󠁴󠁿',
  '🇩🇪',
  '🇽🇰',
  '🇦🇦',
  '🇩🇪🇫',
  '🇪🇺🇺🇳',
  '🦸🏾‍♀️',
  '🧑‍🚀',
  '🧑🏻‍🤝‍🧑🏿',
  '🏳️‍⚧️',
  '🫶🏽',
  '❤️‍🔥',
  '\u200D',
  '\uFE0F',
  '\u20E3',
  '\u{1F3FB}',
];

const LINKS = [
  'https://example.com',
  'http://example.com/path?x=1&y=2#z',
  'https://t.co/AbC123',
  'https://t.co/AbC123/more',
  `https://t.co/${'a'.repeat(41)}`,
  'example.com',
  'sub-domain.example.co.uk/a/b',
  'ExAmPlE.COM',
  'a.b.c.d.ai',
  '日本.example.com/x',
  'foo.com日本.org/x',
  'https://пример.рф/путь',
  'https://例え.テスト',
  'https://香港.嘉里大酒店/a',
  'भारत.भारतम्',
  'xn--fsq.com',
  'xn--日本.com',
  'http://xn--80ak6aa92e.com',
  'user@example.com',
  'https://en.wikipedia.org/wiki/Foo_(bar_(baz))',
  'https://example.com/@user/1',
  'https://example.com:8080/x',
  'https://example.com?q=(a)!',
  'example.com?q=1',
  'http://a_b.example.com',
  'http://a_b.com',
  'http://-a.com',
  'node.js',
  'e.g.this',
  '1.2.3.4',
  'v1.co',
  'example.com.',
  'example.com…',
  `https://example.com/${'x'.repeat(300)}`,
  `https://${'a'.repeat(64)}.com`,
  `https://${'日'.repeat(30)}.com`,
  `${'ж'.repeat(70)}.com`,
  'https://x.com/Someone/status/1234567890123456789',
];

const GLUE = [
  ...'. . . / : @ # $ ＠ - _ + = ? & % ( ) [ ] \n \t " ` \' ， 。 、 … – ’'.split(' '),
  ' ',
  ' ',
  '\n\n',
  '\u200B',
  '\u200F',
  '\u061C',
  '\u3000',
  '\uFEFF',
  '\u0007',
  '\u007F',
  '\uFF0E',
  '\u212A',
  '\u017F',
  '\u03B9',
];

const words = fc.constantFrom(...SCRIPTS).chain((script) => {
  const characters = Array.from(script);
  return fc
    .tuple(fc.nat(characters.length - 1), fc.integer({ min: 1, max: 12 }))
    .map(([from, length]) => characters.slice(from, from + length).join(''));
});
const character = fc
  .oneof(fc.integer({ min: 0, max: 0x2fff }), fc.integer({ min: 0, max: 0x10ffff }))
  .map((point) => String.fromCodePoint(point));

/** What texts are made of: words of all scripts, emoji, links true and false, and what stands between them. */
export const piece: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: words, weight: 6 },
  { arbitrary: fc.constantFrom(...GLUE), weight: 5 },
  { arbitrary: fc.constantFrom(...EMOJI), weight: 4 },
  { arbitrary: fc.constantFrom(...LINKS), weight: 3 },
  { arbitrary: character, weight: 1 },
);

/** Texts of up to `most` pieces, some with single halves of surrogate pairs and everything else a customer's phone may send. */
export function textOf(most: number): fc.Arbitrary<string> {
  return fc.array(piece, { maxLength: most, size: 'max' }).map((pieces) => pieces.join(''));
}
