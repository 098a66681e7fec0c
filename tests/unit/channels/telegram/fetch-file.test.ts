import { describe, expect, test } from '@jest/globals';
import { TelegramCallError } from '../../../../channels/telegram/errors.ts';
import { fetchTelegramFile } from '../../../../channels/telegram/fetch-file.ts';
import type { TelegramApi } from '../../../../channels/telegram/transport/api.ts';
import type { FetchOutcome } from '../../../../src/core/model/attachment.ts';

const NEVER = new AbortController().signal;
const download = {
  get: () => Promise.resolve({ kind: 'status' as const, status: 200 }),
  close: () => undefined,
};

function fetching(answer: () => unknown): Promise<FetchOutcome> {
  const api: Pick<TelegramApi, 'call'> = { call: async () => await Promise.resolve(answer()) };
  return fetchTelegramFile(api, download, { fileId: 'f' }, { offset: 0, maxBytes: 100 }, NEVER);
}

describe('a customer’s file at Telegram', () => {
  test('that a local server keeps on its own disk waits until the server serves it', async () => {
    const outcome = await fetching(() => ({ file_path: '/var/lib/telegram-bot-api/1/photos/file_0.jpg' }));
    expect(outcome).toMatchObject({ kind: 'auth', reason: expect.stringContaining('--local') });
  });

  test.each([
    [404, 'Not Found', 'auth'],
    [404, 'Not Found: method not found', 'gone'],
    [400, 'Bad Request: file is too big', 'too_large'],
    [400, 'Bad Request: wrong file_id', 'gone'],
    [502, 'Bad Gateway', 'transient'],
  ])('that is answered %i %s is %s', async (code, description, kind) => {
    const outcome = await fetching(() => {
      throw new TelegramCallError('getFile', { stage: 'answered', code, description });
    });
    expect(outcome.kind).toBe(kind);
  });
});
