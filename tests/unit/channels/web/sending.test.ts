import { expect, test } from '@jest/globals';
import { sendToPlace } from '../../../../channels/web/send.ts';
import { FileLost, ParleyError, StoreUnavailable } from '../../../../src/core/errors.ts';
import type { SendOutcome } from '../../../../src/core/model/outbound.ts';
import { memoryPlaces } from '../../../kit/channels/memory-places.ts';

const FILE = { kind: 'document', blobId: 'f'.repeat(64), name: 'a.pdf', mime: 'application/pdf', sizeBytes: 5 };

/** What sending one file comes to that breaks after its first piece; nothing may be written by then. */
async function sentWith(trouble: unknown): Promise<SendOutcome> {
  const places = memoryPlaces();
  const files = {
    async *open() {
      yield await Promise.resolve(Buffer.from('a'));
      throw trouble;
    },
    put: () => Promise.reject(new Error('nothing is put')),
  };
  const request = {
    action: 'send',
    part: { text: 'see', files: [FILE] },
    threadKey: 'user:ana',
    madeAtMs: 0,
    idempotencyKey: 'k',
  } as const;
  const append = (place: string, key: string, content: object) => places.append(place, key, { ...content });
  const outcome = await sendToPlace(append, files, request, AbortSignal.timeout(5_000));
  expect(places.entries).toEqual([]);
  return outcome;
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: a system error`), { code });
}

test('a file that is lost stays so', async () => {
  expect(await sentWith(new FileLost('missing'))).toMatchObject({ kind: 'invalid' });
});

test.each([
  ...['EMFILE', 'EIO', 'ESTALE', 'EACCES', 'ECONNREFUSED'].map(systemError),
  new ParleyError('not_started', 'the gateway is still starting'),
  new StoreUnavailable('away', null),
])('any other trouble with a file passes: %s', async (error) => {
  expect(await sentWith(error)).toMatchObject({ kind: 'transient' });
});
