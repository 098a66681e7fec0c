import { afterEach, expect, test } from '@jest/globals';
import { createOpenLimit } from '../../../../channels/web/limits.ts';
import { createPlaceWatch, type PlaceWatch } from '../../../../channels/web/transport/place-watch.ts';
import { events } from '../../../../channels/web/transport/reading.ts';
import { recordingDeps } from '../../../kit/channels/recording.ts';

const LOOK_MS = 10;
const VISITOR = { id: 'user:ana', name: '', signed: true };

let watch: PlaceWatch | undefined;
afterEach(() => watch?.close());

/** A place, and the names of the events of its stream for a while. */
function stand() {
  const { records, files } = recordingDeps();
  const { places } = records;
  const nowMs = (): number => Date.now();
  const opened = createPlaceWatch(places, LOOK_MS, nowMs);
  watch = opened;
  const deps = {
    places,
    files,
    watch: opened,
    nowMs,
    perVisitor: createOpenLimit(10),
    perAddress: createOpenLimit(10),
  };
  return {
    places,
    watch: opened,
    async eventsWithin(ms: number, before: () => void = () => undefined): Promise<string[]> {
      const signal = AbortSignal.timeout(ms);
      const { body } = events(deps, VISITOR, {
        method: 'GET',
        path: '/events',
        headers: {},
        body: () => Promise.resolve(Buffer.alloc(0)),
        address: '::1',
        host: 'chat.test',
        signal,
      });
      if (typeof body === 'string' || Buffer.isBuffer(body)) throw new Error('no stream');
      before();
      const names: string[] = [];
      for await (const piece of body) {
        const name = /^event: (\w+)$/mu.exec(String(piece))?.[1];
        if (name !== undefined) names.push(name);
      }
      return names;
    },
  };
}

test('a stream that is opened long after somebody wrote does not say that somebody writes', async () => {
  const on = stand();
  await on.places.mark(VISITOR.id, 'typing', Date.now() - 7_000);
  expect(await on.eventsWithin(150)).toEqual([]);
  await on.places.mark(VISITOR.id, 'typing', Date.now() - 500);
  expect(await on.eventsWithin(150)).toEqual(['typing']);
});

test('that somebody writes is told before what was written: the page takes the one for the end of the other', async () => {
  const on = stand();
  await on.places.append(VISITOR.id, 'k', { kind: 'ours', text: 'here it is' });
  const told = await on.eventsWithin(150, () => on.watch.typing(VISITOR.id, Date.now()));
  expect(told).toEqual(['typing', 'entry']);
});
