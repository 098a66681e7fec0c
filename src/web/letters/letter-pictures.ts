import { fetchRemoteImage } from '../api/calls.ts';
import type { LetterText } from '../api/model.ts';
import { contentAddress } from '../media/addresses.ts';

/** What the frame shows; the server tells the type by the bytes. */
const TYPES = /^image\/(?:png|apng|jpeg|gif|webp|avif|bmp)$/u;
/** Pictures are held as text in the page, so large ones are left to the list of files, bytes. */
const LARGEST = 8_000_000;
const AT_ONCE = 4;

async function asData(blob: Blob): Promise<string | null> {
  if (!TYPES.test(blob.type) || blob.size > LARGEST) return null;
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(typeof reader.result === 'string' ? reader.result : null));
    reader.addEventListener('error', () => resolve(null));
    reader.readAsDataURL(blob);
  });
}

async function inTurn<One>(all: readonly One[], work: (one: One) => Promise<void>): Promise<void> {
  const waiting = [...all];
  const run = async (): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) await work(one);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, run));
}

/** Pictures that came with the letter, by content id; those that cannot be had are left out. */
export async function ownPictures({ html, images }: LetterText): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const named = html.toLowerCase().includes('cid:') ? images : [];
  await inTurn(named, async ({ contentId, attachmentId }) => {
    const answer = await fetch(contentAddress(attachmentId)).catch(() => null);
    const data = answer?.ok === true ? await asData(await answer.blob()).catch(() => null) : null;
    if (data !== null) found.set(contentId, data);
  });
  return found;
}

/** Pictures that lie elsewhere, fetched by the server; trackers are left out. `failed`: those that could not be had. */
export async function remotePictures(
  messageId: string,
  { remote }: LetterText,
): Promise<{ found: ReadonlyMap<string, string>; failed: number }> {
  const found = new Map<string, string>();
  const wanted = remote.filter((one) => !one.tracking);
  await inTurn(wanted, async ({ index, url }) => {
    const data = await fetchRemoteImage(messageId, index)
      .then(asData)
      .catch(() => null);
    if (data !== null) found.set(url, data);
  });
  return { found, failed: wanted.length - found.size };
}
