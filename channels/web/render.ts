import { ParleyError } from '../../src/core/errors.ts';
import type { OutboundAttachment } from '../../src/core/model/attachment.ts';
import type { OutboundContent, RenderedPart } from '../../src/core/model/outbound.ts';
import { splitText } from '../shared/split-text.ts';
import { webCapabilities } from './capabilities.ts';
import type { ShownFile, WebPart } from './part.ts';

/** There is nothing to show. */
export class EmptyTextError extends ParleyError {
  constructor() {
    super('empty_text', 'the chat cannot show an empty message', {
      mend: 'write at least one visible character, or attach a file',
    });
  }
}

/**
 * Renders a message as bubbles: each file is one, with the words below the first where one bubble holds them, else behind the files.
 * Buttons stand below the last. Plain text; the page makes links of addresses.
 * @throws {EmptyTextError}
 */
export function renderForWeb(content: OutboundContent): RenderedPart[] {
  const text = content.text.toWellFormed().replaceAll(/\r\n?/gu, '\n');
  const ranges = splitText(text, { maxLength: webCapabilities.text.maxLength });
  const texts: WebPart[] = ranges.map(({ start, end }) => ({ text: text.slice(start, end) }));
  const parts: WebPart[] = (content.attachments ?? []).map((file) => ({ text: '', files: [shown(file)] }));
  const [first] = parts;
  const [only, ...more] = texts;
  if (first !== undefined && only !== undefined && more.length === 0) first.text = only.text;
  else parts.push(...texts);
  const last = parts.at(-1);
  if (last === undefined) throw new EmptyTextError();
  const buttons = content.buttons ?? [];
  if (buttons.length > 0) last.buttons = buttons.map((row) => row.map((button) => ({ ...button })));
  return parts.map((part) => ({ ...part }));
}

function shown({ kind, blobId, fileName, mime, sizeBytes }: OutboundAttachment): ShownFile {
  return { kind, blobId, name: fileName, mime, sizeBytes };
}
