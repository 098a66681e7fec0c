import type { IdGenerator } from '../core/ports/clock.ts';
import type { KeptBytes } from '../core/ports/kept-bytes.ts';
import type { BlobStore } from './blob-store.ts';
import { BlobError } from './errors.ts';
import { describeBlob } from './fetcher.ts';
import type { PreviewMaker } from './preview/preview.ts';

/** Whoever was sending stopped, which is no trouble of ours. */
class BodyCut extends Error {
  override readonly name = 'BodyCut';
}

async function* asItComes(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw new BodyCut('the body ended before its end', { cause: error });
  }
}

/** The bytes of files over the blob store. */
export function createKeptBytes({
  blobs,
  previews,
  ids,
}: {
  blobs: BlobStore;
  previews: PreviewMaker;
  ids: IdGenerator;
}): KeptBytes {
  return {
    open: (blobId, range) => blobs.open(blobId, range),

    async sizeOf(blobId) {
      try {
        return await blobs.sizeOf(blobId);
      } catch (error) {
        if (error instanceof BlobError && error.code === 'missing') return null;
        throw error;
      }
    },

    async keep(body, maxBytes) {
      // A name of its own: the same upload may come twice at once.
      const partial = await blobs.partial(ids.uuid(), maxBytes);
      try {
        for await (const bytes of asItComes(body)) await partial.append(bytes);
        return { kind: 'kept', file: await describeBlob(await partial.finish(), { blobs, previews }) };
      } catch (error) {
        if (error instanceof BodyCut) return { kind: 'cut' };
        if (error instanceof BlobError && error.code === 'too-large') return { kind: 'too_large' };
        throw error;
      } finally {
        await partial.discard();
      }
    },
  };
}
