import type { DeliveryReport } from '../parsed-email.ts';
import { DELAY_WORDS, ORIGINAL_BELOW } from './bounce-words.ts';
import { actionOf, statusIn } from './delivery-status.ts';

/** A bounce's text, split into the server's words and the mail it returns. */
export interface BounceText {
  words: string;
  returned: string;
}

const ADDRESS = /[A-Za-z0-9_.!#$%&'*+/=?^`{|}~-]{1,80}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z0-9-]{2,24}/g;

/** Cuts a bounce's text where the mail that was not delivered begins. */
export function splitBounceText(text: string): BounceText {
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (index < 2 || line.length > 200 || !ORIGINAL_BELOW.test(line)) continue;
    return { words: lines.slice(0, index).join('\n'), returned: lines.slice(index).join('\n') };
  }
  return { words: text, returned: text };
}

/**
 * Recipients and statuses out of the words of servers that write no delivery-status part (Exim, qmail, Exchange, Gmail, Yahoo …).
 * @param named addresses of X-Failed-Recipients
 * @param own addresses that cannot be the failed one: whom the bounce is for, who sent it
 */
export function plainReports(
  words: string,
  subject: string,
  named: readonly string[],
  own: ReadonlySet<string>,
): DeliveryReport[] {
  const recipients = named.length > 0 ? [...named] : candidates(words, own);
  const delayed =
    DELAY_WORDS.test(subject) ||
    (/warning message only|not yet been delivered|will continue|keep trying|will be retried|do not need to resend/i.test(
      words,
    ) &&
      !/giv(?:e|en|ing) up|permanent/i.test(words));
  if (recipients.length === 0) recipients.push('');
  return recipients.slice(0, 100).map((recipient) => {
    const near = recipient === '' ? words : around(words, recipient);
    const status = statusIn(near) ?? (recipients.length === 1 ? statusIn(words) : null);
    const diagnostic = sentence(near) || sentence(words);
    const action = delayed
      ? 'delayed'
      : status !== null && status.startsWith('4') && /giv(?:e|en|ing) up|too long|expired|permanent/i.test(words)
        ? 'failed'
        : actionOf(status);
    return { recipient, status, action, diagnostic };
  });
}

/** Addresses a server complains about: those at the beginning of a line or in brackets before a colon first. */
function candidates(words: string, own: ReadonlySet<string>): string[] {
  const strong = new Set<string>();
  const weak = new Set<string>();
  for (const raw of words.split('\n').slice(0, 400)) {
    const line = raw.slice(0, 500);
    for (const match of line.matchAll(ADDRESS)) {
      const address = match[0].replace(/^['.]+|[.']+$/g, '');
      if (
        own.has(address.toLowerCase()) ||
        /^(?:mailer-daemon|postmaster|abuse|support|helpdesk|hostmaster)@/i.test(address)
      )
        continue;
      const before = line.slice(0, match.index);
      const behind = line.slice(match.index + match[0].length);
      if (/message-id|\bid\b|^\s*from\b|reporting|sender/i.test(before)) continue;
      const leads =
        /^[\s<"'(*-]{0,10}$|(?:to|rcpt to|recipients?|address|user|for|final-recipient|mailbox)\s?:?[\s<"'(]{0,4}$/i.test(
          before,
        );
      (leads && /^[>"')]{0,3}(?:[\s:,.;]|\.{3}|$)/.test(behind) ? strong : weak).add(address);
    }
  }
  return strong.size > 0 ? [...strong] : [...weak].slice(0, 1);
}

function around(words: string, recipient: string): string {
  const at = words.toLowerCase().indexOf(recipient.toLowerCase());
  return at === -1 ? words : words.slice(Math.max(0, at - 80), at + 1_200);
}

/** The line that holds the server's answer, with what it was folded over. */
function sentence(text: string): string {
  const lines = text
    .split('\n')
    .slice(0, 200)
    .map((line) => line.trim().slice(0, 500));
  const at = lines.findIndex(
    (line) => /(?:^|[\s:<(#])[45]\d\d[ -](?:[45]\.\d{1,3}\.\d{1,3}|[A-Za-z<#(])/.test(line) || statusIn(line) !== null,
  );
  if (at === -1) {
    const said = lines.findIndex(
      (line) =>
        /(?:said|reason|error|response|diagnostic)\b.{0,20}:/i.test(line) ||
        /(?:unknown|full|quota|no such|not exist|couldn't|not found|rejected|refused|timed out|unrouteable)/i.test(
          line,
        ),
    );
    return said === -1 ? '' : (lines[said] ?? '');
  }
  const taken: string[] = [];
  for (let index = at; index < Math.min(lines.length, at + 4); index += 1) {
    if (lines[index] === '') break;
    taken.push(lines[index] ?? '');
  }
  return taken.join(' ').slice(0, 1_000);
}
