import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { fieldsOf, useStand } from './stand.ts';

const MIB = 1_024 * 1_024;

describe('files', () => {
  const stand = useStand();

  const sendDocument = async (file: { bytes?: Buffer; sizeBytes?: number; name?: string }): Promise<string> => {
    stand.simulator.customer(7).send({ kind: 'document', file });
    const { document } = await stand.last('message');
    return String(fieldsOf(document)['file_id']);
  };
  const pathOf = async (fileId: string): Promise<unknown> =>
    (await stand.done('getFile', { file_id: fileId }))['file_path'];

  test('the bytes that were sent come back, whole and in ranges', async () => {
    const bytes = Buffer.from('0123456789');
    const fileId = await sendDocument({ bytes, name: 'digits.txt' });
    const got = await stand.done('getFile', { file_id: fileId });
    expect(got).toMatchObject({ file_id: fileId, file_size: 10, file_path: 'documents/file_0.txt' });
    const url = stand.fileUrl(got['file_path']);
    const whole = await fetch(url);
    expect([whole.status, whole.headers.get('content-length'), await whole.text()]).toEqual([200, '10', '0123456789']);
    for (const [range, expected, where] of [
      ['bytes=2-4', '234', 'bytes 2-4/10'],
      ['bytes=7-', '789', 'bytes 7-9/10'],
      ['bytes=-2', '89', 'bytes 8-9/10'],
    ] as const) {
      const part = await fetch(url, { headers: { range } });
      expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([206, where, expected]);
    }
    expect((await fetch(url, { headers: { range: 'bytes=10-' } })).status).toBe(416);
  });

  test('made up content has the size asked for, is the same each time and begins as its type does', async () => {
    const sizeBytes = 20 * MIB;
    stand.simulator.customer(7).send({ kind: 'video', file: { sizeBytes } });
    const { video } = await stand.last('message');
    const fileId = String(fieldsOf(video)['file_id']);
    const url = stand.fileUrl(await pathOf(fileId));
    const body = Buffer.from(await (await fetch(url)).arrayBuffer());
    expect(body.length).toBe(sizeBytes);
    expect(body.subarray(4, 8).toString()).toBe('ftyp');
    const digest = createHash('sha256').update(body).digest('hex');
    expect(stand.simulator.file(fileId)?.sha256()).toBe(digest);
    const part = await fetch(url, { headers: { range: `bytes=${10 * MIB}-${10 * MIB + 99}` } });
    expect(Buffer.from(await part.arrayBuffer())).toEqual(body.subarray(10 * MIB, 10 * MIB + 100));
  });

  test.each([
    [{}, 'Bad Request: file_id not specified'],
    [{ file_id: 'not an id' }, 'Bad Request: invalid file_id'],
    [{ file_id: 'A'.repeat(60) }, 'Bad Request: wrong file_id or the file is temporarily unavailable'],
  ])('getFile refuses %j', async (payload, description) => {
    expect(await stand.call('getFile', payload)).toMatchObject({ status: 400, description });
  });

  test('getFile refuses what is over 20 MB, and takes what is exactly that', async () => {
    const large = await sendDocument({ sizeBytes: 20 * MIB + 1 });
    expect(await stand.call('getFile', { file_id: large })).toMatchObject({
      status: 400,
      description: 'Bad Request: file is too big',
    });
    expect((await stand.call('getFile', { file_id: await sendDocument({ sizeBytes: 20 * MIB }) })).status).toBe(200);
  });

  test('a link is good for an hour, and again after getFile', async () => {
    const fileId = await sendDocument({ sizeBytes: 50 });
    const url = stand.fileUrl(await pathOf(fileId));
    stand.simulator.clock.advance(3_590_000);
    expect((await fetch(url)).status).toBe(200);
    stand.simulator.clock.advance(20_000);
    expect((await fetch(url)).status).toBe(404);
    expect(stand.fileUrl(await pathOf(fileId))).toBe(url);
    expect((await fetch(url)).status).toBe(200);
  });

  test('another token, another path: 404', async () => {
    const path = String(await pathOf(await sendDocument({ sizeBytes: 50 })));
    expect((await fetch(`${stand.simulator.url}/file/bot1:wrong/${path}`)).status).toBe(404);
    expect((await fetch(stand.fileUrl('documents/file_99.bin'))).status).toBe(404);
  });

  test('downloads are slow, cut or refused on demand', async () => {
    const url = stand.fileUrl(await pathOf(await sendDocument({ sizeBytes: 4_000 })));
    const { faults } = stand.simulator;
    faults.add({ kind: 'trickle', bytesPerSecond: 10_000, times: 1 });
    const startedMs = performance.now();
    expect((await (await fetch(url)).arrayBuffer()).byteLength).toBe(4_000);
    expect(performance.now() - startedMs).toBeGreaterThan(290);

    faults.add({ kind: 'cut_download', afterBytes: 1_500, times: 1 });
    const cut = await fetch(url);
    expect(cut.headers.get('content-length')).toBe('4000');
    let got = 0;
    const reading = async (): Promise<void> => {
      for await (const chunk of cut.body ?? []) got += chunk.length;
    };
    await expect(reading()).rejects.toThrow();
    expect(got).toBe(1_500);

    faults.add({ kind: 'error_before', method: 'file', status: 502, times: 1 });
    expect((await fetch(url)).status).toBe(502);
    faults.add({ kind: 'hang_after', method: 'file', times: 1 });
    const hanging = await fetch(url, { signal: AbortSignal.timeout(200) });
    await expect(hanging.arrayBuffer()).rejects.toThrow(/timeout/u);
    expect((await fetch(url)).status).toBe(200);
  });

  test('faults of downloads leave calls alone', async () => {
    stand.simulator.faults.add({ kind: 'cut_download' });
    stand.simulator.customer(7).write('hi');
    expect((await stand.call('sendMessage', { chat_id: 7, text: 'x' })).status).toBe(200);
  });
});
