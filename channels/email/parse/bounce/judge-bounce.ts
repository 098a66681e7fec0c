import type { DeliveryReport } from '../parsed-email.ts';
import {
  BOUNCE_SUBJECT,
  BOUNCE_WORDS,
  DAEMON_ADDRESS,
  DAEMON_NAME,
  DELAY_WORDS,
  MACHINE_ADDRESS,
} from './bounce-words.ts';
import { deliveryReports } from './delivery-status.ts';
import { plainReports, splitBounceText } from './plain-bounce.ts';

/** What a mail shows of being a bounce. */
export interface BounceEvidence {
  from: string;
  fromName: string;
  subject: string;
  /** The body's beginning as text. */
  text: string;
  /** Return-Path is `<>`. */
  nullSender: boolean;
  /** Type of the whole mail and its report-type, lower case. */
  type: string;
  reportType: string;
  /** Delivery-status parts of the mail itself, decoded; none of a mail inside it. */
  statusParts: readonly string[];
  failedRecipients: readonly string[];
  autoSubmitted: string;
  /** The mail that did not arrive, or its head, comes back with it. */
  hasReturnedMail: boolean;
  /** Addresses of To and From: never the failed ones. */
  own: ReadonlySet<string>;
}

/** The verdict, its reasons, and what is known of recipients. */
export interface BounceVerdict {
  isBounce: boolean;
  reasons: string[];
  dsn: DeliveryReport[];
}

const PERSON_PREFIX =
  /^\s*(?:re|fwd?|fw|aw|wg|sv|vs|tr|rv|res|enc|答复|回复|回覆|转发|轉寄|転送|返信|답장|전달|ответ|на|rif|odp|ynt|antw)\s{0,2}(?:\[\d+\])?\s?[:：]/iu;
const VACATION =
  /out of (?:the )?office|vacation|auto(?:matic)?[ -]?(?:reply|response)|autoreply|away from|abwesen|自动回复|自動返信|부재중|автоответ/iu;

/**
 * Is this a server's word about a mail that did not arrive? RFC 3464 reports decide alone; else it takes a server as sender and a server's
 * words. What a person wrote about a bounce, or forwarded of one, has a person as sender and is none.
 */
export function judgeBounce(evidence: BounceEvidence): BounceVerdict {
  const reasons: string[] = [];
  const dsn = evidence.statusParts.flatMap(deliveryReports);
  const daemon =
    DAEMON_ADDRESS.test(evidence.from) ||
    (DAEMON_NAME.test(evidence.fromName) && !/^\S+@(?:gmail|outlook|hotmail|yahoo)\./i.test(evidence.from));
  const person = PERSON_PREFIX.test(evidence.subject) && !daemon;
  const isReport =
    evidence.type === 'multipart/report' && (evidence.reportType === 'delivery-status' || evidence.reportType === '');
  if (evidence.statusParts.length > 0 && (isReport || ((daemon || evidence.nullSender) && !person))) {
    reasons.push('delivery-status');
    const bad = dsn.length === 0 || dsn.some(({ action }) => action === 'failed' || action === 'delayed');
    return { isBounce: bad, reasons, dsn: dsn.length === 0 ? wordsOf(evidence) : dsn };
  }
  if (person) return { isBounce: false, reasons, dsn: [] };
  const { words } = splitBounceText(evidence.text);
  const head = unquotedHead(words);
  const subject = BOUNCE_SUBJECT.test(evidence.subject);
  const said = BOUNCE_WORDS.test(head);
  const vacation = VACATION.test(evidence.subject) && !subject;
  if (vacation) return { isBounce: false, reasons, dsn: [] };
  const note = (name: string, holds: boolean): boolean => {
    if (holds) reasons.push(name);
    return holds;
  };
  const failed = note('x-failed-recipients', evidence.failedRecipients.length > 0);
  note('server-sender', daemon);
  note('null-sender', evidence.nullSender);
  note('subject', subject);
  note('words', said);
  const machine =
    evidence.from === '' || MACHINE_ADDRESS.test(evidence.from) || evidence.autoSubmitted.startsWith('auto-');
  const positive =
    /(?:has been|was) successfully delivered|success(?:ful)? (?:delivery|mail delivery)|delivery status notification \(success\)|relayed|return receipt/i.test(
      `${evidence.subject}\n${head.slice(0, 400)}`,
    ) && !subject;
  const isBounce =
    !positive &&
    (failed ||
      (daemon && (subject || said)) ||
      (evidence.nullSender && (subject || (said && evidence.hasReturnedMail))) ||
      (evidence.type === 'multipart/report' && isReport && (subject || said)) ||
      // A shop's "delivery failed" names no mailbox.
      (machine && subject && said && namesMailbox(evidence)) ||
      /^delivery failure: user .{1,200} not listed in/i.test(evidence.subject));
  return isBounce ? { isBounce, reasons, dsn: wordsOf(evidence) } : { isBounce: false, reasons: [], dsn: [] };
}

/** A recipient or a server's answer stands in the words. */
function namesMailbox(evidence: BounceEvidence): boolean {
  return wordsOf(evidence).some(({ recipient, status }) => recipient !== '' || status !== null);
}

/** The first lines that are no quote. */
function unquotedHead(words: string): string {
  return words
    .split('\n')
    .filter((line) => !/^\s*>/.test(line))
    .map((line) => line.slice(0, 400))
    .slice(0, 60)
    .join('\n');
}

function wordsOf(evidence: BounceEvidence): DeliveryReport[] {
  const { words } = splitBounceText(evidence.text);
  const reports = plainReports(words, evidence.subject, evidence.failedRecipients, evidence.own);
  return reports.map((report) => (DELAY_WORDS.test(evidence.subject) ? { ...report, action: 'delayed' } : report));
}
