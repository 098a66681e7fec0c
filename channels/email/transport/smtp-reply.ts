import type { SmtpRejection, SmtpReply } from '../errors.ts';

/** Words of strange servers are kept short: they go into rows and onto the page. */
const MAX_WORDS = 500;

/** Reads a server's answer, of one line or several, as `550-5.1.1 No such user\n550 5.1.1 …`. */
export function readReply(response: string, code: number): SmtpReply {
  let enhanced: string | null = null;
  const words = response
    .split(/\r?\n/u)
    .map((line) => {
      const [, status, text = ''] =
        /^\s*(?:\d{3}[ -]?)?(?:([245]\.\d{1,3}\.\d{1,3})(?=\s|$))?\s*(.*)$/u.exec(line) ?? [];
      enhanced ??= status ?? null;
      return text.trim();
    })
    .filter((text) => text !== '')
    .join(' ')
    .replaceAll(/\p{Cc}/gu, ' ');
  return { code, enhanced, words: words.length > MAX_WORDS ? `${words.slice(0, MAX_WORDS - 1)}…` : words };
}

/** A refusal of one recipient. */
export function rejectionOf(address: string, reply: SmtpReply): SmtpRejection {
  return { address, domain: domainOf(address), ...reply };
}

/** The domain of an address, lower case; empty where there is none. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
