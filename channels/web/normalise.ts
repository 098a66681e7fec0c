import { z } from 'zod';
import { ATTACHMENT_KINDS, type InboundAttachment } from '../../src/core/model/attachment.ts';
import type { Normalised } from '../../src/core/model/inbound.ts';
import { payloadDigest } from '../shared/payload-digest.ts';
import { nameLine, wellFormed } from '../shared/well-formed.ts';
import { carriedId } from './carried.ts';
import { entryIdOf, messageIdOf } from './ids.ts';

/**
 * What our own HTTP side hands over: who it is was proven there. Whatever names something, a person, a file or what a button of ours does,
 * is carried past the guard; the words are not, whoever wrote them. 3: of files and buttons too.
 */
export const visitorPayload = z.object({
  v: z.literal(3),
  visitor: z.object({
    id: carriedId(300),
    name: z.string().max(300),
    language: z.string().max(35).optional(),
  }),
  clientId: carriedId(64),
  text: z.string().max(20_000),
  files: z
    .array(
      z.object({
        kind: z.enum(ATTACHMENT_KINDS),
        blob: carriedId(100),
        name: z.string().max(300).nullable(),
        mime: z.string().max(200).nullable(),
        sizeBytes: z.int().min(0),
      }),
    )
    .max(10)
    .optional(),
  /** A press on a button of ours, as we gave it: the label is what is said, the data is what a flow looks for. */
  press: z
    .object({ label: z.string().max(300), data: z.literal('').or(carriedId(300)), messageId: carriedId(400) })
    .optional(),
});
/** As it is handed over: with its ids carried. */
export type VisitorPayload = z.input<typeof visitorPayload>;

/** What our HTTP side says of a visitor who has read something of ours. */
const readPayload = z.object({
  v: z.literal(3),
  readBy: carriedId(300),
  seq: z.int().min(1),
  deliveryId: carriedId(36).pipe(z.uuid()),
});
export type ReadPayload = z.input<typeof readPayload>;

/** Everything of ours up to an entry was read: no message, but the parts say so. */
function readReceipt({ readBy, seq, deliveryId }: z.output<typeof readPayload>): Normalised {
  const place = wellFormed(readBy);
  return {
    outcome: 'event',
    event: {
      type: 'receipt',
      eventKey: `${place}/read/${seq}`,
      occurredAtMs: null,
      thread: { key: place, kind: 'private' },
      author: { externalId: place, displayName: '', isBot: false },
      targetExternalId: entryIdOf(place, seq),
      targetDeliveryId: deliveryId,
      fate: 'read',
      text: '',
      unreachable: false,
    },
  };
}

/** A visitor nobody gave a name; the last characters tell two of them apart. */
function nameOf(id: string, name: string): string {
  return nameLine(name) || `Visitor ${nameLine(id).slice(-4).toWellFormed()}`;
}

/** Reads what a visitor sent. Pure; never throws. */
export function normaliseVisit(payload: unknown): Normalised[] {
  const receipt = readPayload.safeParse(payload);
  if (receipt.success) return [readReceipt(receipt.data)];
  const read = visitorPayload.safeParse(payload);
  if (!read.success) {
    return [{ outcome: 'parked', eventKey: `digest:${payloadDigest(payload)}`, reason: 'not a message of the chat' }];
  }
  const { visitor, clientId, files = [], press } = read.data;
  const id = wellFormed(visitor.id);
  const messageId = messageIdOf(id, wellFormed(clientId));
  const attachments = files.map((file): InboundAttachment => {
    const { kind, blob: heldBlob, sizeBytes } = file;
    const facts = { kind, sizeBytes, width: null, height: null, durationMs: null };
    const fileName = file.name === null ? null : nameLine(file.name) || null;
    const mime = file.mime === null ? null : nameLine(file.mime) || null;
    return { ...facts, fileName, mime, uniqueRef: heldBlob, remote: { heldBlob } };
  });
  const said = wellFormed(press?.label ?? read.data.text);
  const onlyFiles = said.trim() === '' && attachments.length > 0;
  const text = onlyFiles ? '[file]' : said;
  const language = visitor.language === undefined ? '' : nameLine(visitor.language);
  // The page gets its own words back as they are kept: guarded.
  const shown = attachments.map(({ kind, fileName, mime, sizeBytes, uniqueRef }) => ({
    kind,
    blobId: uniqueRef ?? '',
    name: fileName,
    mime,
    sizeBytes: sizeBytes ?? 0,
  }));
  return [
    {
      outcome: 'event',
      event: {
        type: 'message',
        eventKey: messageId,
        externalId: messageId,
        // A visitor's clock is worth nothing, and ours would differ each time it is brought.
        occurredAtMs: null,
        thread: { key: id, kind: 'private' },
        author: {
          externalId: id,
          displayName: nameOf(id, visitor.name),
          isBot: false,
          ...(language === '' ? {} : { languageCode: language }),
        },
        text,
        ...(attachments.length === 0 ? {} : { attachments }),
        ...(onlyFiles ? { extras: { standIn: 'file' as const } } : {}),
        ...(press === undefined
          ? {}
          : {
              extras: { content: { type: 'button' as const, label: said, data: wellFormed(press.data) } },
              replyToExternalId: wellFormed(press.messageId),
            }),
        acknowledge: { place: id, id: messageId, text: onlyFiles ? '' : said, files: shown },
      },
    },
  ];
}
