import { splitText } from '../../../../channels/shared/split-text.ts';
import type { OutboundContent, RenderedPart } from '../../../../src/core/model/outbound.ts';
import { toyCapabilities } from './capabilities.ts';

/** Plain text in parts of 500. @throws {RangeError} when there is nothing to say, or files, of which the toy platform knows none. */
export function renderToy({ text, attachments = [] }: OutboundContent): RenderedPart[] {
  if (attachments.length > 0) throw new RangeError('the toy channel cannot send files: send the text alone');
  const formed = text.toWellFormed();
  const ranges = splitText(formed, { maxLength: toyCapabilities.text.maxLength });
  if (ranges.length === 0) throw new RangeError('an empty text cannot be sent');
  return ranges.map(({ start, end }) => ({ text: formed.slice(start, end) }));
}
