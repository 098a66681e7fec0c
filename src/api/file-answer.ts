import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refused } from '../core/errors.ts';
import type { FileContent } from '../inbox/attachments.ts';
import { askedRange } from './byte-range.ts';

const SHOWN = /^(?:image|audio|video|font|model|application)\/[\w.+-]{1,100}(?:; ?codecs=[\w.,+-]{1,60})?$/u;
/** What a browser would run or read as a document. */
const RUNS = /html|xml|svg|script|wasm|multipart|x-shockwave/u;

/** The type a browser is told: what the bytes are, where it can do no more with that than show or play it. */
export function toldType(mime: string | null): string {
  return mime !== null && SHOWN.test(mime) && !RUNS.test(mime) ? mime : 'application/octet-stream';
}

/** RFC 6266 with the name as RFC 8187 writes it, and a plain one for whoever cannot read that. */
export function disposition(fileName: string | null): string {
  const name = (fileName ?? 'file').toWellFormed().replaceAll(/[\p{Cc}\p{Cf}/\\]/gu, '_') || 'file';
  const plain = name.replaceAll(/[^\w .()+,=@~-]/gu, '_');
  const whole = encodeURIComponent(name).replaceAll(
    /['()*]/gu,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${whole}`;
}

/**
 * Hands out bytes of strangers so that no browser takes them for a page of ours: saved, never opened, never guessed at.
 * @param taken told before the first byte goes
 * @throws {Refused} `range`
 */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  file: FileContent,
  { caching, taken }: { caching: string; taken?: () => Promise<void> },
): Promise<FastifyReply> {
  const tag = `"${file.id}"`;
  reply.headers({
    'accept-ranges': 'bytes',
    'cache-control': caching,
    'content-security-policy': "sandbox; default-src 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  });
  const known = request.headers['if-none-match'];
  if (known !== undefined && known.split(',').some((one) => one.trim() === tag)) {
    return reply.header('etag', tag).code(304).send();
  }
  // Whoever has another version is given all of this one.
  const has = request.headers['if-range'];
  const asked =
    has === undefined || has === tag ? askedRange(request.headers.range, file.sizeBytes) : askedRange('', 0);
  if (asked.kind === 'unsatisfiable') {
    reply.header('content-range', `bytes */${file.sizeBytes}`);
    throw new Refused('range', `the file has ${file.sizeBytes} bytes`, { mend: 'ask for a part that is there' });
  }
  const { start, end } = asked.kind === 'part' ? asked : { start: 0, end: file.sizeBytes };
  await taken?.();
  reply.headers({
    etag: tag,
    'content-disposition': disposition(file.fileName),
    'content-length': end - start,
    ...(asked.kind === 'part' ? { 'content-range': `bytes ${start}-${end - 1}/${file.sizeBytes}` } : {}),
  });
  return reply
    .code(asked.kind === 'part' ? 206 : 200)
    .type(toldType(file.mime))
    .send(Readable.from(file.read({ start, end }), { objectMode: false }));
}
