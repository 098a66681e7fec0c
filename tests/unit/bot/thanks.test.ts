import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { isMereThanks } from '../../../src/bot/thanks.ts';
import { processorMs } from '../../kit/processor-time.ts';

const MERE = [
  'thanks',
  'Thank you!',
  'thank you so much',
  'Thanks a lot guys',
  'ok',
  'OK, thanks',
  'okay got it',
  'ok 👍',
  '👍',
  '🙏🙏',
  '👍🏽',
  '❤️',
  'ty',
  'great, thank you for your help',
  'Perfect. It works now',
  'thx bro',
  '谢谢',
  '谢谢您',
  '好的，谢谢！',
  '好的好的',
  '收到',
  '明白了',
  '非常感谢',
  '谢谢客服',
  '好的👌',
  '謝謝',
  'ありがとうございます',
  'ありがとうございました！',
  '了解しました',
  'はい、わかりました。ありがとうございます。',
  '助かりました',
  '감사합니다',
  '네 감사합니다',
  '네네',
  '넵',
  '알겠습니다. 감사합니다!',
  '정말 고마워요',
  'gracias',
  'Muchas gracias',
  'ok, gracias',
  'vale, perfecto',
  'gracias por tu ayuda',
  'de acuerdo',
  'спасибо',
  'Спасибо большое!',
  'ок, спасибо',
  'понял, благодарю',
  'хорошо',
  'всё понятно, спасибо',
];

const MORE = [
  '',
  ' ',
  'thanks but it still does not work',
  'ok?',
  'thanks, and when will it arrive',
  'not ok',
  'no thanks, I want a refund',
  'you',
  'the help',
  'hello',
  '👎',
  '😡',
  'ok 😡',
  '👍 but no',
  'okx',
  'goodbye to my money',
  'nice try scammer',
  '谢谢，但是还没到账',
  '好的，那什么时候到账',
  '好慢',
  '行吗？',
  '谢谢你们让我损失',
  'ありがとうございます。でもまだです',
  'はい、まだ届いていません',
  '감사합니다 그런데 아직 안 왔어요',
  '네 아직요',
  'gracias pero no llegó',
  'bien, ¿y ahora?',
  'спасибо, но не пришло',
  'хорошо, а когда',
  'ok my code is 123456',
  '123',
  'thanks '.repeat(20),
  '❓',
  '.',
];

describe('mere thanks', () => {
  it.each(MERE)('%s', (text) => {
    expect(isMereThanks(text)).toBe(true);
  });
});

describe('more than thanks', () => {
  it.each(MORE)('%j', (text) => {
    expect(isMereThanks(text)).toBe(false);
  });
});

it('a number or a question is never mere thanks, and no text takes long', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...MERE), { minLength: 1, maxLength: 5 }),
      fc.constantFrom('?', '？', ' 5', ' x'),
      (parts, end) => {
        expect(isMereThanks(parts.join(' ') + end)).toBe(false);
      },
    ),
  );
  const parts = ['好', '好的', '네', 'ok', 'very good ', '谢谢您', 'да'];
  const tookMs = processorMs(() => parts.map((part) => isMereThanks(`${part.repeat(80).slice(0, 79)}x`)));
  expect(tookMs).toBeLessThan(100);
});
