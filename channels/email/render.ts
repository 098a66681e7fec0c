import { ParleyError } from '../../src/core/errors.ts';
import type { OutboundContent, RenderedPart } from '../../src/core/model/outbound.ts';
import { splitText } from '../shared/split-text.ts';
import { emailCapabilities } from './capabilities.ts';
import type { MailPart } from './part.ts';

/** A mail without a word and without a file. */
export class EmptyMailError extends ParleyError {
  constructor() {
    super('empty_mail', 'this mail is empty: it needs words or a file', { mend: 'write something, or attach a file' });
  }
}

/**
 * One mail, with its files; what is longer than a book chapter goes on in further ones, cut between paragraphs. Pure.
 * @throws {EmptyMailError}
 */
export function renderForEmail(content: OutboundContent): RenderedPart[] {
  const text = content.text.toWellFormed().replaceAll('\u0000', '\uFFFD').replaceAll(/\r\n?/gu, '\n');
  const files = content.attachments ?? [];
  if (!/\S/u.test(text) && files.length === 0) throw new EmptyMailError();
  const { maxLength } = emailCapabilities.text;
  const texts = splitText(text, { maxLength }).map(({ start, end }) => text.slice(start, end));
  const [first = '', ...others] = texts;
  const part: MailPart = {
    text: first,
    ...(content.body === undefined || others.length > 0 ? {} : { body: content.body }),
    ...(files.length === 0
      ? {}
      : { files: files.map(({ blobId, sizeBytes, fileName, mime }) => ({ blobId, sizeBytes, fileName, mime })) }),
  };
  return [{ ...part }, ...others.map((further) => ({ text: further }))];
}
