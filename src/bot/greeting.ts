import { CUSTOMER_LANGUAGES, type CustomerLanguage } from '../core/model/conversation.ts';

/** One official account as customers know it. */
export interface OfficialAccount {
  /** The platform as people call it, such as Telegram. */
  platform: string;
  /** Such as @ExampleSupportBot. */
  name: string;
}

interface Words {
  /** It is a bot, and how to reach a person. */
  bot: string;
  /** Before the list of official accounts. */
  official: string;
  /** After it. */
  only: string;
}

const WORDS: Readonly<Record<CustomerLanguage, Words>> = {
  en: {
    bot: 'Hello! I am an automatic assistant. If you would rather talk to a person, write “agent” at any time.',
    official: 'Our official accounts:',
    only: 'Whoever writes to you from any other account is not us. We never ask for passwords, codes or recovery phrases.',
  },
  zh: {
    bot: '您好！我是自动客服助手。如需人工客服，请随时回复“人工”。',
    official: '我们的官方账号：',
    only: '其他任何账号都不是我们。我们绝不会索要密码、验证码或助记词。',
  },
  ja: {
    bot: 'こんにちは。こちらは自動応答アシスタントです。担当者との会話をご希望の場合は、いつでも「オペレーター」とお送りください。',
    official: '当社の公式アカウント：',
    only: 'これ以外のアカウントは当社のものではありません。当社がパスワード、認証コード、リカバリーフレーズをお尋ねすることは決してありません。',
  },
  ko: {
    bot: '안녕하세요! 저는 자동 응답 도우미입니다. 상담원과의 대화를 원하시면 언제든지 “상담원”이라고 보내 주세요.',
    official: '공식 계정:',
    only: '그 밖의 계정은 저희가 아닙니다. 저희는 비밀번호, 인증 코드, 복구 문구를 절대로 요구하지 않습니다.',
  },
  es: {
    bot: '¡Hola! Soy un asistente automático. Si prefieres hablar con una persona, escribe «agente» en cualquier momento.',
    official: 'Nuestras cuentas oficiales:',
    only: 'Quien te escriba desde cualquier otra cuenta no somos nosotros. Nunca pedimos contraseñas, códigos ni frases de recuperación.',
  },
  ru: {
    bot: 'Здравствуйте! Я автоматический помощник. Если хотите поговорить с сотрудником, напишите «оператор» в любой момент.',
    official: 'Наши официальные аккаунты:',
    only: 'Любой другой аккаунт — не мы. Мы никогда не запрашиваем пароли, коды и сид-фразы.',
  },
};

/** What the bot says before its first answer to a contact, made once for each language. */
export function createGreeting(accounts: readonly OfficialAccount[]): (language: CustomerLanguage) => string {
  const made = new Map(CUSTOMER_LANGUAGES.map((language) => [language, textOf(language, accounts)]));
  return (language) => made.get(language) ?? '';
}

function textOf(language: CustomerLanguage, accounts: readonly OfficialAccount[]): string {
  const { bot, official, only } = WORDS[language];
  if (accounts.length === 0) return bot;
  return `${bot}\n\n${official}\n${accounts.map(({ platform, name }) => `• ${platform}: ${name}`).join('\n')}\n${only}`;
}
