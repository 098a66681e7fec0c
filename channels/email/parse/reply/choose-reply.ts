import { type BodyPiece, isPlaceholder, treeOf } from '../content.ts';
import { quoteRoles, type StructureFound } from '../html/quote-roles.ts';
import { htmlToText } from '../html/to-text.ts';
import { FORWARD_SUBJECT } from './languages.ts';
import { splitReply } from './split-reply.ts';

/** The new text and how it was found. */
export interface ChosenReply {
  reply: string;
  isForward: boolean;
  rules: string[];
  truncated: boolean;
}

/**
 * The newly written text of a body. HTML tells most surely where a quote begins, the text alternative is closest to what was typed: when
 * both find the same words the text is taken, when the HTML finds clearly fewer it saw a quote that the text does not mark.
 * @param text the whole body as text; what is left when nothing can be split
 */
export function chooseReply(pieces: readonly BodyPiece[], text: string, subject: string): ChosenReply {
  const plainAll = pieces.map((piece) => piece.plain ?? '').join('\n\n');
  const hasPlain = pieces.every(
    (piece) => piece.plain !== null && !(piece.html !== null && isPlaceholder(piece.plain)),
  );
  const htmlPieces = pieces.filter((piece) => piece.html !== null);
  const fromText = hasPlain ? splitReply(plainAll, subject) : null;
  if (htmlPieces.length === 0) return settle(fromText ?? splitReply(text, subject), text);
  const found: StructureFound = { rules: new Set(), forward: FORWARD_SUBJECT.test(subject) };
  const roles = quoteRoles(found);
  const marked = pieces
    .map((piece) => (piece.html === null ? (piece.plain ?? '') : htmlToText(treeOf(piece), roles)))
    .join('\n\n');
  const fromHtml = splitReply(
    marked,
    found.forward && found.rules.size === 0 && !FORWARD_SUBJECT.test(subject) ? `Fwd: ${subject}` : subject,
  );
  fromHtml.rules.push(...found.rules);
  if (fromText === null) return settle(fromHtml, text);
  if (fromText.isForward || (fromHtml.isForward && found.rules.size === 0))
    return settle(fromText.isForward ? fromText : { ...fromText, reply: plainAll.trim(), isForward: true }, text);
  const textWords = words(fromText.reply);
  const htmlWords = words(fromHtml.reply);
  const structural = found.rules.size > 0 || fromHtml.rules.includes('signature_element');
  const htmlIsShorter = htmlWords > 0 && htmlWords < textWords * 0.9;
  return settle(structural && htmlIsShorter ? fromHtml : fromText, text);
}

function settle({ reply, isForward, rules, truncated }: ChosenReply, text: string): ChosenReply {
  return { reply: reply === '' ? text.trim() : reply, isForward, rules, truncated };
}

/** Letters and digits count; scripts without blanks make words meaningless. */
function words(text: string): number {
  return text.replaceAll(/[^\p{L}\p{N}]+/gu, '').length;
}
