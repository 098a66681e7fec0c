import { afterEach, expect, test } from '@jest/globals';
import { createPlaceWatch, type PlaceWatch } from '../../../../channels/web/transport/place-watch.ts';
import { memoryPlaces } from '../../../kit/channels/memory-places.ts';

const LONG_MS = 5_000;
const nowMs = (): number => Date.now();
let watch: PlaceWatch | undefined;
afterEach(() => watch?.close());

async function tookMs(what: Promise<void>): Promise<number> {
  const beganMs = performance.now();
  await what;
  return performance.now() - beganMs;
}

test('what another process wrote is noticed at the next look, what this one wrote at once', async () => {
  const places = memoryPlaces();
  watch = createPlaceWatch(places, 50, nowMs);
  const view = watch.open('a', 0);
  const signal = AbortSignal.timeout(LONG_MS);
  const other = tookMs(view.changed(LONG_MS, signal));
  await places.append('a', 'k1', {});
  expect(await other).toBeLessThan(1_000);
  view.seq = 1;
  const own = tookMs(view.changed(LONG_MS, signal));
  watch.wake('a');
  expect(await own).toBeLessThan(40);
});

test('a place where nothing happens is not woken by another one', async () => {
  const places = memoryPlaces();
  watch = createPlaceWatch(places, 20, nowMs);
  const quiet = watch.open('quiet', 0);
  watch.open('busy', 0);
  await places.append('busy', 'k1', {});
  expect(await tookMs(quiet.changed(200, AbortSignal.timeout(LONG_MS)))).toBeGreaterThan(190);
});

test('what came between two waits is not missed', async () => {
  const places = memoryPlaces();
  watch = createPlaceWatch(places, 10_000, nowMs);
  const view = watch.open('a', 0);
  watch.wake('a');
  expect(await tookMs(view.changed(LONG_MS, AbortSignal.timeout(LONG_MS)))).toBeLessThan(40);
});

test('writing is told once for each time somebody wrote, also by another process', async () => {
  const places = memoryPlaces();
  watch = createPlaceWatch(places, 20, nowMs);
  const view = watch.open('a', 0);
  const signal = AbortSignal.timeout(LONG_MS);
  const writtenMs = nowMs();
  await places.mark('a', 'typing', writtenMs);
  await view.changed(LONG_MS, signal);
  expect(view.typingMs).toBe(writtenMs);
  expect(await tookMs(view.changed(150, signal))).toBeGreaterThan(140);
});

test('what was marked long ago wakes nobody', async () => {
  const places = memoryPlaces();
  watch = createPlaceWatch(places, 20, nowMs);
  await places.mark('a', 'typing', nowMs() - 6_001);
  const view = watch.open('a', 0);
  expect(await tookMs(view.changed(150, AbortSignal.timeout(LONG_MS)))).toBeGreaterThan(140);
  expect(view.typingMs).toBe(0);
});

test('nothing is asked while nobody looks, and a store that is away ends nothing', async () => {
  const places = memoryPlaces();
  let asked = 0;
  watch = createPlaceWatch(
    {
      ...places,
      since: (positions, limit) => {
        asked += 1;
        return asked === 1 ? Promise.reject(new Error('away')) : places.since(positions, limit);
      },
    },
    20,
    nowMs,
  );
  await new Promise((resolve) => setTimeout(resolve, 80));
  expect(asked).toBe(0);
  const view = watch.open('a', 0);
  const woken = tookMs(view.changed(LONG_MS, AbortSignal.timeout(LONG_MS)));
  await places.append('a', 'k', {});
  expect(await woken).toBeLessThan(1_000);
  view.close();
  await new Promise((resolve) => setTimeout(resolve, 60));
  const after = asked;
  await new Promise((resolve) => setTimeout(resolve, 80));
  expect(asked).toBe(after);
});
