import { expect, test } from '@jest/globals';
import { serveAccount } from './served-account.ts';

test('that a visitor writes is told on, not too often, and kept nowhere', async () => {
  const told: string[] = [];
  const on = serveAccount(1_000, { onTyping: (place) => void told.push(place) });
  const sink = (): Promise<void> => Promise.reject(new Error('there is nothing to store'));
  const [zoe, mei] = [
    { id: 'user:zoe', name: '', signed: true },
    { id: 'user:mei', name: '', signed: true },
  ];
  for (let index = 0; index < 100; index += 1) expect((await on.post(zoe, '/typing', {}, sink)).status).toBe(200);
  expect((await on.post(mei, '/typing', {}, sink)).status).toBe(200);
  const ofZoe = told.filter((place) => place === zoe.id).length;
  expect(ofZoe).toBeGreaterThan(0);
  expect(ofZoe).toBeLessThan(30);
  expect(told.at(-1)).toBe(mei.id);
  expect(await on.deps.records.places.latest(zoe.id, null, 10)).toEqual([]);
});
