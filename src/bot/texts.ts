import type { CustomerLanguage } from '../core/model/conversation.ts';

/** What the bot says by itself. */
export type BotTextKey =
  | 'handedOver'
  | 'noAnswer'
  | 'noAnswerHandingOver'
  | 'secretWarning'
  | 'botFailure'
  | 'welcome'
  | 'blocked'
  /** Label of the button below an answer that was none. */
  | 'talkToPerson'
  /** Label of the button below what we say in public. */
  | 'goPrivate'
  /** First in a private place, to whoever came there by that button. */
  | 'arrived';

const TEXTS: Readonly<Record<CustomerLanguage, Readonly<Record<BotTextKey, string>>>> = {
  en: {
    handedOver: 'I have passed your conversation on to our support team. A person will answer you here.',
    noAnswer:
      'I am not sure I understood. Could you describe it in other words? If you would rather talk to a person, just write “agent”.',
    noAnswerHandingOver:
      'I could not answer this, so I have passed it on to our support team. A person will answer you here.',
    secretWarning:
      'Your message seems to contain a secret such as a recovery phrase, a private key, a card number or a code. We have hidden it. Our staff will never ask for it. If it was a recovery phrase or private key: treat this wallet as lost and move your funds to a new wallet now. If it was a password, code or API key: change it now.',
    botFailure:
      'Something went wrong on our side. I have passed your message on to our support team. A person will answer you here.',
    welcome: 'You are welcome! Write again at any time.',
    blocked: 'You cannot write to us here at the moment. Your messages are not read and not answered.',
    talkToPerson: 'Talk to a person',
    goPrivate: 'Continue in private',
    arrived:
      'You can go on here: only you and our support team can read this. We never ask for passwords, keys or recovery phrases.',
  },
  zh: {
    handedOver: '已为您转接人工客服，客服人员会在这里回复您。',
    noAnswer: '抱歉，我没有完全理解您的问题。您可以换一种说法吗？如需人工客服，请回复“人工”。',
    noAnswerHandingOver: '抱歉，这个问题我无法回答，已为您转接人工客服，客服人员会在这里回复您。',
    secretWarning:
      '您的消息中似乎包含助记词、私钥、银行卡号或验证码等机密信息，我们已将其隐藏。我们的工作人员绝不会向您索取这些信息。如果是助记词或私钥：请视该钱包为已丢失，立即将资产转移到新钱包。如果是密码、验证码或 API 密钥：请立即更换。',
    botFailure: '抱歉，系统出现了问题。您的消息已转给人工客服，客服人员会在这里回复您。',
    welcome: '不客气！有问题随时联系我们。',
    blocked: '您目前无法在此联系我们，您的消息不会被阅读或回复。',
    talkToPerson: '转人工客服',
    goPrivate: '转到私密对话',
    arrived: '请在这里继续：这里的内容只有您和我们的客服团队可以看到。我们绝不会索要密码、私钥或助记词。',
  },
  ja: {
    handedOver: 'サポート担当者におつなぎしました。担当者がこちらで返信いたします。',
    noAnswer:
      '申し訳ありません、ご質問を正しく理解できませんでした。別の言い方でお書きいただけますか。担当者との会話をご希望の場合は「オペレーター」とお送りください。',
    noAnswerHandingOver:
      '申し訳ありません、お答えできませんでしたので、サポート担当者におつなぎしました。担当者がこちらで返信いたします。',
    secretWarning:
      'メッセージにリカバリーフレーズ、秘密鍵、カード番号、認証コードなどの機密情報が含まれているようです。内容は非表示にしました。当社のスタッフがこれらをお尋ねすることは決してありません。リカバリーフレーズや秘密鍵の場合は、そのウォレットは失われたものと考え、今すぐ資産を新しいウォレットに移してください。パスワード、コード、APIキーの場合は、今すぐ変更してください。',
    botFailure:
      'こちらの不具合により回答できませんでした。サポート担当者に引き継ぎましたので、担当者がこちらで返信いたします。',
    welcome: 'どういたしまして。またいつでもご連絡ください。',
    blocked: '現在、こちらからのお問い合わせは受け付けておりません。メッセージは確認されず、返信もいたしません。',
    talkToPerson: '担当者と話す',
    goPrivate: '非公開で続ける',
    arrived:
      'こちらでお続けください。ここを読めるのはお客様とサポートチームだけです。パスワード、秘密鍵、リカバリーフレーズをお尋ねすることはありません。',
  },
  ko: {
    handedOver: '상담원에게 연결해 드렸습니다. 상담원이 이곳에서 답변드리겠습니다.',
    noAnswer:
      '죄송합니다. 질문을 정확히 이해하지 못했습니다. 다른 표현으로 적어 주시겠어요? 상담원과의 대화를 원하시면 “상담원”이라고 보내 주세요.',
    noAnswerHandingOver: '죄송합니다. 답변을 찾지 못해 상담원에게 전달했습니다. 상담원이 이곳에서 답변드리겠습니다.',
    secretWarning:
      '메시지에 복구 문구, 개인 키, 카드 번호, 인증 코드와 같은 비밀 정보가 포함된 것 같아 가려 두었습니다. 저희 직원은 절대로 이를 요구하지 않습니다. 복구 문구나 개인 키라면 해당 지갑은 잃어버린 것으로 여기고 지금 바로 자산을 새 지갑으로 옮기세요. 비밀번호, 코드 또는 API 키라면 지금 바로 변경하세요.',
    botFailure: '저희 쪽에 문제가 발생했습니다. 메시지를 상담원에게 전달했으며, 상담원이 이곳에서 답변드리겠습니다.',
    welcome: '천만에요! 언제든지 다시 문의해 주세요.',
    blocked: '현재 이곳에서는 문의하실 수 없습니다. 보내신 메시지는 확인되지 않으며 답변드리지 않습니다.',
    talkToPerson: '상담원 연결',
    goPrivate: '비공개로 계속하기',
    arrived:
      '여기에서 이어서 말씀해 주세요. 이 대화는 고객님과 고객지원팀만 볼 수 있습니다. 비밀번호, 개인 키, 복구 문구는 절대 묻지 않습니다.',
  },
  es: {
    handedOver: 'He pasado tu conversación a nuestro equipo de soporte. Una persona te responderá aquí.',
    noAnswer:
      'No estoy seguro de haber entendido. ¿Puedes explicarlo con otras palabras? Si prefieres hablar con una persona, escribe «agente».',
    noAnswerHandingOver:
      'No he podido responder a esto, así que lo he pasado a nuestro equipo de soporte. Una persona te responderá aquí.',
    secretWarning:
      'Tu mensaje parece contener un secreto, como una frase de recuperación, una clave privada, un número de tarjeta o un código. Lo hemos ocultado. Nuestro personal nunca te lo pedirá. Si era una frase de recuperación o una clave privada: da esa billetera por perdida y mueve tus fondos a una nueva ahora mismo. Si era una contraseña, un código o una clave de API: cámbiala ahora mismo.',
    botFailure:
      'Algo ha fallado por nuestra parte. He pasado tu mensaje a nuestro equipo de soporte. Una persona te responderá aquí.',
    welcome: '¡De nada! Escríbenos cuando quieras.',
    blocked: 'En este momento no puedes escribirnos por aquí. Tus mensajes no se leen ni se responden.',
    talkToPerson: 'Hablar con una persona',
    goPrivate: 'Continuar en privado',
    arrived:
      'Puedes continuar aquí: solo tú y nuestro equipo de soporte podéis leerlo. Nunca pedimos contraseñas, claves ni frases de recuperación.',
  },
  ru: {
    handedOver: 'Я передал ваш диалог в службу поддержки. Сотрудник ответит вам здесь.',
    noAnswer:
      'Кажется, я не совсем понял вопрос. Опишите его, пожалуйста, другими словами. Если хотите поговорить с сотрудником, напишите «оператор».',
    noAnswerHandingOver:
      'Я не смог ответить на этот вопрос и передал его в службу поддержки. Сотрудник ответит вам здесь.',
    secretWarning:
      'Похоже, в вашем сообщении есть секретные данные: сид-фраза, приватный ключ, номер карты или код. Мы их скрыли. Наши сотрудники никогда их не запрашивают. Если это была сид-фраза или приватный ключ: считайте этот кошелёк потерянным и немедленно переведите средства на новый. Если это был пароль, код или API-ключ: немедленно смените его.',
    botFailure: 'У нас произошла ошибка. Я передал ваше сообщение в службу поддержки. Сотрудник ответит вам здесь.',
    welcome: 'Пожалуйста! Пишите в любое время.',
    blocked: 'Сейчас вы не можете писать нам здесь. Ваши сообщения не читаются, и ответа на них не будет.',
    talkToPerson: 'Соединить с оператором',
    goPrivate: 'Продолжить лично',
    arrived:
      'Продолжайте здесь: это видите только вы и наша служба поддержки. Мы никогда не спрашиваем пароли, ключи и фразы восстановления.',
  },
};

/** One of the bot's own sentences in the customer's language. */
export function botText(key: BotTextKey, language: CustomerLanguage): string {
  return TEXTS[language][key];
}
