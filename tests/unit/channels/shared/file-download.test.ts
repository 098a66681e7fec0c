import { once } from 'node:events';
import http from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type FileAnswer, getFile, outcomeOfDownload } from '../../../../channels/shared/file-download.ts';
import { eventually } from '../../../kit/eventually.ts';

const BYTES = Buffer.from('0123456789');
const ROOM = { offset: 0, maxBytes: 1_000 };
const MEANINGS = { gone: [404], auth: [401] };
const signal = new AbortController().signal;

let server: http.Server;
let agent: http.Agent;
let answer: http.RequestListener;
let asked: http.IncomingHttpHeaders[];
beforeEach(async () => {
  asked = [];
  agent = new http.Agent();
  answer = (_request, response) => void response.end(BYTES);
  server = http.createServer((request, response) => {
    asked.push(request.headers);
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  agent.destroy();
  server.closeAllConnections();
  server.close();
});

function ask(offset: number): Promise<FileAnswer> {
  const address = server.address();
  const url = new URL(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/secret-path`);
  return getFile({ url, agent, headers: { 'x-signed': 'yes' } }, offset, signal);
}

async function whole(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

/** As servers of files do. */
function inRanges(request: http.IncomingMessage, response: http.ServerResponse): void {
  const from = Number(/^bytes=(\d+)-$/u.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (from >= BYTES.length) return void response.writeHead(416).end();
  const range = { 'content-range': `bytes ${from}-${BYTES.length - 1}/${BYTES.length}` };
  response.writeHead(from > 0 ? 206 : 200, from > 0 ? range : {}).end(BYTES.subarray(from));
}

describe('a file', () => {
  test('comes whole, or from an offset, and says how much there is', async () => {
    answer = inRanges;
    for (const offset of [0, 4]) {
      const outcome = await outcomeOfDownload(ask, { ...ROOM, offset }, MEANINGS);
      if (outcome.kind !== 'file') throw new Error(outcome.kind);
      expect(outcome.file.offset).toBe(offset);
      expect(await whole(outcome.file.body)).toBe(BYTES.subarray(offset).toString());
    }
    expect(asked).toMatchObject([{ 'x-signed': 'yes' }, { 'x-signed': 'yes', range: 'bytes=4-' }]);
  });

  test('begins where the server says, whatever was asked for', async () => {
    answer = (_request, response) => {
      response.write(BYTES.subarray(0, 3));
      response.end(BYTES.subarray(3));
    };
    const outcome = await outcomeOfDownload(ask, { ...ROOM, offset: 4 }, MEANINGS);
    expect(outcome).toMatchObject({ kind: 'file', file: { offset: 0, totalBytes: null } });
    if (outcome.kind === 'file') expect(await whole(outcome.file.body)).toBe(BYTES.toString());
  });

  test('that is shorter than what we have of it is brought from its beginning, once', async () => {
    answer = inRanges;
    const outcome = await outcomeOfDownload(ask, { ...ROOM, offset: 50 }, MEANINGS);
    expect(outcome).toMatchObject({ kind: 'file', file: { offset: 0 } });
    expect(asked.map(({ range }) => range)).toEqual(['bytes=50-', undefined]);
    if (outcome.kind === 'file') await whole(outcome.file.body);
    answer = (_request, response) => void response.writeHead(416).end();
    expect((await outcomeOfDownload(ask, { ...ROOM, offset: 50 }, MEANINGS)).kind).toBe('transient');
    expect(asked).toHaveLength(4);
  });

  test('that is too large is not read', async () => {
    let cut = false;
    answer = (_request, response) => {
      response.on('close', () => {
        cut = !response.writableFinished;
      });
      response.writeHead(200, { 'content-length': 5_000 }).write(BYTES);
    };
    expect(await outcomeOfDownload(ask, ROOM, MEANINGS)).toEqual({
      kind: 'too_large',
      reason: 'the file has more than 1000 bytes',
    });
    await eventually(() => expect(cut).toBe(true));
  });
});

describe('no file', () => {
  test.each([
    [404, 'gone'],
    [401, 'auth'],
    [403, 'transient'],
    [503, 'transient'],
  ])('%i: %s', async (status, kind) => {
    answer = (_request, response) => void response.writeHead(status).end();
    expect(await outcomeOfDownload(ask, ROOM, MEANINGS)).toEqual({
      kind,
      reason: `the file server answered ${status}`,
    });
  });

  test('where a redirect leads is not looked at', async () => {
    answer = (_request, response) => void response.writeHead(302, { location: '/elsewhere' }).end();
    expect((await outcomeOfDownload(ask, ROOM, MEANINGS)).kind).toBe('transient');
    expect(asked).toHaveLength(1);
  });

  test('a connection that is cut, before or within, says so and names no address', async () => {
    answer = (_request, response) => response.socket?.destroy();
    const lost = await outcomeOfDownload(ask, ROOM, MEANINGS);
    expect(lost).toEqual({ kind: 'transient', reason: 'no file from the platform (ECONNRESET)' });
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': 10 }).write(BYTES.subarray(0, 3), () => response.socket?.destroy());
    };
    const within = await outcomeOfDownload(ask, ROOM, MEANINGS);
    if (within.kind !== 'file') throw new Error(within.kind);
    expect(within.file.totalBytes).toBe(10);
    await expect(whole(within.file.body)).rejects.toThrow(/^the connection was lost while the file came$/u);
  });
});
