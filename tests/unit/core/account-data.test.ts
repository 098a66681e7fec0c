import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { accountDataIn } from '../../../src/core/rules/account-data.ts';
import { processorMs } from '../../kit/processor-time.ts';

const kindsIn = (text: string, ours: string[] = []): string[] => accountDataIn(text, ours).map(({ kind }) => kind);
const digits = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.nat(9), { minLength, maxLength }).map((all) => all.join(''));

describe('what looks like data of an account', () => {
  test.each([
    ['Your address ana.lopez@example.com is confirmed', ['email']],
    ['我们给 ana@例子.公司 发了邮件', ['email']],
    ['call +34 612 345 678 now', ['phone']],
    ['it went to 0x52908400098527886E0F7030069857D2E4169EE7', ['wallet']],
    ['bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq has it', ['wallet']],
    ['sent to TQn9Y2khEsLJW1ChVWFMSMeRDow5KcbLSE yesterday', ['wallet']],
    ['see 88df016429689c079f3b2f6ad39fa052532c56795b733da78a91ebe6a713944b', ['transaction']],
    ['https://scan.example/tx/0x88df016429689c079f3b2f6ad39fa052532c56795b733da78a91ebe6a713944b', ['transaction']],
    ['IBAN DE89 3704 0044 0532 0130 00 please', ['bank']],
    ['user 48151623 is verified', ['number']],
    ['订单号#20981234已处理', ['number']],
  ])('%s', (text, kinds) => {
    expect(kindsIn(text)).toEqual(kinds);
  });

  test.each([
    'Withdrawals are back since 2026-11-21, 14:30 UTC.',
    'The fee is 0.0005 BTC, the limit 1,000,000 USDT a day.',
    'Please send us a direct message @ExampleSupport, 24/7.',
    'See https://help.example.com/articles/360012345678 for how it works.',
    '我们绝不会先联系您。',
    'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft',
    'Pneumonoultramicroscopicsilicovolcanoconiosis is long',
    '10000 people, 99.99 % uptime',
    'Between 2026-11-20 and 2026-11-22 14:30:00 UTC.',
    'Maintenance: 22.11.2026 14:30, or 11/22/2026 2:30 pm, Nov 20-22 2026.',
    'From 10-20 to 1000-2000, 5000 - 10000 or 2025-2026.',
    'De 100 000-500 000 ou 100 000 – 500 000 USDT.',
    'Лимит 10 000–50 000 USDT, всего 100 000 000 или 12 345 678.',
    'El límite es 1.000.000 o 123.456.789,50 USDT; 0.12345678 BTC.',
    '@JohnSmi12345678 please send us a direct message.',
    'help.example.com/articles/360012345678-how-to and https://example.com/a12345678/b',
    'Node 192.168.100.200, price 68123.45 68200.10',
  ])('leaves alone: %s', (text) => {
    expect(kindsIn(text)).toEqual([]);
  });

  test('what is ours may stand there', () => {
    expect(kindsIn('Write to Support@Example.com', ['support@example.com'])).toEqual([]);
    expect(kindsIn('Write to support@examp1e.com', ['support@example.com'])).toEqual(['email']);
  });

  test('says where it stands, whatever is around it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (before, after) => {
        const text = `${before} ana@example.com ${after}`;
        const found = accountDataIn(text).find(
          ({ kind, start, length }) => kind === 'email' && text.slice(start, start + length) === 'ana@example.com',
        );
        expect(found?.start).toBe(before.length + 1);
      }),
    );
  });

  test('an id is found whatever it is called by', () => {
    const label = fc.constantFrom('', 'UID', 'id ', 'Order No', '订单', '注文番号', '주문', 'заказ');
    const mark = fc.constantFrom('', ' ', ':', '：', ': ', '-', '/', '.', '=', '(', '"', ', ');
    fc.assert(
      fc.property(
        label,
        mark,
        digits(6, 18),
        fc.constantFrom('', ' ', '.', ', ', '已处理', ')'),
        (word, sign, id, after) => {
          // That is how a call to another country begins.
          fc.pre(!id.startsWith('00'));
          const [found, ...more] = accountDataIn(`${word}${sign}${id}${after}`);
          expect(more).toEqual([]);
          expect(found).toEqual({ kind: 'number', start: word.length + sign.length, length: id.length });
        },
      ),
    );
  });

  test('digits in groups are found as a whole', () => {
    const shape = fc.constantFrom(
      [4, 4, 4, 4],
      [4, 6, 5],
      [3, 3, 4],
      [3, 4, 4],
      [2, 4, 4],
      [1, 3, 3, 2, 2],
      [3, 2, 4],
      [2, 2, 2, 2, 2],
    );
    const groups = shape.chain((lengths) => fc.tuple(...lengths.map((length) => digits(length, length))));
    const between = fc.constantFrom(' ', '-', '\u00a0', '–', ' - ');
    fc.assert(
      fc.property(groups, between, fc.constantFrom('', 'tel. ', '电话', 'card:'), (all, sign, before) => {
        // Round amounts and calls to other countries, years.
        fc.pre(all.every((group) => !/^(?:0$|00|19|20)/u.test(group)));
        const number = all.join(sign);
        expect(accountDataIn(`${before}${number}!`)).toEqual([
          { kind: 'number', start: before.length, length: number.length },
        ]);
      }),
    );
  });

  test('dates, times, amounts and ranges are left alone', () => {
    const two = (value: number): string => String(value).padStart(2, '0');
    const date = fc
      .tuple(fc.integer({ min: 1990, max: 2099 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }))
      .chain(([year, month, day]) =>
        fc.constantFrom('-', '.', '/').map((sign) => ({
          written: [year, two(month), two(day)].join(sign),
          turned: [day, month, year].join(sign),
        })),
      );
    const time = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
      .map(([hour, minute]) => `${two(hour)}:${two(minute)}`);
    const below = fc.integer({ min: 1, max: 99_998 });
    fc.assert(
      fc.property(date, time, fc.integer({ min: 0 }), below, fc.nat(1_000), (day, hour, amount, least, more) => {
        const most = Math.min(99_999, least + 1 + more);
        const texts = [
          `${day.written} ${hour}`,
          `${hour} ${day.written}`,
          `${day.turned}, ${hour}–${hour}`,
          `${amount.toLocaleString('en')} USDT`,
          `${amount.toLocaleString('en')}.25 USDT`,
          `${least}-${most}`,
          `${least} - ${most}`,
        ];
        for (const text of texts) expect({ text, found: accountDataIn(text) }).toEqual({ text, found: [] });
      }),
    );
  });

  test('takes time linear in the text', () => {
    for (const piece of [
      'a',
      '0',
      'a@',
      '+1 ',
      'A1 ',
      '0x',
      'https://a/',
      'aB1',
      '1 ',
      '11-',
      '(1',
      '11.',
      '@1',
      'a.',
      '2026-',
      '12:',
    ]) {
      expect(processorMs(() => accountDataIn(piece.repeat(20_000)))).toBeLessThan(1_500);
    }
  });
});
