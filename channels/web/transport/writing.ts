import { z } from 'zod';
import { ATTACHMENT_KINDS } from '../../../src/core/model/attachment.ts';
import type { FileSource, InboundSink, ServedAnswer, ServedRequest } from '../../../src/core/ports/channel.ts';
import type { PlaceLog } from '../../../src/core/ports/place-log.ts';
import type { RateLimit } from '../../shared/rate-limit.ts';
import { nameLine } from '../../shared/well-formed.ts';
import { MAX_UPLOAD_BYTES, webCapabilities } from '../capabilities.ts';
import { carry } from '../carried.ts';
import { CLIENT_ID, deliveryOf, entryIdOf, messageIdOf } from '../ids.ts';
import type { OpenLimit } from '../limits.ts';
import type { ReadPayload, VisitorPayload } from '../normalise.ts';
import { readEntry, type ShownFile } from '../part.ts';
import type { Sessions, Visitor } from '../session.ts';
import { bodyOf, ChatRefused, headerOf, json } from './answers.ts';
import type { Echoes } from './echoes.ts';
import { SHOWN_TYPES } from './shown.ts';

const clientId = z.string().regex(CLIENT_ID);
const messageBody = z.strictObject({
  clientId,
  text: z.string().max(webCapabilities.text.maxLength),
  files: z.array(z.string().max(4_096)).max(webCapabilities.media.maxFiles).optional(),
});
const pressBody = z.strictObject({
  clientId,
  message: z.int().min(1),
  row: z.int().min(0).max(20),
  column: z.int().min(0).max(20),
});
const readBody = z.strictObject({ seq: z.int().min(0) });
const heldFile = z.object({
  kind: z.enum(ATTACHMENT_KINDS),
  blobId: z.string(),
  name: z.string().nullable(),
  mime: z.string().nullable(),
  sizeBytes: z.number(),
});

export interface WritingDeps {
  places: PlaceLog;
  files: FileSource;
  sessions: Sessions;
  echoes: Echoes;
  messages: RateLimit;
  addresses: RateLimit;
  uploads: RateLimit;
  typingWords: RateLimit;
  onTyping(place: string): void;
  /** Files that are arriving: each is held in memory until it is whole. */
  uploadsOfVisitor: OpenLimit;
  uploadsOfAddress: OpenLimit;
}

function within(limit: RateLimit, key: string): void {
  const waitMs = limit.take(key);
  if (waitMs > 0) throw new ChatRefused(429, 'too_many', 'too much at once: wait a moment', waitMs);
}

async function read<Shape>(schema: z.ZodType<Shape>, request: ServedRequest): Promise<Shape> {
  const parsed = schema.safeParse(await bodyOf(request));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ChatRefused(400, 'invalid', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not as documented'}`);
}

/** The first language the browser asks for. */
function languageOf(request: ServedRequest): { language?: string } {
  const asked = /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}/u.exec(headerOf(request, 'accept-language') ?? '');
  return asked === null ? {} : { language: asked[0] };
}

/** Hands over what a visitor sends; answers after the commit, and once it stands in their place. @throws {ChatRefused} where it does not. */
async function handOver(
  deps: WritingDeps,
  sink: InboundSink,
  visitor: Visitor,
  request: ServedRequest,
  said: Pick<VisitorPayload, 'clientId' | 'text' | 'files' | 'press'>,
): Promise<ServedAnswer> {
  const { id, name } = visitor;
  const from = { id: carry(id), name, ...languageOf(request) };
  const payload: VisitorPayload = { v: 3, visitor: from, ...said, clientId: carry(said.clientId) };
  const echo = deps.echoes.expect(messageIdOf(visitor.id, said.clientId));
  try {
    await sink([Buffer.from(JSON.stringify(payload))]);
    // It is stored all the same: sent again it is known, and brought to its place again.
    if (!(await echo.came())) throw new ChatRefused(503, 'not_shown_yet', 'send it again', 1_000);
  } finally {
    echo.forget();
  }
  return json(200, { clientId: said.clientId });
}

export async function writeMessage(
  deps: WritingDeps,
  sink: InboundSink,
  visitor: Visitor,
  request: ServedRequest,
): Promise<ServedAnswer> {
  const body = await read(messageBody, request);
  const files = (body.files ?? []).map((sealed): ShownFile => {
    const found = heldFile.safeParse(deps.sessions.open(visitor.id, sealed));
    if (!found.success) throw new ChatRefused(400, 'no_file', 'this file is not one of yours: send it again');
    return found.data;
  });
  if (body.text.trim() === '' && files.length === 0) throw new ChatRefused(400, 'empty', 'there is nothing to send');
  within(deps.addresses, request.address);
  within(deps.messages, visitor.id);
  const named = files.map(({ blobId, ...file }) => ({ ...file, blob: carry(blobId) }));
  const said = { clientId: body.clientId, text: body.text, ...(named.length === 0 ? {} : { files: named }) };
  return handOver(deps, sink, visitor, request, said);
}

/** A press says what our own button says: the page names its place only. */
export async function pressButton(
  deps: WritingDeps,
  sink: InboundSink,
  visitor: Visitor,
  request: ServedRequest,
): Promise<ServedAnswer> {
  const body = await read(pressBody, request);
  within(deps.addresses, request.address);
  within(deps.messages, visitor.id);
  const entry = await deps.places.entry(visitor.id, body.message);
  const content = entry === null ? null : readEntry(entry.payload);
  const button = content?.kind === 'ours' ? content.buttons?.[body.row]?.[body.column] : undefined;
  if (button === undefined || !('data' in button)) throw new ChatRefused(404, 'no_button', 'there is no such button');
  const { label, data } = button;
  const press = { label, data: carry(data), messageId: carry(entryIdOf(visitor.id, body.message)) };
  return handOver(deps, sink, visitor, request, { clientId: body.clientId, text: label, press });
}

/** Keeps a file that a message will name; what none names within a day is swept. */
export async function keepFile(deps: WritingDeps, visitor: Visitor, request: ServedRequest): Promise<ServedAnswer> {
  within(deps.addresses, request.address);
  within(deps.uploads, visitor.id);
  const leaveVisitor = deps.uploadsOfVisitor.enter(visitor.id);
  const leaveAddress = leaveVisitor === null ? null : deps.uploadsOfAddress.enter(request.address);
  try {
    if (leaveAddress === null) throw new ChatRefused(429, 'too_many', 'too many files at once', 1_000);
    return await keep(deps, visitor, request);
  } finally {
    leaveVisitor?.();
    leaveAddress?.();
  }
}

async function keep(deps: WritingDeps, visitor: Visitor, request: ServedRequest): Promise<ServedAnswer> {
  const body = await request.body(MAX_UPLOAD_BYTES);
  if (body.length === 0) throw new ChatRefused(400, 'empty', 'the file is empty');
  const mime = nameLine((headerOf(request, 'content-type') ?? '').split(';')[0] ?? '', 100).toLowerCase() || null;
  const kind = mime !== null && SHOWN_TYPES.has(mime) ? 'photo' : 'document';
  const blobId = await deps.files.put(body);
  const name = nameLine(decoded(headerOf(request, 'x-file-name') ?? ''), 200) || null;
  const held: ShownFile = { kind, blobId, name, mime, sizeBytes: body.length };
  return json(200, { file: deps.sessions.seal(visitor.id, held) });
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return '';
  }
}

/** Entries that are looked through for the last one of ours. */
const LOOKED_THROUGH = 50;

/** The visitor has seen everything up to here; the parts of ours before it are told so, once. */
export async function markRead(
  deps: WritingDeps,
  sink: InboundSink,
  visitor: Visitor,
  request: ServedRequest,
): Promise<ServedAnswer> {
  const { seq } = await read(readBody, request);
  within(deps.addresses, request.address);
  const { places } = deps;
  const before = (await places.marks([visitor.id])).get(visitor.id)?.['read'] ?? 0;
  if (seq <= before) return json(200, {});
  const entries = await places.latest(visitor.id, seq + 1, LOOKED_THROUGH);
  const ours = entries.findLast((entry) => entry.seq > before && readEntry(entry.payload)?.kind === 'ours');
  const deliveryId = ours === undefined ? null : deliveryOf(ours.key);
  if (ours !== undefined && deliveryId !== null) {
    const payload: ReadPayload = { v: 3, readBy: carry(visitor.id), seq: ours.seq, deliveryId: carry(deliveryId) };
    await sink([Buffer.from(JSON.stringify(payload))]);
  }
  // After the receipt is stored: what was refused is told again by the next reading.
  await places.mark(visitor.id, 'read', entries.at(-1)?.seq ?? before);
  return json(200, {});
}

/** The visitor writes: told on while it lasts, never kept. What is too often is passed over. */
export function typing(deps: WritingDeps, visitor: Visitor): ServedAnswer {
  if (deps.typingWords.take(visitor.id) === 0) deps.onTyping(visitor.id);
  return json(200, {});
}
