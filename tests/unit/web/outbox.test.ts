import { describe, expect, test } from '@jest/globals';
import { ApiFailure } from '../../../src/web/api/failure.ts';
import { keepIn } from '../../../src/web/outbox/kept.ts';
import { Outbox } from '../../../src/web/outbox/outbox.ts';
import type { Outgoing } from '../../../src/web/outbox/outgoing.ts';

/** An outbox on a server that answers as told, one answer for each request. */
function world(answers: ('ok' | ApiFailure)[] = []) {
  const store = new Map<string, string>();
  const storage = {
    get length() {
      return store.size;
    },
    key: (index: number) => [...store.keys()][index] ?? null,
    getItem: (key: string) => store.get(key) ?? null,
    setItem: (key: string, value: string) => void store.set(key, value),
    removeItem: (key: string) => void store.delete(key),
  };
  const sent: Outgoing[] = [];
  const later: (() => void)[] = [];
  let next = 0;
  const create = (): Outbox =>
    new Outbox({
      send(entry) {
        sent.push(entry);
        const answer = answers.shift() ?? 'ok';
        return answer === 'ok' ? Promise.resolve() : Promise.reject(answer);
      },
      stored: () => undefined,
      kept: keepIn(storage, 'outbox.'),
      newId: () => `id-${(next += 1)}`,
      nowMs: () => 1,
      random: () => 0,
      later: (work) => later.push(work),
    });
  return { create, sent, later, store, outbox: create() };
}

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};
const offline = (): ApiFailure => new ApiFailure(0, { code: 'offline' });
const reply = (text: string, conversationId = 'c') =>
  ({ conversationId, kind: 'reply', text, files: [], answered: null, letter: null, publicly: false }) as const;

describe('the outbox', () => {
  test('sends at once, and keeps the entry until the thread shows it', async () => {
    const { outbox, sent } = world();
    const entry = outbox.add(reply('a'));
    await settle();
    expect(sent.map((one) => one.text)).toEqual(['a']);
    expect(outbox.entries()).toMatchObject([{ id: entry.id, state: 'stored' }]);
    outbox.forget([entry.id]);
    expect(outbox.entries()).toEqual([]);
  });

  test('files, what is answered and who gets a letter outlive a reload with their words', async () => {
    const { outbox, create } = world([offline()]);
    const files = [{ id: 'f1', kind: 'photo' as const, name: 'a.jpg' }];
    const answered = { id: 'm1', author: 'Ann', text: 'Which?' };
    const letter = { to: [{ address: 'a@example.com', name: 'Ann' }], cc: [], bcc: [], subject: 'Other' };
    outbox.add({ ...reply(''), files, answered, letter });
    await settle();
    expect(create().entries()).toMatchObject([{ text: '', files, answered, letter, state: 'queued' }]);
  });

  test('ten written offline go once each, in order, under their own ids', async () => {
    const { outbox, sent, later } = world([offline()]);
    for (let index = 0; index < 10; index += 1) outbox.add(reply(`t${index}`));
    await settle();
    expect(sent).toHaveLength(1);
    expect(outbox.entries().every((one) => one.state === 'queued')).toBe(true);
    later.shift()?.();
    await settle();
    expect(sent.slice(1).map((one) => one.text)).toEqual(Array.from({ length: 10 }, (_, index) => `t${index}`));
    expect(sent[1]?.id).toBe(sent[0]?.id);
  });

  test('a refusal is shown, holds nothing up, and can be sent again under its id', async () => {
    const { outbox, sent } = world([new ApiFailure(422, { message: 'blocked', requestId: 'r' })]);
    const first = outbox.add(reply('a'));
    outbox.add(reply('b'));
    await settle();
    expect(outbox.entries()[0]).toMatchObject({ state: 'refused', reason: 'blocked', requestId: 'r' });
    expect(outbox.entries()[1]).toMatchObject({ state: 'stored' });
    outbox.retry(first.id);
    await settle();
    expect(sent.map((one) => one.id)).toEqual([first.id, 'id-2', first.id]);
  });

  test('conversations do not wait for each other', async () => {
    const { outbox, sent } = world([offline()]);
    outbox.add(reply('a', 'one'));
    outbox.add(reply('b', 'two'));
    await settle();
    expect(sent.map((one) => one.text)).toEqual(['a', 'b']);
    expect(outbox.entries().map((one) => one.state)).toEqual(['queued', 'stored']);
  });

  test.each([
    [401, 'signed_out'],
    // Signed in anew in another tab: this page's token is of the session before.
    [403, 'csrf'],
  ])('signed out (%i %s): it waits for the next sign-in', async (status, code) => {
    const { outbox, create, sent } = world([new ApiFailure(status, { code })]);
    outbox.add(reply('a'));
    await settle();
    const after = create();
    expect(after.entries()).toMatchObject([{ text: 'a', state: 'queued' }]);
    after.wake();
    await settle();
    expect(sent.map((one) => one.id)).toEqual(['id-1', 'id-1']);
  });

  test('two tabs that write while the server is away lose nothing of each other', async () => {
    const { outbox, create } = world([offline(), offline()]);
    const other = create();
    outbox.add(reply('in the first tab'));
    other.add(reply('in the second tab', 'elsewhere'));
    await settle();
    const after = create().entries();
    expect(after.map((one) => one.text).sort()).toEqual(['in the first tab', 'in the second tab']);
  });

  test('what a closed tab left goes out with the next wake of another, in order and under its own ids', async () => {
    const { outbox, create, sent } = world([offline()]);
    const other = create();
    const first = outbox.add(reply('a'));
    const second = outbox.add(reply('b'));
    await settle();
    other.wake();
    await settle();
    expect(sent.slice(1).map((one) => one.id)).toEqual([first.id, second.id]);
    expect(create().entries()).toEqual([]);
  });

  test('a storage that holds nonsense is an empty outbox', () => {
    const { create, store } = world();
    for (const [index, value] of ['', 'x', '[]', 'null', '{"id":1}'].entries()) store.set(`outbox.${index}`, value);
    expect(create().entries()).toEqual([]);
  });
});
