import type { Text } from '../i18n/text.ts';

/** Words the server puts in the place of what is no text, and what is said for them in the agent's language. */
const STAND_INS = {
  photo: 'photo',
  video: 'video',
  GIF: 'animation',
  'voice message': 'voice',
  'video message': 'videoNote',
  audio: 'audio',
  sticker: 'sticker',
  file: 'document',
  location: 'location',
  venue: 'venue',
  contact: 'contact',
  poll: 'poll',
  'poll answer': 'pollAnswer',
  dice: 'dice',
  encrypted: 'encrypted',
  empty: 'emptyLetter',
} as const;

const PATTERN = /^\[(?:([A-Za-z ]+)|unsupported: ([^\]]*))\](?: ([\s\S]*))?$/u;

function isStandIn(word: string): word is keyof typeof STAND_INS {
  return Object.hasOwn(STAND_INS, word);
}

/** A text as lists show it: where it only stands for something (`[photo]`), that is said in the agent's language. */
export function previewWords(text: string, t: Text): string {
  const found = PATTERN.exec(text);
  if (found === null) return text;
  const [, word, unsupported, rest] = found;
  if (unsupported !== undefined) return t('preview.unsupported', { kind: unsupported });
  if (word === undefined || !isStandIn(word)) return text;
  const thing = t(`preview.${STAND_INS[word]}`);
  if (rest === undefined || rest === '') return thing;
  return word === 'poll answer' && rest === 'taken back' ? t('preview.voteTakenBack') : `${thing} ${rest}`;
}
