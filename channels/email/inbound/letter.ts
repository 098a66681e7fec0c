import type { AttachmentKind, InboundAttachment } from '../../../src/core/model/attachment.ts';
import type { MessageExtras } from '../../../src/core/model/extras.ts';
import type { InboundMessage, Normalised, Participant, References } from '../../../src/core/model/inbound.ts';
import type { Correspondent, LetterFacts } from '../../../src/core/model/letter.ts';
import { wordsForFiles } from '../../../src/core/rules/message-words.ts';
import { nameLine } from '../../shared/well-formed.ts';
import { deliveryOf, externalIdFor, mailboxOf, referenceKey, threadOf } from '../ids.ts';
import type { MailContext, ReadMail } from '../normalise.ts';

const MAX_TEXT = 200_000;
const MAX_SUBJECT = 500;
/** People of one mail that are kept; lists with more are for nobody in particular. */
const MAX_PEOPLE = 50;
const MAX_ADDRESS = 320;

function line(text: string, length: number): string {
  return nameLine(text, length);
}

function correspondent({ name, address }: Correspondent): Correspondent {
  return { name: line(name, 200), address: line(address, MAX_ADDRESS) };
}

function kindOf(mime: string): AttachmentKind {
  if (/^image\/(?:jpeg|png|webp|gif|heic|avif)$/.test(mime)) return 'photo';
  if (mime.startsWith('audio/')) return 'audio';
  return mime.startsWith('video/') ? 'video' : 'document';
}

function filesOf({ mail }: ReadMail): InboundAttachment[] {
  const files = mail.files.map(
    (file): InboundAttachment => ({
      kind: kindOf(file.mime),
      fileName: file.fileName === null ? null : line(file.fileName, 200),
      mime: line(file.mime, 100),
      sizeBytes: file.sizeBytes,
      width: null,
      height: null,
      durationMs: null,
      uniqueRef: null,
      remote:
        file.held === null ? { tooLarge: true } : { heldBlob: Buffer.from(file.held, 'base64url').toString('hex') },
      ...(file.inline && mail.html !== null ? { role: 'inline' as const } : {}),
      ...(file.contentId === null ? {} : { contentId: line(file.contentId, 300) }),
    }),
  );
  if (mail.html === null) return files;
  const facts = {
    fileName: 'letter.html',
    mime: 'text/html',
    sizeBytes: null,
    width: null,
    height: null,
    durationMs: null,
  };
  return [...files, { kind: 'document', ...facts, uniqueRef: null, remote: {}, role: 'html', content: mail.html }];
}

/** Everybody on the envelope but us. */
function peopleOf(read: ReadMail, author: Participant, { address }: MailContext): Participant[] {
  const people = new Map([[author.externalId, author]]);
  for (const { name, address: theirs } of [...read.mail.to, ...read.mail.cc]) {
    const externalId = line(theirs, MAX_ADDRESS).toLowerCase();
    if (!externalId.includes('@') || mailboxOf(externalId) === mailboxOf(address) || people.has(externalId)) continue;
    if (people.size >= MAX_PEOPLE) break;
    people.set(externalId, { externalId, name: line(name, 200), role: 'copied', proven: false });
  }
  return [...people.values()];
}

function referencesOf({ mail }: ReadMail, author: Participant, { sign }: MailContext): References {
  const ids = [...new Set([...(mail.inReplyTo === null ? [] : [mail.inReplyTo]), ...mail.references.toReversed()])];
  const addresses = [...mail.to, ...mail.cc].map(({ address }) => address);
  const threads = [...addresses, ...mail.deliveredTo].map((address) => threadOf(address, sign));
  return {
    participant: { externalId: author.externalId, proven: author.proven },
    deliveryIds: ids.map((id) => deliveryOf(id, sign)).filter((id) => id !== null),
    externalIds: ids.map(referenceKey),
    threadIds: [...new Set(threads.filter((id) => id !== null))],
  };
}

/** Why nobody has to answer it; undefined: somebody does. */
function filedAs({ mail, payload }: ReadMail): string | undefined {
  if (payload.place.spam) return 'spam';
  if (mail.autoReplied) return 'auto_reply';
  if (mail.autoSubmitted || mail.isBounce || mail.isFeedback || mail.returnPath === '') return 'machine';
  return undefined;
}

/** What the sender wrote, or what stands for it where they wrote nothing. */
function wordsOf(
  { mail }: ReadMail,
  shown: readonly InboundAttachment[],
): { text: string; standIn?: MessageExtras['standIn'] } {
  const written = mail.replyText.trim().slice(0, MAX_TEXT).toWellFormed();
  if (written !== '') return { text: written };
  if (mail.crypto.kind === 'encrypted') return { text: '[encrypted]', standIn: 'thing' };
  const subject = line(mail.subject, MAX_SUBJECT);
  if (shown.length > 0) return { text: wordsForFiles(shown), standIn: 'file' };
  return subject === '' ? { text: '[empty]', standIn: 'thing' } : { text: subject };
}

/** A mail that a person may have to answer, or that is kept where one may look. */
export function readLetter(read: ReadMail, context: MailContext): Normalised {
  const { eventKey, payload, mail } = read;
  const address = line(mail.from ?? '', MAX_ADDRESS).toLowerCase();
  if (!address.includes('@')) return { outcome: 'parked', eventKey, reason: 'a mail without the address of a sender' };
  const proven = payload.trust.proof === 'proven';
  const subject = line(mail.subject, MAX_SUBJECT);
  const name = line(mail.fromName, 200);
  const author: Participant = { externalId: address, name, role: 'customer', proven };
  const externalId = externalIdFor(mail.messageId, payload.digest);
  const attachments = filesOf(read);
  const { text, standIn } = wordsOf(
    read,
    attachments.filter((file) => file.role === undefined),
  );
  const fullText = mail.text.trim().slice(0, MAX_TEXT).toWellFormed();
  const filed = filedAs(read);
  /** Our own address without the tag we put into it. */
  const shown = (one: Correspondent): Correspondent =>
    threadOf(one.address, context.sign) === null
      ? correspondent(one)
      : { ...correspondent(one), address: context.address };
  const letter: LetterFacts = {
    subject,
    from: { name, address },
    to: mail.to.slice(0, MAX_PEOPLE).map(shown),
    cc: mail.cc.slice(0, MAX_PEOPLE).map(shown),
    ...(mail.replyTo.length === 0 ? {} : { replyTo: mail.replyTo.slice(0, 10).map(correspondent) }),
    ...(mail.messageId === null ? {} : { messageId: mail.messageId.slice(0, 900).toWellFormed() }),
    references: mail.references.slice(-50),
    proof: payload.trust.proof,
    proofReason: payload.trust.reason,
    warnings: mail.warnings,
    ...(mail.crypto.kind === 'none' ? {} : { sealed: mail.crypto.kind }),
    ...(fullText === text || fullText === '' ? {} : { fullText }),
    ...(mail.html === null ? {} : { formatted: true }),
  };
  const event: InboundMessage = {
    type: 'message',
    eventKey,
    occurredAtMs: payload.place.internalDateMs,
    thread: {
      key: `letter:${payload.digest}:${proven ? 'p' : 'c'}`,
      kind: 'private',
      chatKey: `domain:${address.slice(address.lastIndexOf('@') + 1)}`,
    },
    author: {
      // Nobody has vouched for the sender: whoever it is, it is not surely the one who is known by this address.
      externalId: proven ? address : `claimed:${address}`,
      displayName: name === '' ? address : name,
      handle: address,
      isBot: false,
    },
    externalId,
    text,
    extras: { letter, ...(standIn === undefined ? {} : { standIn }) },
    ...(attachments.length === 0 ? {} : { attachments }),
    ...(filed === undefined ? {} : { filedAs: filed }),
    subject,
    participants: peopleOf(read, author, context),
    references: referencesOf(read, author, context),
  };
  return { outcome: 'event', event };
}
