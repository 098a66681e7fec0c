import { CUSTOMER_LANGUAGES, type CustomerLanguage } from '../core/model/conversation.ts';

/** What is known about a customer's language besides the text. */
export interface LanguageHints {
  /** What earlier, longer texts were written in. */
  remembered: CustomerLanguage | null;
  /** BCP 47 tag from the platform (the language of the customer's app). */
  languageCode?: string | undefined;
}

/** `remember` is what to keep for the next turn; short or unclear texts never change it. */
export interface LanguageChoice {
  language: CustomerLanguage;
  remember: CustomerLanguage | null;
}

/** Letters needed before a text may change what is remembered. Ideographs and syllables say more each. */
const ENOUGH_LATIN = 16;
const ENOUGH_OTHER = 4;

/** Links, mail addresses, account names, masked stretches and long runs with digits belong to no language. */
const NOISE = /https?:\/\/\S+|\S+@\S+|[@#/]\w+|\b(?=\w*\d)\w{6,}\b|•+/g;

const SPANISH =
  /[ñ¿¡]|\b(?:el|la|los|las|una?|que|qué|no|por|para|con|mi|mis|está|esta|estoy|tengo|quiero|puedo|pueden|cómo|como|cuando|cuándo|ayuda|hola|gracias|cuenta|dinero|retiro|depósito|deposito|del|de|en|se|me|es|ya|pero|porque|hice|hace|llegó|llegado|ha|he|todavía|favor)\b/giu;
const ENGLISH =
  /\b(?:the|a|an|is|are|was|were|my|your|you|i|it|to|of|in|on|and|or|not|no|can|can't|cannot|don't|do|does|did|have|has|had|how|what|when|why|where|please|help|hello|hi|account|money|withdrawal|deposit|for|with|from|this|that|me|but|still|need|want)\b/gi;

interface Counts {
  latin: number;
  han: number;
  kana: number;
  hangul: number;
  cyrillic: number;
}

function count(text: string): Counts {
  const counts: Counts = { latin: 0, han: 0, kana: 0, hangul: 0, cyrillic: 0 };
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if ((code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || (code >= 0xc0 && code < 0x250))
      counts.latin += 1;
    else if (code >= 0x400 && code < 0x530) counts.cyrillic += 1;
    else if (code >= 0x3041 && code <= 0x30ff && code !== 0x30fb) counts.kana += 1;
    else if (code >= 0xac00 && code <= 0xd7a3) counts.hangul += 1;
    else if (code >= 0x3400 && code <= 0x9fff) counts.han += 1;
  }
  return counts;
}

function matches(text: string, expression: RegExp): number {
  let found = 0;
  for (const _ of text.matchAll(expression)) found += 1;
  return found;
}

/** The language a text is in by its script and small words, or null; `enough` when it is long enough to be remembered. */
export function detectLanguage(text: string): { language: CustomerLanguage; enough: boolean } | null {
  const clean = text.slice(0, 2_000).replaceAll(NOISE, ' ');
  const { latin, han, kana, hangul, cyrillic } = count(clean);
  // A coin's name or a brand in Latin letters does not make a Chinese text English: these scripts count double.
  const scripts: [CustomerLanguage, number][] = [
    ['ko', hangul],
    ['ja', kana === 0 ? 0 : kana + han],
    ['zh', kana * 4 > han ? 0 : han],
    ['ru', cyrillic],
  ];
  const [language, letters] = scripts.reduce((best, next) => (next[1] > best[1] ? next : best));
  if (letters > 0 && letters * 2 >= latin) return { language, enough: letters >= ENOUGH_OTHER };
  if (latin < 2) return null;
  const spanish = matches(clean, SPANISH);
  const english = matches(clean, ENGLISH);
  if (spanish === english) return null;
  return { language: spanish > english ? 'es' : 'en', enough: latin >= ENOUGH_LATIN };
}

function fromCode(code: string | undefined): CustomerLanguage | null {
  const short = code?.toLowerCase().split(/[-_]/)[0];
  return CUSTOMER_LANGUAGES.find((known) => known === short) ?? null;
}

/**
 * In which language to answer: that of the newest telling text, else what is remembered, else what the platform says,
 * else English. "ok" from a Korean customer stays Korean.
 */
export function chooseLanguage(texts: readonly string[], hints: LanguageHints): LanguageChoice {
  const detected = detectLanguage(texts.join('\n'));
  if (detected?.enough === true) return { language: detected.language, remember: detected.language };
  const kept = hints.remembered ?? fromCode(hints.languageCode);
  // A few kana or a Cyrillic word is no proof, but better than nothing at all.
  return { language: kept ?? detected?.language ?? 'en', remember: hints.remembered };
}
