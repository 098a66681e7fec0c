import { expect, test } from '@jest/globals';
import { renderForTelegram } from '../../../channels/telegram/render.ts';
import type { OutboundAttachment } from '../../../src/core/model/attachment.ts';
import type { OutboundContent } from '../../../src/core/model/outbound.ts';
import { layOutEdit } from '../../../src/inbox/amend.ts';

const file = (kind: 'photo' | 'document' | 'animation'): OutboundAttachment => ({
  id: kind,
  blobId: kind,
  kind,
  fileName: `${kind}.dat`,
  mime: null,
  sizeBytes: 10,
  width: null,
  height: null,
  durationMs: null,
});

/** What an edit of a message that was sent like this changes: place of the part, and its new words. */
function edited(was: OutboundContent, text: string) {
  const standing = renderForTelegram(was).map((part, place) => ({ externalId: String(place), part }));
  const extras = was.buttons === undefined ? null : { buttons: was.buttons.map((row) => [...row]) };
  const parts = layOutEdit(standing, { files: was.attachments ?? [], extras }, text, renderForTelegram);
  return parts?.map(({ externalId, part }) => [externalId, part]) ?? null;
}

const long = (words: number): string => 'word '.repeat(words).trim();

test('words: as many parts as there were, buttons stay below the last', () => {
  const buttons = [[{ label: 'Yes', data: 'y' }]];
  expect(edited({ text: 'a' }, 'b')).toEqual([['0', { text: 'b' }]]);
  expect(edited({ text: 'a', buttons }, 'b')).toEqual([['0', { text: 'b', buttons }]]);
  expect(edited({ text: long(1_500) }, long(1_600))?.map(([place]) => place)).toEqual(['0', '1']);
  expect(edited({ text: long(1_500) }, 'short')).toBeNull();
  expect(edited({ text: 'short' }, long(1_500))).toBeNull();
});

test('files: the words below the first are changed there, those behind are changed behind', () => {
  const attachments = [file('photo'), file('photo'), file('document')];
  const [below] = edited({ text: 'a', attachments }, 'b') ?? [];
  expect(below).toEqual(['0', expect.objectContaining({ text: 'b', media: [expect.anything(), expect.anything()] })]);
  expect(edited({ text: 'a', attachments }, 'b')).toHaveLength(1);
  expect(edited({ text: '', attachments }, 'b')).toHaveLength(1);
  expect(edited({ text: long(300), attachments }, 'b')).toEqual([['2', { text: 'b' }]]);
  expect(edited({ text: 'a', attachments }, long(300))).toBeNull();
  // Nobody can tell from outside which part is which here.
  expect(edited({ text: 'a', attachments, buttons: [[{ label: 'Yes', data: 'y' }]] }, 'b')).toBeNull();
});
