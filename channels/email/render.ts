import { ParleyError } from '../../src/core/errors.ts';
import type { OutboundContent, RenderedPart } from '../../src/core/model/outbound.ts';
import type { MailPart } from './part.ts';

/** A mail without a word and without a file. */
export class EmptyMailError extends ParleyError {
  constructor() {
    super('empty_mail', 'a mail needs words or a file', { mend: 'write something, or attach a file' });
  }
}

/** One mail, however long: mail has no limit that text would reach. Pure. @throws {EmptyMailError} */
export function renderForEmail(content: OutboundContent): RenderedPart[] {
  const text = content.text.toWellFormed().replaceAll('\u0000', '\uFFFD').replaceAll(/\r\n?/gu, '\n');
  const files = content.attachments ?? [];
  if (!/\S/u.test(text) && files.length === 0) throw new EmptyMailError();
  const part: MailPart = {
    text,
    ...(content.body === undefined ? {} : { body: content.body }),
    ...(files.length === 0
      ? {}
      : { files: files.map(({ blobId, sizeBytes, fileName, mime }) => ({ blobId, sizeBytes, fileName, mime })) }),
  };
  return [{ ...part }];
}
