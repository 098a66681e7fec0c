import { urlsIn } from './text/urls.ts';
import { weightOf } from './text/weight.ts';

/** A text the bot may say in public by itself, as the configuration has it. `language`: a BCP 47 tag. */
export interface ApprovedEntry {
  language: string;
  text: string;
}

const POST_WEIGHT = 280;
/** How each language says that we never write first; of others nobody can tell. */
const NEVER_FIRST: Readonly<Record<string, RegExp>> = {
  en: /\bnever\b[^.!?]*\bfirst\b/iu,
  zh: /(?:绝不|從不|从不|不会|不會)[^。！]*(?:先|主动|主動)/u,
  ja: /先に[^。！]*(?:ありません|しません|いたしません)|(?:当社|私たち)から[^。！]*(?:ありません|しません|いたしません)/u,
  ko: /먼저[^.!]*(?:않|안 )/u,
  es: /\bnunca\b[^.!?]*\bprimero/iu,
  ru: /(?<!\p{L})никогда(?!\p{L})[^.!?]*(?<!\p{L})перв/iu,
};

/** What is wrong with a text that the bot would say in public by itself, as sentences; empty: nothing. Pure. @param handle ours, without the sign */
export function wrongIn({ language, text }: ApprovedEntry, handle: string): string[] {
  const wrong: string[] = [];
  const handles = Array.from(text.matchAll(/[@＠](\w{1,15})(?!\w)/gu), ([, name = '']) => name.toLowerCase());
  if (!handles.includes(handle.toLowerCase())) {
    wrong.push(`the text in ${language} has to name @${handle}, so that customers know which account is ours`);
  }
  const promise = NEVER_FIRST[language.toLowerCase().split('-')[0] ?? ''];
  if (promise !== undefined && !promise.test(text)) {
    wrong.push(
      `the text in ${language} has to say that we never write first, so that impostors are known for what they are`,
    );
  }
  if (urlsIn(text).length > 0) {
    wrong.push(
      `the text in ${language} holds a link: the button that leads to a direct message is added by X, any other link is a trap`,
    );
  }
  if (weightOf(text) > POST_WEIGHT) wrong.push(`the text in ${language} does not fit into a post of 280 characters`);
  return wrong;
}
