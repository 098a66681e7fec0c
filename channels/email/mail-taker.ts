import { crashPoint } from '../../src/core/crash-point.ts';
import type { FileSource, InboundSink } from '../../src/core/ports/channel.ts';
import type { Log } from '../../src/core/ports/log.ts';
import { MailUnreadable } from './errors.ts';
import type { ParsedEmail } from './parse/parsed-email.ts';
import { contentDigest, digestOf, type MailPayload, readableMail } from './payload.ts';
import type { Bookmark, ReceivedMail } from './transport/received-mail.ts';
import type { SenderTrust } from './trust.ts';

export interface TakerParts {
  log: Log;
  files: FileSource;
  /** The folder of what the server takes for spam. */
  spamFolder: string | undefined;
  parse(raw: Uint8Array): Promise<ParsedEmail>;
  judge(raw: Buffer, parsed: ParsedEmail): Promise<SenderTrust>;
}

/** Tries at reading one mail before it is parked as it is. */
const MOST_TRIES = 3;
/** What our store keeps as one file, bytes. A larger one stays on the mail server, and its row says so. */
const MAX_FILE_BYTES = 25 * 1024 * 1024;
/** Of a mail nobody can read this much is kept: in base64 it still is one file, bytes. */
const MAX_PARKED_BYTES = 16 * 1024 * 1024;

function markedAsSpam(parsed: ParsedEmail): boolean {
  const first = (name: string): string => (parsed.headers[name]?.[0] ?? '').trim().toLowerCase();
  return first('x-spam-flag').startsWith('yes') || first('x-spam-status').startsWith('yes');
}

/**
 * Reads a mail, keeps its files and hands it on with the bookmark that moves when it is stored. Nothing of it is written before the
 * guard has been over it, but for files, which are sealed and named by no row until then.
 */
export function createMailTaker(parts: TakerParts) {
  async function held(parsed: ParsedEmail): Promise<(string | null)[]> {
    const ids: (string | null)[] = [];
    for (const { content, signature } of parsed.attachments) {
      const keep = !signature && content.length <= MAX_FILE_BYTES;
      ids.push(keep ? await parts.files.put(content) : null);
    }
    return ids;
  }

  async function read(mail: ReceivedMail, bytes: Buffer): Promise<MailPayload> {
    const parsed = await parts.parse(bytes);
    const place = placeOf(mail, mail.folder === parts.spamFolder || markedAsSpam(parsed));
    const trust =
      mail.raw === null
        ? ({ proof: 'claimed', reason: 'only its head was read' } as const)
        : await parts.judge(mail.raw, parsed);
    const readable = readableMail(parsed, await held(parsed));
    if (mail.raw === null) readable.warnings.push('too_large');
    return { v: 1, place, digest: contentDigest(parsed), trust, mail: readable, unreadable: null };
  }

  /** @throws {MailUnreadable} to be handed the same mail again, up to three times; what the sink throws, too */
  return async function take(mail: ReceivedMail, next: Bookmark, sink: InboundSink): Promise<void> {
    const bytes = mail.raw ?? mail.head ?? Buffer.alloc(0);
    const bookmark = { name: mail.folder, ...bookmarkOf(next) };
    let payload: MailPayload | null = null;
    try {
      payload = await read(mail, bytes);
    } catch (error) {
      // Everything else (the store, the disk) passes, and the mail waits for it.
      if (!(error instanceof MailUnreadable) || mail.attempt < MOST_TRIES) throw error;
      parts.log.error(
        { folder: mail.folder, uid: mail.uid, error: error.message },
        'a mail could not be read and is parked',
      );
      await sink([{ data: parkedAs(mail, bytes, error.message), bookmark }]);
      return;
    }
    const data = Buffer.from(JSON.stringify(payload), 'utf8');
    crashPoint('mail.read');
    await sink([
      { data, bookmark, ...(mail.raw === null || mail.raw.length > MAX_FILE_BYTES ? {} : { original: mail.raw }) },
    ]);
    crashPoint('mail.stored');
  };
}

function placeOf({ folder, uidValidity, uid, internalDateMs }: ReceivedMail, spam: boolean): MailPayload['place'] {
  return { folder, uidValidity, uid, spam, internalDateMs };
}

/** The transport's words for it, in those of the store. */
export function bookmarkOf({ uidValidity, lastUid, firstUid }: Bookmark): {
  epoch: string;
  position: number;
  base: number;
} {
  return { epoch: uidValidity, position: lastUid, base: firstUid ?? 0 };
}

/** The bytes in base64, so that they are kept as they came, or their beginning; they are sealed with the rest. */
function parkedAs(mail: ReceivedMail, bytes: Buffer, reason: string): Buffer {
  const payload: MailPayload & { original: string } = {
    v: 1,
    place: placeOf(mail, false),
    digest: digestOf(bytes),
    trust: { proof: 'claimed', reason: 'it could not be read' },
    mail: null,
    unreadable: `a mail of ${bytes.length} bytes could not be read three times: ${reason}`,
    original: bytes.subarray(0, MAX_PARKED_BYTES).toString('base64'),
  };
  return Buffer.from(JSON.stringify(payload), 'utf8');
}
