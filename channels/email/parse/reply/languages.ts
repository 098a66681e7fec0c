/** Words by which mail programs introduce a quoted mail, by what they mean. All lower case. */

/** "wrote": stands in the line before a quote. */
export const WROTE =
  /(?:(?<!\p{L})wrote|(?<!\p{L})writes|(?<!\p{L})says|schrieb|geschrieben|(?<!\p{L})écrit|(?<!\p{L})ecrit|escribi[óo]|escribe|escreveu|ha scritto|(?<!\p{L})scrisse|scrive(?!\p{L})|schreef|geschreven|skrev(?!\p{L})|skreiv|kirjoitti|napisa[łl]|napsal|napísal|пишет|pisze|пишуть|писал|написа[лв]|пише|写道|寫道|写到|写了|書きました|書いた|のメール|のメッセージ|wrote|작성|썼습니다|쓴 글|님이|yazd[ıi]|yazm[ıi]ş|viết|menulis|a scris|írta|έγραψε|כתב|كتب|เขียน|rašė|rakstīja|kirjutas|je napisal|hat am|skrifaði)/iu;

/** How such a line begins. */
export const WROTE_START =
  /^[\s*_"'(]*(?:on(?!\p{L})|at(?!\p{L})|in a message dated|le(?!\p{L})|am(?!\p{L})|um(?!\p{L})|vom(?!\p{L})|el(?!\p{L})|en(?!\p{L})|em(?!\p{L})|no dia|a (?:las|\d)|il(?!\p{L})|in data|il giorno|op(?!\p{L})|den(?!\p{L})|på(?!\p{L})|w dniu|dnia(?!\p{L})|dne(?!\p{L})|v (?:po|út|st|čt|pá|so|ne)|в(?!\p{L})|во(?!\p{L})|vào(?!\p{L})|lúc(?!\p{L})|ngày(?!\p{L})|在|于|於|pada(?!\p{L})|στις|ב-|في|date:|\d|>?\s?--- on(?!\p{L})|mon|tue|wed|thu|fri|sat|sun|lun|mar|mer|jeu|ven|sam|dim|пн|вт|ср|чт|пт|сб|вс|понедельник|вторник|сред|четверг|пятниц|суббот|воскресенье)/iu;

type HeaderKind = 'from' | 'date' | 'to' | 'cc' | 'subject' | 'other';

const HEADER_WORDS: Readonly<Record<HeaderKind, string>> = {
  from: 'from|von|de|da|van|från|fra|lähettäjä|od|от|від|от кого|发件人|寄件者|寄件人|發件人|差出人|送信者|送信元|보낸 사람|보낸사람|보낸이|발신인|gönderen|kimden|từ|người gửi|feladó|de la|expéditeur|remitente|remetente|mittente|afzender|absender|nadawca|dari|από|מאת|من|จาก|odosielateľ|odesílatel|from name|发信人|寄信人|gesendet von|envoyé par|sender|发送人|發信人|보낸 이',
  date: "sent|date|gesendet|datum|envoyé|envoyé le|envoye|date d'envoi|enviado|enviado el|enviado em|enviada em|enviada|data|data de envio|inviato|data invio|verzonden|skickat|sendt|lähetetty|päivämäärä|wysłano|wysłane|отправлено|дата|надіслано|发送时间|发送日期|寄件日期|傳送日期|傳送時間|發送時間|发件时间|日期|时间|送信日時|送信日|日時|日付|보낸 날짜|보낸날짜|날짜|보낸 시간|보낸시간|발송일|gönderildi|gönderme tarihi|gönderilme tarihi|tarih|đã gửi|ngày|ngày gửi|thời gian|odesláno|odoslané|odoslan|fecha|elküldve|küldve|dátum|trimis|dikirim|tanggal|dato|ημερομηνία|נשלח|التاريخ|تاريخ الإرسال|sent at|date sent|sent on|วันที่",
  to: 'to|an|à|a|para|aan|till|til|vastaanottaja|do|кому|получатель|收件人|收件者|宛先|受信者|送信先|받는 사람|받는사람|받는이|수신|수신인|kime|alıcı|tới|đến|người nhận|komu|címzett|către|kepada|destinatario|destinataire|destinatário|empfänger|ontvanger|προς|אל|إلى|ถึง|收信人|받는 이|pro|adresát',
  cc: 'cc|kopie|copie|copie à|kopia|kopi|копия|копія|抄送|副本|抄送人|참조|bilgi|cc à|c\\.c\\.|kópia|másolatot kap',
  subject:
    'subject|betreff|objet|asunto|assunto|oggetto|onderwerp|ämne|emne|aihe|temat|тема|主题|主旨|主題|標題|标题|件名|제목|konu|chủ đề|tiêu đề|předmět|predmet|tárgy|subiect|perihal|subjek|θέμα|הנדון|נושא|الموضوع|เรื่อง|re|sujet|teema|onderwerp|tema|zadeva',
  other:
    'reply-to|importance|attachments|message-id|priority|priorität|antwort an|répondre à|responder a|odpowiedz do|ответить|回复|返信先|sent by|organization|mailed-by|bcc|anlagen|pièces jointes|重要度|wichtigkeit|附件|添付ファイル|첨부',
};

const KINDS = new Map<string, HeaderKind>();
for (const [kind, words] of Object.entries(HEADER_WORDS)) {
  for (const word of words.split('|')) KINDS.set(word.replace('\\.', '.').replace('\\.', '.'), kind as HeaderKind);
}

const HEADER_LINE = /^[\s>|*_]{0,12}([^\s:：*_|][^:：*|]{0,24}?)\s{0,3}[*_]{0,2}\s{0,4}[:：|][*_]{0,2}(?:\s*)(.*)$/u;

/** A line of a quoted header, such as "Gesendet: …"; null when it is none. */
export function headerLine(line: string): { kind: HeaderKind; value: string } | null {
  if (line.length > 1_000) return null;
  const match = HEADER_LINE.exec(line.replaceAll('\u00A0', ' ').replaceAll(/[\u200E\u200F]/g, ''));
  if (match === null) return null;
  const kind =
    KINDS.get((match[1] ?? '').toLowerCase().replaceAll(/\s+/g, ' ').trim()) ??
    KINDS.get((match[1] ?? '').replaceAll(/\s+/g, '').toLowerCase());
  return kind === undefined ? null : { kind, value: (match[2] ?? '').trim() };
}

/** "-----Original Message-----" and what it is called elsewhere. */
export const ORIGINAL =
  /^[\s>*_|]{0,8}[-_=—─–*‐‑]{2,80}\s{0,4}(?:original (?:message|mail|email|nachricht)|original|ursprüngliche (?:nachricht|mail|e-mail)|originalnachricht|originale? (?:bericht|message)|oorspronkelijk bericht|origineel bericht|message (?:d'origine|original|initial)|message d’origine|mensaje original|mensagem original|messaggio originale|ursprungligt meddelande|originalmeddelande|oprindelig (?:meddelelse|besked)|opprinnelig melding|alkuperäinen viesti|wiadomość oryginalna|oryginalna wiadomość|původní (?:zpráva|e-mail)|pôvodná správa|исходное сообщение|оригинальное сообщение|вихідне повідомлення|原始邮件|原始郵件|原邮件|回复的原邮件|原始信件|原始訊息|元のメッセージ|オリジナルメッセージ|original message|원본 메[시세]지|원본 메일|원본메일|원본 이메일|özgün ileti|orijinal (?:mesaj|ileti)|thư gốc|tin nhắn gốc|eredeti üzenet|mesaj original|mesajul original|pesan asli|αρχικό μήνυμα|replied message|reply message|回复邮件|reply to|quoted text|urspr\. nachricht|antwort auf)\s{0,4}[-_=—─–*‐‑]{2,80}.{0,20}$/iu;

/** "Forwarded message" and what it is called elsewhere: what follows is the content. */
export const FORWARDED =
  /^[\s>*_|]{0,8}(?:[-_=—─–*‐‑]{2,80}\s{0,4}(?:forwarded (?:message|mail|email|by\b.{0,200})|weitergeleitete (?:nachricht|mail|e-mail)|message (?:transf[ée]r[ée]|réexpédié)|mensaje reenviado|mensagem encaminhada|mensagem reencaminhada|messaggio inoltrato|doorgestuurd bericht|vidarebefordrat (?:meddelande|brev)|videresendt (?:meddelelse|melding|besked)|välitetty viesti|przekazana wiadomość|wiadomość przekazana|treść przekazanej wiadomości|přeposlaná zpráva|preposlaná správa|пересылаемое сообщение|пересланное сообщение|переслане повідомлення|конец пересылаемого сообщения|转发的?(?:邮件|信息|消息)?|轉寄(?:的)?(?:郵件|訊息)?|転送(?:メッセージ|メール|された(?:メッセージ|メール))?|forwarded|전달된? ?(?:메[시세]지|메일|이메일)?|iletilen? (?:mesaj|ileti)|yönlendirilen (?:mesaj|ileti)|thư (?:được )?chuyển tiếp|tin nhắn được chuyển tiếp|továbbított (?:üzenet|levél)|mesaj redirecționat|pesan terusan|pesan diteruskan|προωθημένο μήνυμα)\s{0,4}[-_=—─–*‐‑]{0,80}.{0,40}|begin forwarded message:?|anfang der weitergeleiteten (?:nachricht|e-mail):?|début du (?:message|e-mail) (?:réexpédié|transféré)\s?:?|inicio del mensaje reenviado:?|início da mensagem (?:encaminhada|reencaminhada):?|inizio messaggio inoltrato:?|begin doorgestuurd bericht:?|vidarebefordrat brev:?|videresendt besked:?|początek przekazywanej wiadomości:?|začátek přeposílané zprávy:?|начало переадресованного сообщения:?|下面是被转发的邮件[:：]?|以下是轉寄的郵件[:：]?|開始轉寄郵件[:：]?|開始轉寄的郵件[:：]?|転送されたメッセージ[:：]?|전달된 메시지 시작[:：]?|전달된 메시지[:：]?|iletilmiş (?:mesaj|ileti)(?:nın başlangıcı)?:?)\s*$/iu;

/** "Reply above this line" of ticket systems, behind a rule: of which the last two signs are looked at, for lines of nothing else are long. */
export const ABOVE_LINE =
  /(?:[-_=#*~+]{2}|##-).{0,40}(?:(?:reply|respond|write|answer|type).{0,30}(?:above|below)|above this line|oberhalb dieser|über dieser zeile|au[- ]dessus de cette ligne|encima de esta línea|por encima de|acima desta linha|sopra (?:di )?questa (?:linea|riga)|boven deze (?:regel|lijn)|выше этой (?:линии|строки)|此行(?:以上|上方|之上)|上方回复|この(?:行|線)(?:より|の)上|이 (?:줄|선) 위|bu satırın üst)|^[\s>]{0,8}(?:please )?(?:reply|type your reply|write your reply) above this line/iu;

/** Subjects of forwards. */
export const FORWARD_SUBJECT =
  /^\s*(?:\[[^\]]{1,60}\]\s{0,3}){0,3}(?:fwd?|fw|wg|tr|rv|i|vb|vl|enc|pd|doorst|wtr|fs|videres|továbbítás|redir|yml|ilt|转发|轉寄|轉發|転送|전달|переслано|пересл|прд|đt|chuyển tiếp|trs)\s{0,2}(?:\[\d+\])?\s{0,2}[:：]/iu;
