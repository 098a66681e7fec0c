/** Languages of the phones, by their own names. */
export const LANGUAGE_NAMES = {
  en: 'English',
  zh: '中文',
  ja: '日本語',
  ko: '한국어',
  es: 'Español',
  ru: 'Русский',
} as const;
export type PhoneLanguage = keyof typeof LANGUAGE_NAMES;

/** What a sentence is for; the page says it in the agent's language. */
export const PHRASE_KINDS = ['deposit', 'person', 'secret', 'odd', 'thanks'] as const;
export type PhraseKind = (typeof PHRASE_KINDS)[number];

/** From the published test vectors of BIP-39: words of a wallet that everybody knows and nobody uses. */
const WORDS = 'legal winner thank year wave sausage worth useful legal winner thank yellow';

/** Sentences in the customer's language; they are what a customer would write and therefore in no catalogue. */
export const PHRASES: Readonly<Record<PhoneLanguage, Readonly<Record<PhraseKind, string>>>> = {
  en: {
    deposit: 'My deposit has not arrived',
    person: 'I want to talk to a person',
    secret: `Here are my 12 words: ${WORDS}`,
    odd: 'Can my parrot have an account?',
    thanks: 'Thank you!',
  },
  zh: {
    deposit: '我的充值没到账',
    person: '我要人工客服',
    secret: `我的助记词是：${WORDS}`,
    odd: '我的鹦鹉可以开户吗？',
    thanks: '谢谢！',
  },
  ja: {
    deposit: '入金がまだ反映されていません',
    person: 'オペレーターと話したいです',
    secret: `リカバリーフレーズです：${WORDS}`,
    odd: 'オウムは口座を開けますか？',
    thanks: 'ありがとうございます',
  },
  ko: {
    deposit: '입금이 아직 안 들어왔어요',
    person: '상담원과 이야기하고 싶어요',
    secret: `제 복구 문구예요: ${WORDS}`,
    odd: '제 앵무새도 계좌를 만들 수 있나요?',
    thanks: '감사합니다',
  },
  es: {
    deposit: 'Mi depósito no llegó',
    person: 'Quiero hablar con una persona',
    secret: `Esta es mi frase de recuperación: ${WORDS}`,
    odd: '¿Puede mi loro abrir una cuenta?',
    thanks: '¡Gracias!',
  },
  ru: {
    deposit: 'Мой депозит не пришёл',
    person: 'Хочу поговорить с человеком',
    secret: `Вот моя сид-фраза: ${WORDS}`,
    odd: 'Можно моему попугаю открыть счёт?',
    thanks: 'Спасибо!',
  },
};
