/** Longest text looked at; whoever writes more says more than thanks. */
const LONGEST = 80;

const THANKS = [
  // English
  'thank you|thanks|thank u|thankyou|thx|thnx|tks|ty|tysm|cheers|much appreciated|appreciate it|appreciated|many thanks',
  'ok|okay|okey|k|kk|great|perfect|awesome|cool|nice|good|fine|got it|understood|all good|that helped|it works now|solved|resolved|will do',
  // Chinese
  '谢谢您?|謝謝您?|谢谢你|謝謝你|多谢|多謝|感谢您?|感謝您?|谢了|謝了|谢啦|好的|好滴|好吧|好|嗯|行|明白了?|知道了|了解了?|收到了?|可以了|没问题了?|解决了|已解决|辛苦了|非常|太',
  // Japanese
  'ありがとうございました|ありがとうございます|ありがとう|どうも|感謝します|了解しました|了解です|了解|承知しました|承知いたしました|わかりました|分かりました|はい|助かりました|解決しました|大変',
  // Korean
  '감사합니다|감사해요|감사드립니다|감사|고맙습니다|고마워요|고마워|네|넵|넹|예|알겠습니다|알겠어요|확인했습니다|해결됐어요|해결되었습니다|수고하세요|정말|좋아요',
  // Spanish
  'muchas gracias|mil gracias|gracias|vale|de acuerdo|perfecto|genial|listo|entendido|excelente|muy amable|bueno|bien|resuelto',
  // Russian
  'большое спасибо|спасибо большое|спасибо|спс|благодарю|ок|окей|хорошо|ладно|понял|поняла|понятно|ясно|отлично|супер|всё ясно|принято|решено|огромное',
  // What may stand beside them
  'so much|very much|a lot|all|for your help|for the help|for help|guys|sir|team|bro|man|again|you|very|really|and|then|very good|now|bye|it is|is|yes|yeah|yep',
  '您的帮助|你的帮助|帮助|客服|的|了|啦|哈|您|呢|吧|本当に|すごく|です|ます|도와주셔서|많이|너무|진짜|por tu ayuda|por su ayuda|por la ayuda|por todo|y|muy|sí|si|за помощь|вам|вас|всё|все|да|и|очень',
].join('|');

/** At least one of the words must really be thanks or consent; "you", "the help" alone are not. */
const CORE =
  /than|thx|tks|\bty|cheers|appreciat|\bok|\bkk?\b|great|perfect|awesome|cool|nice|good|fine|got it|understood|solved|works|will do|yes|yeah|yep|[谢謝]|感[谢謝]|好|嗯|行|明白|知道|了解|收到|可以了|没问题|解决|辛苦|ありがと|どうも|承知|わかりました|分かりました|はい|助かり|解決|감사|고마|고맙|네|넵|넹|예|알겠|확인했|해결|수고|좋아|gracias|vale|acuerdo|perfecto|genial|listo|entendido|excelente|amable|bien|bueno|resuelto|спасиб|спс|благодар|ок|хорошо|ладно|понял|понятно|ясно|отлично|супер|принято|решено|да/iu;

/** Longest first, so that taking one after the other needs no second thoughts (and no backtracking). */
const NEXT = new RegExp(
  String.raw`(?:${THANKS.split('|')
    .sort((left, right) => right.length - left.length)
    .join('|')})(?![\p{Script=Latin}\p{Script=Cyrillic}\p{N}])[\s,.!;:~…、。！，～()-]*`,
  'iuy',
);

/** Whether nothing but known words stands in a text. */
function onlyKnownWords(words: string): boolean {
  let at = 0;
  while (at < words.length) {
    NEXT.lastIndex = at;
    if (!NEXT.test(words)) return false;
    at = NEXT.lastIndex;
  }
  return at > 0;
}

/** Joiners and variants that emoji are made with; no picture of their own. */
const JOINERS = /\u200d|\ufe0f|\p{Emoji_Modifier}/gu;
const FRIENDLY = new Set('👍🙏❤😊👌🤝👏😀😁😃😄🙂🥰😍✅💕💖🎉💯');

/**
 * Whether a message only thanks or agrees, in one of six languages, so that it neither reopens a conversation nor wants an
 * answer. A question mark or anything else in it makes it more than that.
 */
export function isMereThanks(text: string): boolean {
  // Spanish opens what it calls out: ¡Gracias!
  const trimmed = text.replaceAll('¡', '').trim();
  if (trimmed === '' || trimmed.length > LONGEST || /[?？¿]/.test(trimmed)) return false;
  // A worried face beside "ok" is not thanks; only friendly ones are taken away.
  let friendly = false;
  let words = '';
  for (const sign of trimmed.replaceAll(JOINERS, '')) {
    if (FRIENDLY.has(sign)) friendly = true;
    else words += sign;
  }
  words = words.trim();
  if (words === '') return friendly;
  return CORE.test(words) && onlyKnownWords(words);
}
