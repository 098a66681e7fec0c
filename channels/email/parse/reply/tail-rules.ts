/** What stands under a text without being part of it: signatures, marks of programs, disclaimers, footers of lists. */

/** A line that begins a signature (RFC 3676 4.3, and what is left of it when blanks are cut). */
const DELIMITER = /^(?:--|—|––)\s*$/;
/** A rule above the footer of a list. */
const LIST_RULE = /^(?:_{30,}|-{40,}|={40,}|[-~]{20,})$/;
const LIST_WORDS =
  /mailing list|unsubscribe|mailman|listinfo|you received this message because|you are receiving this|to post to this group|google groups|yahoo!? groups|manage (?:your )?(?:subscription|preferences)|list info|lists\.|\blist\b.{0,60}@|@lists?\b|liste? de diffusion|mailingliste|abmelden|désabonn|désinscri|cancelar la suscripci|退订|取消订阅|配信停止|수신거부|отписаться/iu;

const DEVICE =
  '(?:(?:mein|mon|mi|my|il mio|meu|mijn|min|mój|mého|mojego|свого|моего|tôi)\\S{0,3} )?(?:i-?phone|i-?pad|i-?pod|ipad|android|blackberry|samsung|galaxy|huawei|xiaomi|redmi|oppo|vivo|nokia|htc|motorola|oneplus|pixel|windows ?phone|windows ?\\d|outlook|mail\\b|yahoo|gmail|aol|mobile|handy|smartphone|telefon|tablet|mobil|móvil|celular|téléphone|portable|phone|сот|мобил|телефон|яндекс|yandex|mail\\.ru|почт|nexus|sony|xperia|lg\\b|zte|kindle|verizon|t-mobile|at&t|bell|rogers|orange|sfr|vodafone|o2|proton|spark|airmail|mailbird|thunderbird|tutanota|hey\\b|superhuman|newton|polymail|boxer|nine|edison|bluemail|aqua|canary|k-9|fairemail|tuta\\b|myMail|zoho|gmx|web\\.de|1&1|freenet|laposte|libero|virgilio|uol|naver|daum|qq|foxmail|网易|163|126|手机|邮箱|新浪|honor|meizu|realme|一加|荣耀|华为|小米|苹果|휴대폰|메일 앱|スマート|携帯|モバイル|ahoo)';

/** Lines that a phone or a program adds. Each is tested on a short line alone. */
const MARKS: readonly RegExp[] = [
  new RegExp(
    `^[\\s*_<(\\[-]{0,6}(?:sent|written|typed|posted|composed|delivered|brought to you|this message was sent) (?:from|via|with|using|on my|by my)\\b.{0,40}${DEVICE}.{0,80}$`,
    'iu',
  ),
  /^[\s*_<(-]{0,6}sent (?:from|via) (?:my|a mobile|mobile)(?! (?:account|wallet|bank|address|exchange|old|new|own|other|main|second|first))(?: [^\s]{1,24}){0,4}$/iu,
  /^[\s*_<(-]{0,6}sent (?:from|via|with) [A-Z][\w.]{1,20} (?:(?:for|on) (?:ios|iphone|ipad|android|mobile|mac|windows)|mobile|mail|email|e-mail|app|secure email)\b.{0,40}[.!]?$/iu,
  /^[\s*_<(-]{0,6}get (?:outlook|bluemail|yahoo|spark|airmail|k-9|typeapp|mail\.ru).{0,60}$/iu,
  new RegExp(
    `^[\\s*_<(-]{0,6}(?:von|vom|aus|mit|via) .{0,30}${DEVICE}.{0,40}(?:gesendet|geschickt|versendet|verschickt|gesandt|geschrieben)\\.?.{0,40}$`,
    'iu',
  ),
  new RegExp(
    `^[\\s*_<(-]{0,6}(?:gesendet|geschickt|diese nachricht wurde) (?:von|vom|mit|über|aus|via)\\b.{0,40}${DEVICE}.{0,60}$`,
    'iu',
  ),
  new RegExp(
    `^[\\s*_<(-]{0,6}(?:envoy[ée]e?|provenance|t[ée]l[ée]charge(?:r|z)|obtenez|exp[ée]di[ée])\\s?:? ?(?:de|depuis|avec|à partir|par|via|du|d'|courrier|outlook).{0,60}(?:${DEVICE}|windows|ios).{0,60}$`,
    'iu',
  ),
  new RegExp(
    `^[\\s*_<(-]{0,6}(?:enviad[oa]|obtener|obtenha|obter|mandado|descarga|escrito) (?:desde|de|do|da|via|por|con|pelo|a partir|outlook|através).{0,40}${DEVICE}.{0,60}$`,
    'iu',
  ),
  new RegExp(
    `^[\\s*_<(-]{0,6}(?:inviat[oa]|ottieni|scarica|scritto) (?:da|dal|dall'|con|tramite|outlook).{0,40}${DEVICE}.{0,60}$`,
    'iu',
  ),
  new RegExp(
    `^[\\s*_<(-]{0,6}(?:verzonden|verstuurd|download|outlook voor) (?:vanaf|vanuit|van|via|met|met de|ios|android).{0,40}(?:${DEVICE}|windows|ios|downloaden).{0,60}$`,
    'iu',
  ),
  new RegExp(
    `^[\\s*_<(-]{0,6}(?:skickat|skickades|sendt|lähetetty|hämta|hent|hanki|sänt) (?:från|fra|via|med|outlook|\\S{0,20}).{0,40}${DEVICE}.{0,60}$`,
    'iu',
  ),
  /^[\s*_<(-]{0,6}lähetetty \S*(?:iphone|ipad|puhelime|laittee|samsung|android)\S*.{0,40}$/iu,
  new RegExp(
    `^[\\s*_<(-]{0,6}(?:wysłan[eoy]|pobierz|odesláno|odoslané|odesl[aá]no|poslano|küldve|trimis|posláno|skinuto|отправлено|отослано|надіслано|послано|скачать|исходящее|изпратено|dikirim|dihantar|gönderildi|gửi|đã gửi|được gửi|nhận|tải|στάλθηκε|נשלח|أُ?رسل|تم الإرسال|ส่งจาก)\\s.{0,40}${DEVICE}.{0,80}$`,
    'iu',
  ),
  new RegExp(
    `^[\\s*_<(-]{0,6}.{0,30}${DEVICE}\\S{0,12}.{0,20}(?:gönderildi|gönderdim|küldve|elküldve|から送信(?:されました)?|から送信しています|에서 보냄|에서 보낸|에서 발송|에서 보냈습니다\\.?|으로 보냄|에서 전송|로 보냄|發送|傳送|发送|寄出)[^\\p{L}]{0,20}.{0,10}$`,
    'iu',
  ),
  /^[\s*_<(-]{0,6}(?:发自|發自|发送自)\s?.{1,40}$/u,
  new RegExp(
    `^[\\s*_<(-]{0,6}(?:来自|來自|寄件自|傳送自|傳自|从|從)\\s?(?:我的|的)?\\s?.{0,20}${DEVICE}.{0,20}$`,
    'iu',
  ),
  /^[\s*_<(-]{0,6}(?:나의|내|제)\s?.{0,30}(?:에서|로)\s?(?:보냄|보낸|발송|전송).{0,20}$/u,
  /^[\s*_<(-]{0,6}このメールは.{1,30}から送信(?:しています|されました|されています|しました)?。?$/u,
  /^[\s*_<(-]{0,6}[^。、]{1,24}(?:から|より)送信(?:されました|されています)?。?$/u,
  /^[\s*_<(-]{0,6}(?:iOS|Android|Windows \d*|Mac) ?版?(?:用|için|向け|から|용)? ?(?:Outlook|メール).{0,40}$/iu,
  /^[\s*_<(-]{0,6}(?:获取|取得|下载|下載)\s?(?:适用于|適用於)?.{0,20}(?:outlook|邮箱).{0,40}$/iu,
  /^[\s*_<(-]{0,6}outlook (?:für|pour|para|per|voor|för|for|til|dla|для|за) (?:ios|android|mac).{0,40}$/iu,
  /^[\s*_<(-]{0,6}(?:virus-free|libre de virus|virenfrei|garanti sans virus|без вирусов|livre de vírus|mentes a vírusoktól)\.?\s.{0,80}$/iu,
  /^[\s*_|<(-]{0,6}(?:签名由|本邮件由).{0,30}(?:定制|发送|发出).{0,10}$/u,
  /^[\s*_<(-]{0,6}sent from .{0,40}<https?:[^>]{0,200}>$/iu,
  /^[\s*_<(-]{0,6}(?:请原谅|please (?:excuse|forgive) (?:any |my |the )?(?:typos|brevity|typing|spelling)).{0,80}$/iu,
];

/** All of them in one, which is faster. */
const MARK = new RegExp(MARKS.map((mark) => `(?:${mark.source})`).join('|'), 'iu');

/** First words of a paragraph of lawyers. */
const DISCLAIMER =
  /^[\s*_>-]{0,10}(?:confidentiality (?:notice|note|statement|warning)|confidential(?:ity)?\s?[:\-–]|disclaimer\b|legal (?:notice|disclaimer)|privileged (?:and|\/) confidential|important notice\s?:|this (?:e-?mail|electronic mail|message|communication|transmission)(?: message)?(?:,? (?:and|including|together with) (?:any |all |its )?(?:attach|files?|documents?)[^.]{0,60})?,?\s{1,3}(?:is|are|may|contains?|was|has|and its contents|transmitted|originat)\b.{0,80}|the (?:information|contents?) (?:contained |transmitted |included )?(?:in|of) this (?:e-?mail|message|communication|transmission)|the information (?:transmitted|contained)\b|please consider (?:the|our) environment|before printing|think (?:of|about) the environment|p\s?(?:please )?(?:consider|think).{0,30}environment|if you (?:have received|are not the (?:intended|named)).{0,60}|diese e-?mail (?:enthält|kann|und|ist)|der inhalt dieser e-?mail|diese nachricht (?:enthält|ist|kann)|haftungsausschluss|ce (?:message|courriel|mail|courrier)(?: électronique)?[^.]{0,60}(?:confidentiel|destin)|avis de confidentialité|este (?:mensaje|correo|e-?mail|mail)[^.]{0,60}(?:confidencial|dirig|contiene|contener|puede)|aviso (?:legal|de confidencialidad|de privacidad)|esta mensagem[^.]{0,60}(?:confidencia|destina|contém|pode)|aviso de confidencialidade|questo messaggio[^.]{0,80}(?:riservat|confidenzial|destinat)|le informazioni contenute|dit (?:bericht|e-?mail)[^.]{0,60}(?:vertrouwelijk|bestemd)|de informatie (?:verzonden|in dit)|настоящее (?:сообщение|письмо)|данное (?:сообщение|письмо)|это (?:электронное )?(?:сообщение|письмо)[^.]{0,80}конфиденц|внимание! (?:настоящее|данное)|本邮件(?:及|包含|所|中|可能|的)|此(?:邮件|郵件|电子邮件)(?:及|包含|所|中|可能|的)|保密(?:声明|聲明|提示)|免责声明|本信(?:件|函)|本電子郵件|このメール(?:は|に|の内容)[^。]{0,60}(?:機密|秘密|宛|受信者)|本(?:電子)?メール(?:は|に|の)[^。]{0,60}(?:機密|秘密|宛|受信者)|이 (?:메일|이메일|메시지)(?:은|는|에는|에)[^.]{0,60}(?:기밀|비밀|수신)|본 (?:메일|이메일|메시지)(?:은|는|에는|에)[^.]{0,60}(?:기밀|비밀|수신)|denna? (?:e-post|meddelande)[^.]{0,60}(?:konfidentiell|avsed)|ta wiadomość[^.]{0,60}poufn|bu (?:e-?posta|mesaj|ileti)[^.]{0,80}(?:gizli|kişiye|ait))/iu;
const LEGAL_WORDS =
  /confidential|intended|recipient|privileged|prohibited|notify|delete|disclos|environment|print|virus|vertraulich|empfänger|confidentiel|destinataire|confidencial|destinatari|riservat|vertrouwelijk|конфиденциальн|получател|адресат|机密|保密|收件人|機密|秘密|기밀|비밀|poufn|gizli|konfidentiell/giu;
const AVAST =
  /^(?:this (?:e-?mail|message) (?:has been|was) (?:checked|scanned)|diese e-mail wurde von|l'absence de virus|este (?:correo|e-mail) (?:ha sido|foi)|это сообщение (?:проверено|свободно)|данное сообщение.{0,20}проверен|e-?mail wurde auf viren).{0,120}/iu;

/** Is the line one that a phone or a program adds? */
export function isProgramMark(line: string): boolean {
  const plain = line.trim();
  return plain !== '' && plain.length <= 140 && MARK.test(plain);
}

/** What was split off below a run of new lines. */
export interface Tail {
  /** Index of the first line that is not text of the sender. */
  end: number;
  rule: string;
}

/**
 * Where the new text of `lines[from..to)` ends. Looks for the first line from which on everything is signature, mark, disclaimer or
 * footer. @param isLast nothing but quotes follows
 */
export function tailOf(lines: readonly string[], from: number, to: number): Tail | null {
  for (let index = from; index < to; index += 1) {
    const line = lines[index] ?? '';
    if (line === '' || line.length > 1_000) continue;
    const plain = line.trim();
    if (DELIMITER.test(plain) && isSignature(lines, index + 1, to)) return { end: index, rule: 'signature' };
    if (
      LIST_RULE.test(plain) &&
      LIST_WORDS.test(
        lines
          .slice(index + 1, Math.min(to, index + 12))
          .join('\n')
          .slice(0, 1_500),
      )
    )
      return { end: index, rule: 'list_footer' };
    if (/^[-_=*]{2,}\s*$/.test(plain) && AVAST.test(nextText(lines, index + 1, to)))
      return { end: index, rule: 'scanner' };
    if (AVAST.test(plain)) return { end: index, rule: 'scanner' };
    if (startsParagraph(lines, index, from) && DISCLAIMER.test(plain) && isLegal(lines, index, to))
      return { end: index, rule: 'disclaimer' };
  }
  return null;
}

/** A signature is short; "--" above pages of text is a rule between them. */
function isSignature(lines: readonly string[], from: number, to: number): boolean {
  let words = 0;
  let count = 0;
  for (let index = from; index < to; index += 1) {
    const line = lines[index] ?? '';
    if (line.trim() === '') continue;
    count += 1;
    words += line.length;
    if (count > 60 || (count > 25 && words > 1_500)) return false;
  }
  return true;
}

function nextText(lines: readonly string[], from: number, to: number): string {
  for (let index = from; index < Math.min(to, from + 4); index += 1) {
    const line = lines[index]?.trim() ?? '';
    if (line !== '') return line.slice(0, 400);
  }
  return '';
}

function startsParagraph(lines: readonly string[], index: number, from: number): boolean {
  return index > from && /^[\s_*=—-]*$/.test(lines[index - 1] ?? '');
}

/** Lawyers' words, at least two different ones, in the paragraph; and nothing long behind it. */
function isLegal(lines: readonly string[], index: number, to: number): boolean {
  const text = lines
    .slice(index, Math.min(to, index + 30))
    .join(' ')
    .slice(0, 3_000);
  const words = new Set((text.match(LEGAL_WORDS) ?? []).map((word) => word.toLowerCase()));
  return words.size >= 2;
}
