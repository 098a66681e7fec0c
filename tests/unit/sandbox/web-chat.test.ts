import { expect, test } from '@jest/globals';
import { readSiteToken } from '../../../channels/web/session.ts';
import type { ChannelAccount, ServedAnswer, ServedRequest } from '../../../src/core/ports/channel.ts';
import { createVisitorLine } from '../../../src/sandbox/web-chat/visitor-line.ts';
import { createChatVisitors } from '../../../src/sandbox/web-chat/visitors.ts';

const SECRET = 'the secret of the demo site in this test';
const NOW_MS = Date.parse('2026-01-02T03:04:05Z');

test('the chat believes the tokens of the demo site; a stranger has none, and nobody else gets one', () => {
  const visitors = createChatVisitors({ secret: SECRET, nowMs: () => NOW_MS, onChange: () => undefined });
  const [grace] = visitors.list();
  const token = visitors.token(grace?.id ?? '') ?? '';
  expect(readSiteToken(token, SECRET, NOW_MS)).toEqual({ id: 'user:customer-1', name: 'Grace Hall', signed: true });
  expect(readSiteToken(token, 'another secret that is long enough', NOW_MS)).toBe('wrong_signature');
  expect(readSiteToken(token, SECRET, NOW_MS + 20 * 60_000)).toBe('expired');
  expect(visitors.token('stranger')).toBeNull();
  expect(() => visitors.token('customer-77')).toThrow('no visitor');
});

test('somebody new has an id of their own', () => {
  let changes = 0;
  const visitors = createChatVisitors({ secret: SECRET, nowMs: () => NOW_MS, onChange: () => (changes += 1) });
  visitors.add('Zoë');
  visitors.add('Max');
  const ids = visitors.list().map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(readSiteToken(visitors.token(ids.at(-1) ?? '') ?? '', SECRET, NOW_MS)).toMatchObject({ name: 'Max' });
  expect(changes).toBe(2);
});

const taken: ServedAnswer = { status: 200, headers: {}, body: '{}' };

/** An account that serves, and what it was asked with. */
function serving(answer: ServedAnswer = taken) {
  const asked: ServedRequest[] = [];
  const serve: NonNullable<ChannelAccount['serve']> = (request) => {
    asked.push(request);
    return Promise.resolve(answer);
  };
  return { account: { serve }, asked };
}
function request(path: string, method = 'POST'): ServedRequest {
  const { signal } = new AbortController();
  return { method, path, headers: {}, body: () => Promise.resolve(Buffer.alloc(0)), address: '', host: '', signal };
}
const sink = (): Promise<void> => Promise.resolve();

test('a line that is cut ends what is open and lets nothing through until it is mended', async () => {
  const line = createVisitorLine();
  const { account, asked } = serving();
  const between = line.between(account);
  await between.serve(request('/events', 'GET'), sink);
  expect(asked[0]?.signal.aborted).toBe(false);
  line.cut();
  expect(asked[0]?.signal.aborted).toBe(true);
  await expect(between.serve(request('/messages'), sink)).rejects.toThrow('cut');
  expect(asked).toHaveLength(1);
  line.mend();
  expect(await between.serve(request('/messages'), sink)).toBe(taken);
  expect(asked[1]?.signal.aborted).toBe(false);
});

test('the answer to one message is lost, after it was taken; others and refusals are told', async () => {
  const line = createVisitorLine();
  const { account, asked } = serving();
  const between = line.between(account);
  let lost = 0;
  line.loseAnswer(() => (lost += 1));
  expect(await between.serve(request('/read'), sink)).toBe(taken);
  const refused = serving({ status: 429, headers: {}, body: '' });
  expect((await line.between(refused.account).serve(request('/messages'), sink))?.status).toBe(429);
  await expect(between.serve(request('/messages'), sink)).rejects.toThrow('cut');
  expect([asked.at(-1)?.path, lost]).toEqual(['/messages', 1]);
  expect(await between.serve(request('/messages'), sink)).toBe(taken);
  const takeBack = line.loseAnswer(() => (lost += 1));
  takeBack();
  expect(await between.serve(request('/messages'), sink)).toBe(taken);
  expect(lost).toBe(1);
});

test('an account that serves nobody is left as it is', () => {
  const account = {};
  expect(createVisitorLine().between(account)).toBe(account);
});
