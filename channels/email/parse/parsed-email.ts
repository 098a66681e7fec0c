/** A mailbox of a header: the display name decoded, the address without brackets. */
export interface MailAddress {
  /** Display name, or the comment behind an old-style address; empty when there is none. */
  name: string;
  /** `local@domain` as written; empty when the header held a name alone. */
  address: string;
}

/** A file of a mail, also one that stood inside the text (uuencode, yEnc) or inside winmail.dat. */
export interface MailAttachment {
  /** Last component of the name, decoded, without control and bidirectional characters; null when the mail gives none. */
  filename: string | null;
  /** Lower-case MIME type as labelled, such as `image/png`; `application/octet-stream` without a label. */
  contentType: string;
  /** Bytes of `content`. */
  size: number;
  /** Shown within the text: the HTML names its Content-ID, or the sender said `inline`. */
  inline: boolean;
  /** Content-ID without brackets. */
  contentId: string | null;
  /** The decoded bytes; a view into the mail where nothing had to be decoded. */
  content: Uint8Array;
  /** SHA-256 of `content`, lower-case hex. */
  sha256: string;
  /** A detached signature (S/MIME, PGP): a page need not show it as a file. */
  signature: boolean;
}

/** What one server says about one recipient (RFC 3464, or the same read out of its words). */
export interface DeliveryReport {
  /** Address that could not be reached, as the server names it; empty when it names none. */
  recipient: string;
  /** Enhanced status such as `5.1.1` (RFC 3463); null when none is given. */
  status: string | null;
  /** `failed`, `delayed`, `delivered`, `relayed` or `expanded`. */
  action: string;
  /** The server's words on one line; empty when it said none. */
  diagnostic: string;
}

/** A meeting in a mail (RFC 5545, 6047). */
export interface MailCalendar {
  /** `REQUEST`, `REPLY`, `CANCEL` …; empty when not given. */
  method: string;
  summary: string;
}

/** What about the sender deserves a banner. */
export type MailWarning =
  | 'several_from'
  | 'group_from'
  | 'no_from'
  | 'lookalike_name'
  | 'reply_to_mismatch'
  | 'bidi_name'
  | 'charset_mismatch'
  | 'broken_mime';

/** What was left out, or is more than usual (limits.ts). */
export type MailTruncation = 'parts' | 'depth' | 'headers' | 'text' | 'html' | 'reply_text';

/** Why a verdict was given; each reason names the header or the rule, never a customer's words. */
export interface MailReasons {
  autoSubmitted: string[];
  isBounce: string[];
  isFeedback: string[];
  isForward: string[];
  /** Rules that split something off, such as `gmail_quote`, `attribution`, `signature`. */
  replyText: string[];
}

/** A mail as the rest of the gateway sees it. Made by `parseEmail`; every field is there for every mail. */
export interface ParsedEmail {
  /** Address of the first From mailbox, as written; null when there is none. */
  from: string | null;
  /** Decoded display name of that mailbox; empty when there is none. */
  fromName: string;
  to: MailAddress[];
  cc: MailAddress[];
  replyTo: MailAddress[];
  /** Decoded, on one line, prefixes kept; empty when missing. */
  subject: string;
  /** ISO 8601 in UTC; null when the mail gives none that can be read. */
  date: string | null;
  /** Without angle brackets; case kept (ids are opaque). */
  messageId: string | null;
  /** The first id of In-Reply-To. */
  inReplyTo: string | null;
  /** Ids of References, oldest first. */
  references: string[];
  /** The whole body as text: text/plain as sent, else read from the HTML. Line ends are LF. */
  text: string;
  /** Only what the sender newly wrote; a forward's whole content; never empty when `text` is not. */
  replyText: string;
  /** Sanitised HTML (html/sanitise.ts); null when the mail holds none. */
  html: string | null;
  attachments: MailAttachment[];
  /** Machine mail: auto-replies, out-of-office, lists, bulk, bounces, receipts, complaints. Never answer it. */
  autoSubmitted: boolean;
  /** A server's word that a mail did not arrive, or not yet (see `dsn[].action`). */
  isBounce: boolean;
  /** A complaint report (ARF, RFC 5965). */
  isFeedback: boolean;
  dsn: DeliveryReport[];
  /** Message-ID of the mail that a bounce, complaint or receipt is about. */
  originalMessageId: string | null;
  /** A forward: its content is what the sender wants seen. */
  isForward: boolean;
  /** `none`, or how the mail is protected; of an encrypted one only the envelope can be read. */
  crypto: { kind: 'none' | 'signed' | 'encrypted'; method: 'smime' | 'pgp' | null };
  calendar: MailCalendar | null;
  warnings: MailWarning[];
  truncated: MailTruncation[];
  reasons: MailReasons;
  /** Address of Return-Path; empty for the null sender `<>`; null without the header. */
  returnPath: string | null;
  /** Delivered-To, X-Original-To, Envelope-To: where the reply token may stand. */
  deliveredTo: string[];
  /** Headers that trust, loops and lists are judged by: lower-case name, decoded values, topmost first. */
  headers: Record<string, string[]>;
}

/** A mail as one JSON object: the same without the bytes of attachments. */
export type PrintableEmail = Omit<ParsedEmail, 'attachments'> & { attachments: Omit<MailAttachment, 'content'>[] };
