/** Ids of what we show to customers who want to reach us: the button, its form, and the form's field. */
export const CONTACT_BUTTON_ID = 'parley:contact';
export const FORM_ID = 'parley:form';
export const FORM_TEXT_ID = 'text';

/** Names of our commands. */
export const SUPPORT_COMMAND = 'support';
export const BUTTON_COMMAND = 'support-button';

/** Longest text of the form; Discord's own limit. */
const MAX_FORM_TEXT = 4_000;

/** What customers read in Discord's own windows. */
export interface FormWords {
  /** Of the form, at most 45 characters. */
  title: string;
  /** Above its field, at most 45 characters. */
  question: string;
  /** After it was sent. */
  received: string;
  /** Before the link to the private thread. */
  goOn: string;
  /** No private thread could be opened. */
  noPrivate: string;
  /** On the button. */
  contact: string;
  /** Above the button. */
  invitation: string;
  /** Of the command, at most 100 characters. */
  description: string;
  buttonDescription: string;
}

const ENGLISH: FormWords = {
  title: 'Contact support',
  question: 'How can we help?',
  received: 'We have received your message and will answer here. We never ask for passwords, keys or recovery phrases.',
  goOn: 'You can go on here, where only you and our support team can read:',
  noPrivate:
    'I cannot open a private thread here at the moment. Please try again in a minute, or write to me in a direct message: press my name and choose “Message”. We never write first.',
  contact: 'Contact support',
  invitation: 'Do you need help? Press the button to write to our support.',
  description: 'Write to our support',
  buttonDescription: 'Put a button into this channel that opens the support form',
};

/** By Discord's locales (reference#locales). */
const WORDS: Readonly<Record<string, FormWords>> = {
  'en-US': ENGLISH,
  'en-GB': ENGLISH,
  'zh-CN': {
    title: '联系客服',
    question: '需要什么帮助？',
    received: '我们已收到您的消息，会在这里回复。我们绝不会索要密码、私钥或助记词。',
    goOn: '请到这里继续，只有您和我们的客服团队可以看到：',
    noPrivate:
      '暂时无法在此打开私密子区。请稍后再试，或直接给我发私信：点击我的名字并选择“发消息”。我们绝不会主动私信您。',
    contact: '联系客服',
    invitation: '需要帮助吗？请按下按钮联系我们的客服。',
    description: '联系我们的客服',
    buttonDescription: '在此频道放置一个打开客服表单的按钮',
  },
  ja: {
    title: 'サポートへのお問い合わせ',
    question: 'どのようなご用件ですか？',
    received:
      'メッセージを受け付けました。こちらで返信いたします。パスワード、秘密鍵、復元フレーズをお尋ねすることはありません。',
    goOn: 'こちらで続けられます。読めるのはお客様とサポートチームだけです：',
    noPrivate:
      '現在ここでは非公開スレッドを開けません。少し経ってからもう一度お試しいただくか、私の名前を押して「メッセージ」を選び、ダイレクトメッセージをお送りください。当社から先にお送りすることはありません。',
    contact: 'サポートに連絡',
    invitation: 'お困りですか？ボタンを押してサポートにご連絡ください。',
    description: 'サポートに連絡する',
    buttonDescription: 'サポートフォームを開くボタンをこのチャンネルに置く',
  },
  ko: {
    title: '고객지원 문의',
    question: '무엇을 도와드릴까요?',
    received: '메시지를 받았습니다. 여기에서 답변드리겠습니다. 비밀번호, 개인 키, 복구 문구는 절대 묻지 않습니다.',
    goOn: '여기에서 이어서 진행하세요. 고객님과 고객지원팀만 볼 수 있습니다:',
    noPrivate:
      '지금은 여기에서 비공개 스레드를 열 수 없습니다. 잠시 후 다시 시도하시거나, 제 이름을 누르고 ‘메시지’를 선택해 다이렉트 메시지를 보내 주세요. 저희가 먼저 메시지를 보내는 일은 없습니다.',
    contact: '고객지원 문의',
    invitation: '도움이 필요하신가요? 버튼을 눌러 고객지원에 문의하세요.',
    description: '고객지원에 문의하기',
    buttonDescription: '고객지원 양식을 여는 버튼을 이 채널에 놓기',
  },
  'es-ES': {
    title: 'Contactar con soporte',
    question: '¿En qué podemos ayudarte?',
    received:
      'Hemos recibido tu mensaje y te responderemos aquí. Nunca pedimos contraseñas, claves ni frases de recuperación.',
    goOn: 'Puedes continuar aquí, donde solo tú y nuestro equipo de soporte podéis leer:',
    noPrivate:
      'Ahora mismo no puedo abrir un hilo privado aquí. Inténtalo de nuevo en un minuto o escríbeme un mensaje directo: pulsa mi nombre y elige «Mensaje». Nunca escribimos primero.',
    contact: 'Contactar con soporte',
    invitation: '¿Necesitas ayuda? Pulsa el botón para escribir a nuestro soporte.',
    description: 'Escribir a nuestro soporte',
    buttonDescription: 'Poner en este canal un botón que abre el formulario de soporte',
  },
  ru: {
    title: 'Связаться с поддержкой',
    question: 'Чем мы можем помочь?',
    received:
      'Мы получили ваше сообщение и ответим здесь. Мы никогда не спрашиваем пароли, ключи и фразы восстановления.',
    goOn: 'Продолжайте здесь — это видите только вы и наша служба поддержки:',
    noPrivate:
      'Сейчас здесь не получается открыть приватную ветку. Попробуйте ещё раз через минуту или напишите мне личное сообщение: нажмите на моё имя и выберите «Написать». Мы никогда не пишем первыми.',
    contact: 'Написать в поддержку',
    invitation: 'Нужна помощь? Нажмите кнопку, чтобы написать в поддержку.',
    description: 'Написать в поддержку',
    buttonDescription: 'Поставить в этот канал кнопку, открывающую форму поддержки',
  },
};

/** Locales that share the words of another one. */
const SAME_WORDS: Readonly<Record<string, string>> = { 'zh-TW': 'zh-CN', 'es-419': 'es-ES' };

/** The words for somebody's locale; English where we have none. */
export function wordsFor(locale: string): FormWords {
  const name = SAME_WORDS[locale] ?? locale;
  return (Object.hasOwn(WORDS, name) ? WORDS[name] : undefined) ?? ENGLISH;
}

/** One kind of words in every locale, as commands take them. */
function everyLocale(kind: keyof FormWords): Record<string, string> {
  const own = Object.entries(WORDS).map(([locale, words]) => [locale, words[kind]]);
  const shared = Object.entries(SAME_WORDS).map(([locale, name]) => [locale, WORDS[name]?.[kind] ?? ENGLISH[kind]]);
  return Object.fromEntries([...own, ...shared]);
}

/** The form that opens for a command or the contact button: an answer of type MODAL. */
export function formFor(locale: string): Record<string, unknown> {
  const words = wordsFor(locale);
  const field = {
    type: 4,
    custom_id: FORM_TEXT_ID,
    label: words.question,
    style: 2,
    max_length: MAX_FORM_TEXT,
    required: true,
  };
  return { type: 9, data: { custom_id: FORM_ID, title: words.title, components: [{ type: 1, components: [field] }] } };
}

/** A message with the contact button, in a channel's language: an answer of type CHANNEL_MESSAGE_WITH_SOURCE. */
export function invitationFor(locale: string): Record<string, unknown> {
  const words = wordsFor(locale);
  const button = { type: 2, style: 1, label: words.contact, custom_id: CONTACT_BUTTON_ID };
  return {
    type: 4,
    data: {
      content: words.invitation,
      components: [{ type: 1, components: [button] }],
      allowed_mentions: { parse: [], replied_user: false },
    },
  };
}

/** Our commands (interactions/application-commands): for everybody, and for those who manage a server (1 << 5). */
export const COMMANDS: readonly Record<string, unknown>[] = [
  {
    name: SUPPORT_COMMAND,
    type: 1,
    description: ENGLISH.description,
    description_localizations: everyLocale('description'),
    contexts: [0, 1],
    integration_types: [0],
  },
  {
    name: BUTTON_COMMAND,
    type: 1,
    description: ENGLISH.buttonDescription,
    description_localizations: everyLocale('buttonDescription'),
    default_member_permissions: '32',
    contexts: [0],
    integration_types: [0],
  },
];
