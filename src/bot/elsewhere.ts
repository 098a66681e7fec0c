import type { CustomerLanguage } from '../core/model/conversation.ts';
import type { OfficialAccount } from './greeting.ts';

interface Words {
  /** In public, where `{name}` is how customers find us; short enough for a post of 280 characters, CJK counted twice. */
  invite: string;
  /** The same where nobody told our name. */
  inviteNameless: string;
  /** To somebody whose message only their own devices can read. */
  sealed: string;
  /** Before the list of our other accounts. */
  instead: string;
}

const WORDS: Readonly<Record<CustomerLanguage, Words>> = {
  en: {
    invite:
      'We would like to look into this. Please send a direct message to {name}; never post account details here. Beware of impostors: we never write first.',
    inviteNameless:
      'We would like to look into this. Please send us a direct message; never post account details here. Beware of impostors: we never write first.',
    sealed:
      'Your message reached us encrypted, and our support team cannot read it here. We never ask for passwords, codes or recovery phrases.',
    instead: 'Please write to us here instead:',
  },
  zh: {
    invite: '我们很乐意为您查看。请私信 {name}，不要在公开场合发布账户信息。谨防假冒：我们绝不会先联系您。',
    inviteNameless: '我们很乐意为您查看。请给我们发私信，不要在公开场合发布账户信息。谨防假冒：我们绝不会先联系您。',
    sealed: '您的消息是加密的，我们的客服团队无法在这里读取。我们绝不会索要密码、验证码或助记词。',
    instead: '请改用以下方式联系我们：',
  },
  ja: {
    invite:
      'お調べしますので、{name} までダイレクトメッセージをお送りください。アカウント情報は公開しないでください。なりすましにご注意ください。当社から先にご連絡することはありません。',
    inviteNameless:
      'お調べしますので、ダイレクトメッセージをお送りください。アカウント情報は公開しないでください。なりすましにご注意ください。当社から先にご連絡することはありません。',
    sealed:
      'メッセージは暗号化されており、サポートチームはここで読むことができません。パスワード、認証コード、リカバリーフレーズをお尋ねすることはありません。',
    instead: 'こちらからご連絡ください：',
  },
  ko: {
    invite:
      '확인해 드리겠습니다. {name} 계정으로 다이렉트 메시지를 보내 주세요. 계정 정보는 공개하지 마세요. 사칭에 주의하세요. 저희는 먼저 연락드리지 않습니다.',
    inviteNameless:
      '확인해 드리겠습니다. 다이렉트 메시지를 보내 주세요. 계정 정보는 공개하지 마세요. 사칭에 주의하세요. 저희는 먼저 연락드리지 않습니다.',
    sealed:
      '보내신 메시지는 암호화되어 있어 고객지원팀이 여기에서 읽을 수 없습니다. 저희는 비밀번호, 인증 코드, 복구 문구를 절대로 요구하지 않습니다.',
    instead: '다음 경로로 문의해 주세요:',
  },
  es: {
    invite:
      'Queremos revisarlo. Envía un mensaje directo a {name} y no publiques aquí datos de tu cuenta. Cuidado con los impostores: nunca escribimos primero.',
    inviteNameless:
      'Queremos revisarlo. Envíanos un mensaje directo y no publiques aquí datos de tu cuenta. Cuidado con los impostores: nunca escribimos primero.',
    sealed:
      'Tu mensaje nos llegó cifrado y nuestro equipo de soporte no puede leerlo aquí. Nunca pedimos contraseñas, códigos ni frases de recuperación.',
    instead: 'Escríbenos por aquí:',
  },
  ru: {
    invite:
      'Мы хотим разобраться. Напишите {name} в личные сообщения и не публикуйте здесь данные аккаунта. Осторожно, самозванцы: мы никогда не пишем первыми.',
    inviteNameless:
      'Мы хотим разобраться. Напишите нам в личные сообщения и не публикуйте здесь данные аккаунта. Осторожно, самозванцы: мы никогда не пишем первыми.',
    sealed:
      'Ваше сообщение пришло в зашифрованном виде, и служба поддержки не может прочитать его здесь. Мы никогда не запрашиваем пароли, коды и сид-фразы.',
    instead: 'Напишите нам сюда:',
  },
};

/** For a public answer: how to reach us in private. */
export function inviteText(language: CustomerLanguage, officialName: string | null): string {
  const { invite, inviteNameless } = WORDS[language];
  return officialName === null ? inviteNameless : invite.replace('{name}', () => officialName);
}

/** To somebody whose messages we cannot read: where else to find us. */
export function sealedText(language: CustomerLanguage, accounts: readonly OfficialAccount[]): string {
  const { sealed, instead } = WORDS[language];
  if (accounts.length === 0) return sealed;
  return `${sealed}\n\n${instead}\n${accounts.map(({ platform, name }) => `• ${platform}: ${name}`).join('\n')}`;
}
