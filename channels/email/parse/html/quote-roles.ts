import { isHidden, type Role } from './to-text.ts';
import type { HtmlElement, HtmlNode } from './tree.ts';

/** What mail programs wrap a quoted mail in. */
const QUOTE_CLASS =
  /(?:^|\s)(?:gmail_quote(?:_container)?|yahoo_quoted|protonmail_quote|zmail_extra|tutanota_quote|moz-cite-prefix|ntes-mailmaster-quote|mail_quote|freebirdQuote|hs_reply|nylas-quote|front-blockquote|spark_quote|crm_quote|foxmail_quote|mailbird-quote|thread-quote|tmail-quote)(?:\s|$)|yahoo_quoted|yahoo-quoted/i;
const QUOTE_ID =
  /^(?:OLK_SRC_BODY_SECTION|yahoo_quoted\w*|isReplyContent|spark_quote|mailbox-conversation|quoted-text|replyBody|reply-content|x_isReplyContent)$/i;
/** From here on all is quoted: programs put these before the old mail and close nothing. */
const REST_ID =
  /^(?:x_)?(?:divRplyFwdMsg|appendonsend|stopSpelling|zwchr|mail-editor-reference-message-container|ms-outlook-mobile-body-separator-line|divtagdefaultwrapper_reply|reply-intro|_rc_quote|ntes-pcmac-quote|original-content)$/i;
const REST_CLASS = /(?:^|\s)(?:x_)?(?:OutlookMessageHeader|mail_reply_header|quoted-mail-separator)(?:\s|$)/i;
const SIGNATURE_CLASS =
  /(?:^|\s)(?:gmail_signature(?:_prefix)?|moz-signature|protonmail_signature_block|tutanota_signature|x_gmail_signature|zmail_signature|email-signature|mail_signature)(?:\s|$)/i;
const SIGNATURE_ID =
  /^(?:x_)?(?:Signature|ms-outlook-mobile-signature|composer_signature|MobileSignature|ymail_android_signature|yMail_cursorElementTracker_sig|gmail_signature)$/i;
const FORWARD_MARK =
  /-{5,}\s?(?:forwarded|转发|轉寄|転送|пересыл|weitergeleitet|mensaje reenviado|mensagem encaminhada|message transf|messaggio inoltrato|전달|doorgestuurd)/i;

/** What the structure of a mail says about quotes; filled while the text is written. */
export interface StructureFound {
  rules: Set<string>;
  forward: boolean;
}

/** Reads the roles of elements out of what mail programs write. @param found learns which rules held */
export function quoteRoles(found: StructureFound): (element: HtmlElement) => Role {
  return (element) => {
    if (isHidden(element)) return 'hidden';
    const { tag, attributes } = element;
    const name = attributes['class']?.slice(0, 200) ?? '';
    const id = attributes['id']?.slice(0, 100) ?? '';
    if (tag === 'blockquote') {
      if (attributes['type'] === 'cite' || QUOTE_CLASS.test(name)) found.rules.add('cite');
      return 'quote';
    }
    if (name !== '' && QUOTE_CLASS.test(name)) return quoteBox(element, name, found);
    if (id !== '' && QUOTE_ID.test(id)) return found.forward ? 'text' : note(found, id, 'quote');
    if ((id !== '' && REST_ID.test(id)) || (name !== '' && REST_CLASS.test(name)))
      return found.forward ? 'text' : note(found, id === '' ? name : id, 'quote-rest');
    if (name.includes('moz-forward-container') || id === 'isForwardContent') found.forward = true;
    if (tag === 'div' && !found.forward && isOutlookRule(element)) return note(found, 'outlook_rule', 'quote-rest');
    if ((name !== '' && SIGNATURE_CLASS.test(name)) || (id !== '' && SIGNATURE_ID.test(id))) return 'signature';
    return 'text';
  };
}

/** A box of Gmail and its like: a forward's box holds what the sender wants seen; a box with answers between is read line by line. */
function quoteBox(element: HtmlElement, name: string, found: StructureFound): Role {
  const head = textOf(element, 400);
  if (FORWARD_MARK.test(head)) {
    found.forward = true;
    return 'text';
  }
  if (hasAnswers(element)) return 'text';
  return note(found, name.trim().split(/\s+/)[0] ?? 'quote', 'quote');
}

function note(found: StructureFound, rule: string, role: Role): Role {
  found.rules.add(rule.toLowerCase());
  return role;
}

/** Words beside and behind the first blockquote of a quote's box: the sender answered in between. */
function hasAnswers(box: HtmlElement): boolean {
  let level = box;
  // Boxes within boxes: go to the level that holds the blockquote.
  for (let depth = 0; depth < 5; depth += 1) {
    const inner: HtmlNode[] = level.children.filter((child) => typeof child !== 'string' || child.trim() !== '');
    const only = inner.length === 1 ? inner[0] : undefined;
    if (only === undefined || typeof only === 'string' || only.tag === 'blockquote') break;
    level = only;
  }
  const first = level.children.findIndex((child) => typeof child !== 'string' && child.tag === 'blockquote');
  if (first === -1) return false;
  const behind = level.children
    .slice(first + 1)
    .filter((child) => typeof child === 'string' || child.tag !== 'blockquote');
  return behind.some(
    (child) => (typeof child === 'string' ? child : textOf(child, 200)).replaceAll(/[\s\u00A0\-_]/g, '') !== '',
  );
}

/** Outlook draws a line above the header of the old mail; the header's names may be in any language. */
function isOutlookRule(element: HtmlElement): boolean {
  const style = element.attributes['style'];
  if (style === undefined || style.length > 500) return false;
  if (!/border:\s?none;\s?border-top:\s?solid\s(?:#|windowtext)/i.test(style)) return false;
  let bold = 0;
  const visit = (node: HtmlNode, depth: number): void => {
    if (typeof node === 'string' || depth > 8) return;
    if ((node.tag === 'b' || node.tag === 'strong') && /[:：]\s*$/.test(textOf(node, 60).trim())) bold += 1;
    for (const child of node.children) visit(child, depth + 1);
  };
  visit(element, 0);
  return bold >= 2;
}

/** The first signs of an element's text. */
export function textOf(node: HtmlNode, limit: number): string {
  if (typeof node === 'string') return node.slice(0, limit);
  let text = '';
  const visit = (one: HtmlNode, depth: number): void => {
    if (text.length >= limit || depth > 50) return;
    if (typeof one === 'string') text += one.slice(0, limit - text.length);
    else for (const child of one.children) visit(child, depth + 1);
  };
  visit(node, 0);
  return text;
}
