/**
 * What of public posts is a conversation and what is filed as noise. A post that is filed wrongly is lost time for a customer, one
 * that is not only for an agent; so whatever cannot be judged is a conversation.
 */

/** What is known of a public post that names us. */
export interface MentionFacts {
  /** Without the handles that stand before a reply. */
  text: string;
  /** BCP 47 as X gives it; null where it knows none. */
  language: string | null;
  /** Lower case, without the sign. */
  tags: readonly string[];
  /** How many people it names. */
  mentions: number;
  hasFiles: boolean;
  /** It answers or quotes a post of ours. */
  answersUs: boolean;
  /** Only as everybody is who took part in what it answers: nobody wrote our name. */
  onlyCarried: boolean;
  /** How many others wrote nearly the same shortly before; see {@link alikeIn}. */
  alike: number;
}

/** Why a post is filed. */
export type NoiseReason = 'raid' | 'campaign' | 'carried along' | 'asks for nothing';

/** From so many others on, the same words are a raid. */
export const RAID_SIZE = 4;
/** Whoever names so many people or has so many tags advertises. */
const MANY_TAGS = 5;
const MANY_MENTIONS = 6;

const ASKS_SIGN = /[?？؟⁇⁈¿;՞፧]/u;
/** Questions without their sign, and requests. Scripts without spaces need no word boundary. */
const ASKS = new RegExp(
  [
    String.raw`\b(?:how|why|when|where|what|who|which|can you|could you|can i|can't|cannot|please|pls|plz|help|support|any update|need|wen|is it|is there|anyone)\b`,
    String.raw`(?<!\p{L})(?:c[oó]mo|por qu[eé]|cu[aá]ndo|d[oó]nde|qu[eé]|ayuda|ayúdame|necesito|por favor|pueden|puedo)(?!\p{L})`,
    String.raw`(?<!\p{L})(?:как|почему|зачем|когда|где|что|кто|сколько|помогите|помощь|пожалуйста|подскажите|ответьте|можно)(?!\p{L})`,
    '怎么|怎麼|为什么|為什麼|如何|什么时候|什麼時候|哪里|哪裡|请问|請問|帮|幫|求助|吗|嗎|呢|客服',
    'どう|なぜ|いつ|どこ|教えて|助けて|お願い|ください|ですか|ますか|でしょうか',
    '어떻게|왜|언제|어디|도와|부탁|문의|해주세요|인가요|나요|까요',
    String.raw`(?<!\p{L})(?:كيف|لماذا|متى|أين|هل|ساعد|مساعدة|من فضلك)`,
    String.raw`(?<!\p{L})(?:nasıl|neden|ne zaman|nerede|yardım|lütfen|comment|pourquoi|quand|aide|aidez|wie|warum|wann|hilfe|bitte|como|quando|onde|ajuda|làm sao|khi nào|giúp|bagaimana|kapan|kenapa|tolong|bantu)(?!\p{L})`,
  ].join('|'),
  'iu',
);
/** What goes wrong with money and accounts. */
const COMPLAINS = new RegExp(
  [
    String.raw`\b(?:stuck|pending|missing|lost|stolen|hack(?:ed|er)?|scam\w*|fraud\w*|rug(?:ged)?|give (?:me |us |it )?back|money|funds?|balance|accounts?|transactions?|transfers?|verif\w+|frozen|locked|blocked|banned|suspended|refund|withdraw(?:al|als|ing|n)?|deposit(?:s|ed)?|not (?:working|received|credited|arrived)|never (?:received|arrived)|doesn'?t work|won'?t|broken|error|fail(?:ed|s|ing)?|delay(?:ed)?|kyc|2fa|log ?in|ticket|complain\w*|unacceptable|worst|terrible|days? ago|no (?:response|reply|answer))\b`,
    String.raw`(?<!\p{L})(?:retir(?:o|ar)|dep[oó]sito|bloquead[oa]|robad[oa]|estafa|perdid[oa]|reembolso|no (?:funciona|llega|puedo)|error|saque|golpe|bloqueada|retrait|dépôt|arnaque|bloqué|auszahlung|einzahlung|gesperrt|betrug|çekim|para yatırma|dolandır\p{L}*)(?!\p{L})`,
    String.raw`(?<!\p{L})(?:вывод\p{L}*|вывест\p{L}*|пополнен\p{L}*|депозит\p{L}*|заблокир\p{L}*|взлом\p{L}*|украл\p{L}*|мошенни\p{L}*|верн\p{L}*|не (?:работает|пришл\p{L}*|приход\p{L}*|могу)|завис\p{L}*|ошибк\p{L}*)`,
    '提现|提現|提币|提幣|充值|未到|没到|沒到|冻结|凍結|被盗|被盜|骗|騙|丢|丟|退款|封号|封號|投诉|投訴|无法|無法|不能|失败|失敗|卡住',
    '出金|入金|反映され|届かない|届いて|凍結|盗まれ|詐欺|返金|できない|できません|エラー|失敗',
    '출금|입금|안 ?돼|안됩|안 ?되|오류|정지|해킹|사기|환불|못|실패|지연',
    'سحب|إيداع|ايداع|مجمد|محظور|سرق|احتيال|لم يصل|استرداد',
  ].join('|'),
  'iu',
);
/** The languages the lists above can judge; of the others nothing is filed for its words. */
const JUDGED = new Set(['en', 'es', 'ru', 'zh', 'ja', 'ko']);
const HANDLE = /[@＠]\w{1,30}/gu;
const TAG = /[#＃$][\p{L}\p{N}_]+/gu;
const LINK = /https?:\/\/\S+/gu;
/** Words in no script of their own. */
const LETTERS = /\p{L}/u;

/** Why a post is filed as noise; null: it is a conversation. Pure. */
export function noiseOf(facts: MentionFacts, campaignTags: readonly string[]): NoiseReason | null {
  if (facts.answersUs) return null;
  if (facts.alike >= RAID_SIZE) return 'raid';
  const said = facts.text.replaceAll(LINK, ' ').replaceAll(HANDLE, ' ').replaceAll(TAG, ' ');
  if (COMPLAINS.test(said)) return facts.onlyCarried ? 'carried along' : null;
  const campaigns = new Set(campaignTags.map((tag) => tag.toLowerCase()));
  if (facts.tags.some((tag) => campaigns.has(tag))) return 'campaign';
  if (facts.tags.length >= MANY_TAGS || facts.mentions >= MANY_MENTIONS) return 'campaign';
  if (facts.onlyCarried) return 'carried along';
  if (ASKS_SIGN.test(said) || ASKS.test(said)) return null;
  // Our name alone calls us, and a picture may show what is wrong.
  if (!LETTERS.test(said) || facts.hasFiles) return null;
  return JUDGED.has((facts.language ?? '').split('-')[0] ?? '') ? 'asks for nothing' : null;
}

/** A post as the crowd remembers it. */
interface Remembered {
  postId: string;
  authorId: string;
  atMs: number;
  words: ReadonlySet<string>;
}

/** The public posts of the last minutes; a value, never changed. */
export type Crowd = readonly Remembered[];

const CROWD_WINDOW_MS = 10 * 60_000;
const MAX_CROWD = 1_000;
const MAX_WORDS = 100;
/** Share of words two posts must have in common. */
const LIKENESS = 0.7;
/** Short posts are alike by chance: when something is down, many ask the same few words. */
const FEWEST_WORDS = 8;

/** A post as far as the crowd cares; `atMs`: when it was written, since the epoch. */
export interface CrowdPost {
  postId: string;
  authorId: string;
  text: string;
  atMs: number;
}

/** The crowd with one more post, of those of the last ten minutes. */
export function joinCrowd(crowd: Crowd, { postId, authorId, text, atMs }: CrowdPost): Crowd {
  return [...recentIn(crowd, { postId, atMs }).slice(1 - MAX_CROWD), { postId, authorId, atMs, words: wordsIn(text) }];
}

/** How many others in it wrote nearly the same as this one. */
export function alikeIn(crowd: Crowd, post: CrowdPost): number {
  const words = wordsIn(post.text);
  const alike = recentIn(crowd, post).filter(
    (one) => one.authorId !== post.authorId && likeness(words, one.words) >= LIKENESS,
  );
  return new Set(alike.map(({ authorId }) => authorId)).size;
}

/** What was written within ten minutes before a post, itself left out. */
function recentIn(crowd: Crowd, { postId, atMs }: Pick<CrowdPost, 'postId' | 'atMs'>): Crowd {
  return crowd.filter((one) => one.postId !== postId && atMs - one.atMs <= CROWD_WINDOW_MS);
}

/** The words of a post that tell it from others: no names, links and numbers; characters in pairs where there are no spaces. */
function wordsIn(text: string): ReadonlySet<string> {
  const plain = text.replaceAll(LINK, ' ').replaceAll(HANDLE, ' ').toLowerCase();
  const runs = plain.match(/[\p{L}\p{M}_]+/gu) ?? [];
  const words = runs.flatMap((run) => {
    if (!/[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}]/u.test(run)) return [run];
    const characters = Array.from(run);
    return characters.length < 2
      ? [run]
      : characters.slice(1).map((character, index) => `${characters[index] ?? ''}${character}`);
  });
  return new Set(words.slice(0, MAX_WORDS));
}

/** Words in common over words in all; nothing is like a post of a few words. */
function likeness(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  if (one.size < FEWEST_WORDS) return 0;
  let common = 0;
  for (const word of one) if (other.has(word)) common += 1;
  const all = one.size + other.size - common;
  return common / all;
}
