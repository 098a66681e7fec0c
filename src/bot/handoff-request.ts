/**
 * Does somebody ask for a person? Wrongly handing over costs an agent a minute; wrongly not handing over costs a customer.
 * So plain wishes count, bare words too ("agent"), and only talk *about* people or a clear refusal does not.
 */

const PERSON_EN =
  '(?:human(?: being)?|real (?:person|human|people|agent)|live (?:agent|person|support|chat|human)|(?:a |any )?person|someone(?: real)?|somebody|people|(?:support |customer (?:service |support )?|live )?(?:agent|representative|rep|operator|advisor)|manager|supervisor|staff(?: member)?|customer (?:service|support)|support team|human support)';

const WISHES: readonly RegExp[] = [
  // English
  new RegExp(
    String.raw`\b(?:talk|speak|chat|connect|transfer|escalate|pass|put|redirect|switch|hand|get|reach|contact|forward|bring)\b(?: (?!\b(?:not|if)\b)[\w']+){0,4}? (?:to |with |through to |over to |on to |me |in touch with |hold of |for )*(?:an? |the |your |some |any |another )?${PERSON_EN}\b`,
  ),
  new RegExp(
    String.raw`\b(?:want|need|would like|i'd like|prefer|give me|get me|looking for|request(?:ing)?|demand|where is|is there|bring me|i require) (?:to (?:talk|speak|chat)(?: to| with)? )?(?:an? |the |your |some |any )?(?:real |actual |live |physical )?(?:human|(?:live |support |human |customer service )?agent|person|operator|representative|rep|manager|supervisor|someone (?:real|to (?:talk|speak|help))|human support|live (?:support|chat)|someone from)\b`,
  ),
  /\b(?:can|could|may|let|please)\b(?: \w+){0,3} (?:talk|speak|chat) (?:to|with) (?:an? |the |your |some )?\w*(?: \w+)?(?:human|agent|person|someone|somebody|operator|representative|manager|support|staff|people)\b/,
  /\b(?:no|not|stop|enough|hate|tired of|sick of)(?: \w+){0,3} (?:bots?|robots?|chat ?bot|machine|ai|automat\w+)\b.*\b(?:human|person|agent|someone|people)\b/,
  /\b(?:human|person|agent|people)\b[\w ,]{0,20}\bnot (?:an? )?(?:bot|robot|machine|ai)\b/,
  /\b(?:any|real|a|some) (?:human|live agent|live person|person)s?(?: \w+)? (?:here|there|help|assist|look|available|online|read|answer|respond|check)\b/,
  // Chinese
  /(?:人工|真人|客服)(?:在吗|在嗎|在不在|呢)|^(?:请问|請問)?有人(?:在)?[吗嗎][?？]?$/,
  /(?:转|轉|接|找|要|叫|换|換|联系|聯繫|聯絡|连接|需要|想要|想找|想和|帮我接|請接|请接|呼叫|咨询|進入|进入)[^，。,.!！?？]{0,6}?(?:人工|真人|客服人员|客服人員|客服专员|专员|專員|坐席|活人|在线客服|線上客服|经理|主管|客服)/,
  /(?:和|跟|与|與|同)[^，。,.!！?？]{0,4}?(?:真人|人工|客服|活人|工作人员|工作人員)[^，。,.!！?？]{0,3}?(?:说|說|谈|談|聊|沟通|溝通|对话|對話|讲|講|交流)/,
  /(?:有没有|有沒有|有|能不能|可以)[^，。,.!！?？]{0,3}?(?:人工|真人|活人)/,
  /人工(?:客服|服务|服務|支持|坐席)/,
  /(?:不要|不想|别)[^，。]{0,4}机器人/,
  // Japanese
  /(?:オペレーター?|担当者|担当の方|人間|有人|スタッフ|係の(?:人|者|方)|サポートの(?:人|方)|本物の人|責任者|上司)[^。！？]{0,8}?(?:話|つな|繋|代わ|替わ|変わ|お願い|頼|呼|出し|対応|連絡|相談|チャット|いませんか|希望)/,
  /(?:有人(?:対応|チャット|サポート))/,
  /人(?:と(?:話|直接|チャット)|に(?:代わ|替わ|つな|繋))/,
  /(?:ボット|ロボット|機械|自動(?:応答|返信))(?:では|じゃ)なく/,
  // Korean
  /(?:상담원|상담사|상담 직원|사람|직원|담당자|매니저|책임자|관리자)[^.!?]{0,8}?(?:연결|바꿔|통화|대화|얘기|이야기|상담|불러|부탁|원해|원합|필요|말하고|말씀|찾|요청|나와)/,
  /(?:봇|로봇|기계|챗봇|자동응답)[^.!?]{0,3}(?:말고|아닌|아니라)/,
  // Spanish
  /\b(?:hablar|chatear|comunicar(?:me|se)?|conectar(?:me)?|contactar|conversar|pás[ae]me|pase(?:n)?me|comun[ií]que(?:n)?me|conécte(?:n)?me|transfer[ií]r?(?:me)?|transfiérame|dame|deme|quiero|necesito|quisiera|prefiero|solicito|hay|ponme|póngame|pasar)\b(?: (?!(?:no)\b)[\p{L}]+){0,4}? (?:un |una |el |la |al |con |a |alguien |otra )*(?:agente|humano|humana|persona(?: real)?|asesor[a]?|operador[a]?|representante|alguien (?:real|de soporte|del equipo|humano)|supervisor[a]?|gerente|encargad[oa]|ejecutivo|soporte humano|atención humana)/u,
  /\bno (?:quiero|me sirve|deseo)(?: \p{L}+){0,4} (?:un |el )?(?:bot|robot|chatbot|máquina)/u,
  // Russian
  /(?:соедин|переключ|позов|перевед|перевест|подключ|свяж|связ|дай|нуж|хочу|хотел|можно|требу|вызов|прош|пригла|поговор|говор|общ|пообщ|написать|чат с|где)[^.!?]{0,24}?(?:оператор|человек|сотрудник|живым|живой|живого|менеджер|специалист|консультант|представител|руководител|агент(?:ом|а)? поддержк|службой поддержк|людьми|кем-(?:то|нибудь) (?:из|живым))/,
  /(?:не|без) ?(?:с )?(?:бот|робот)[а-я]*[^.!?]{0,12}(?:человек|оператор|живы)/,
  /(?:оператор|человек|сотрудник|менеджер)[а-я]*[^.!?]{0,6}(?:позов|нуж|соедин|пожалуйста|дай)/,
];

/** The whole message is little more than the word. */
const BARE =
  /^(?:(?:please|pls|hi|hello|hey|ok|hola|por favor|请|請|您好|你好|пожалуйста|здравствуйте|привет),? ?)*(?:an? |to |un |una |el )?(?:(?:live |human |real |support |customer )?(?:agent|human|operator|person|representative|support agent|human support|customer service)|人工(?:客服|服务|服務)?|转人工(?:客服)?|轉人工|真人(?:客服)?|客服|オペレーター?|担当者|有人(?:対応)?|人間|상담원|상담사|상담원 ?연결|사람|agente|humano|asesor|operador|persona real|persona|оператор|человек|живой человек|менеджер|сотрудник|специалист)(?:,? ?(?:please|pls|now|por favor|お願いします|おねがいします|부탁드립니다|부탁해요|пожалуйста|срочно|谢谢|!))*[\s.!！。]*$/u;

/** Says the opposite, or tells of people instead of asking for one. */
const REFUSALS: readonly RegExp[] = [
  /\b(?:don't|do not|dont|didn't|doesn't|no need|not necessary|without|never|needn't|no longer)\b(?: (?:want|need|have|wish|like|to|going|wanted))* (?:to )?(?:talk|speak|chat|connect|transfer|contact|an? |any |human|agent|person|operator|live|be |wait)/,
  /\b(?:i )?(?:talked|spoke|chatted|was talking|have spoken|already spoke|had spoken) (?:to|with)\b/,
  /\b(?:is it|are (?:these|they|you)|was that|is this|if) [\w ]{0,24}(?:your|official|real|scam|fake)\b[\w ]{0,12}(?:agent|support|staff|manager|person|people|human)/,
  /\b(?:agent|manager|someone|somebody|person|people|support|representative)\b[\w ]{0,12}\b(?:contacted|called|messaged|texted|asked|told|said|scammed|promised|offered|wrote|sent|hacked|stole|answered|helped)\b/,
  /(?:不要|不用|不需要|不想|无需|無需|别|別)(?:再)?(?:给我)?(?:转|轉|接|找|要|联系|聯繫|叫|跟|和|与)?(?:接)?(?:人工|真人|客服)/,
  /(?:客服|经理|有人|人工)[^，。]{0,4}(?:联系了?我|加我|打电话|打電話|告诉我|让我|叫我|骗|騙|说我|回复了|解决了)/,
  /(?:オペレーター?|担当者|人間|スタッフ|有人)[^。]{0,10}(?:必要(?:は)?(?:ない|ありません)|不要|結構です|いりません|要りません|なくて(?:も)?(?:いい|大丈夫))|(?:担当者|スタッフ)(?:から|に(?:言|騙|連絡があり))/,
  /(?:상담원|사람|직원|상담사)[^.!?]{0,8}(?:필요 ?없|필요하지 ?않|안 ?해도|연결하지|바꾸지|원하지 ?않)|(?:직원|상담원|사람)(?:이라고|이라는|에게서|한테서|이 (?:연락|전화))/,
  /\b(?:no|nunca|sin)\b (?:\p{L}+ ){0,3}?(?:hablar|agente|humano|persona|asesor|operador|contactar)|(?:me (?:contactó|llamó|escribió|dijo)|ya hablé con)/u,
  /(?<![а-яё])(?:не (?:надо|нужно|нужен|нужна|хочу|требуется|стоит|соединяйте|переключайте|зовите)|без)[^.!?,]{0,20}(?:оператор|человек|сотрудник|менеджер|специалист|соедин|звать|переключ|говорить)|(?:мне )?(?:позвонил|написал|обманул|сказал)[аи]? [^.!?]{0,16}(?:оператор|сотрудник|менеджер|человек|специалист)|(?:оператор|сотрудник|менеджер|специалист)[^.!?]{0,10}(?:позвонил|написал|сказал|ответил|обманул|попросил)|я (?:говорил|общал)/,
];

/** Sending money to people is not asking for one. */
const MONEY =
  /\b(?:transfer|send|sent|pay|move|withdraw)\w*\b[^.!?]{0,24}\b(?:coins?|usdt|usdc|btc|eth|money|funds|crypto|tokens?|bitcoin|balance|dollars)\b|\b(?:an)?other (?:person|people)\b|wrong person|(?:转账|轉帳|转币|汇款)给|(?:他|別)の(?:人|方)に|다른 (?:사람|분)(?:에게|한테|의)|\botras? personas?\b|(?:перев[её]?[дс]|отправ)[а-я]* [^.!?]{0,12}(?:деньг|средств|монет|usdt|btc|крипт)|друг(?:ому|ого|им) (?:человек|люд)/u;

/** A refusal of the bot asks for a person; taken out before refusals are looked for. */
const NOT_THE_BOT =
  /\b(?:i )?(?:don't|do not|dont|no|not)(?: \w+){0,4} (?:bots?|robots?|machine|chat ?bot|ai)\b[,;. ]*|(?:不要|不想|别)[^，。]{0,4}机器人|(?:봇|로봇|기계|챗봇)[^.!?]{0,2}(?:말고|아닌|아니라)|no (?:quiero|deseo)(?: \p{L}+){0,4} (?:bot|robot|chatbot|máquina)[,;. ]*|(?<![а-яё])не (?:хочу )?(?:говорить )?(?:с )?(?:бот|робот)[а-я]*/gu;

/** Sentences are judged one by one: "I don't need a refund. Give me an agent!" asks. */
function sentences(text: string): string[] {
  return text
    .toLowerCase()
    .replaceAll(/[’‘`´]/g, "'")
    .replaceAll(/[ \t\u3000]+/g, ' ')
    .split(/(?<=[.!?。！？\n;；])|, (?=but |just |give |let )|(?<=，)/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');
}

/** How much of a long message is read: requests stand at its beginning or end. */
const EDGE = 1_000;

/** Whether a message asks for a person, in one of six languages. Pure; bounded for any length. */
export function asksForPerson(text: string): boolean {
  const read = text.length > 2 * EDGE ? `${text.slice(0, EDGE)}\n${text.slice(-EDGE)}` : text;
  return sentences(read).some((sentence) => {
    if (BARE.test(sentence)) return true;
    if (!WISHES.some((wish) => wish.test(sentence))) return false;
    const rest = sentence.replaceAll(NOT_THE_BOT, ' ');
    return !MONEY.test(rest) && !REFUSALS.some((refusal) => refusal.test(rest));
  });
}
