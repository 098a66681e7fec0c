import { createHash } from 'node:crypto';
import http from 'node:http';
import { describe, expect, test } from '@jest/globals';
import sharp, { type Sharp } from 'sharp';
import { imageSize } from '../../../../../channels/telegram/simulator/image-size.ts';
import { form, useStand } from './stand.ts';

const BOUNDARY = 'x-boundary-x';

describe('multipart forms', () => {
  const stand = useStand();

  /** Sends the body in pieces of these many bytes, each on its way before the next is written. */
  const send = (body: Buffer, pieceBytes: number): Promise<number> =>
    new Promise((resolve, reject) => {
      const request = http.request(
        `${stand.simulator.url}/bot${stand.simulator.token}/sendDocument`,
        { method: 'POST', headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` } },
        (response) => {
          response.resume();
          response.on('end', () => resolve(response.statusCode ?? 0));
        },
      );
      request.on('error', reject);
      let at = 0;
      const next = (): void => {
        if (at >= body.length) return void request.end();
        const piece = body.subarray(at, at + pieceBytes);
        at += pieceBytes;
        request.write(piece, () => setImmediate(next));
      };
      next();
    });

  test.each([1, 2, 7, 31, 1_000])('come in pieces of %i bytes as well', async (pieceBytes) => {
    stand.simulator.customer(7).write('hi');
    // Beginnings of the boundary that do not go on, line ends, zero bytes.
    const content = Buffer.from(`\r\n--${BOUNDARY.slice(0, -1)}\r\n\r\n--\0\0\r\n--x-bound`);
    const head = (disposition: string): string =>
      `--${BOUNDARY}\r\ncontent-disposition:form-data; ${disposition}\r\n\r\n`;
    const body = Buffer.concat([
      Buffer.from(`${head('name="chat_id"')}7\r\n${head('name="caption"')}múlti\r\n`),
      Buffer.from(head('name="document"; filename="a \'b\'.bin"')),
      content,
      Buffer.from(`\r\n--${BOUNDARY}--`),
    ]);
    expect(await send(body, pieceBytes)).toBe(200);
    expect(stand.simulator.log.messages).toMatchObject([
      {
        text: 'múlti',
        media: {
          sizeBytes: content.length,
          sha256: createHash('sha256').update(content).digest('hex'),
          name: "a 'b'.bin",
        },
      },
    ]);
  });

  test("what the log keeps of a call has the file's digest and not its bytes", async () => {
    stand.simulator.customer(7).write('hi');
    await stand.done(
      'sendDocument',
      form({ chat_id: '7', document: { bytes: Buffer.from('secret words'), name: 'a' } }),
    );
    const json = await (await fetch(`${stand.simulator.url}/_control/log`)).text();
    expect(json).toContain(createHash('sha256').update('secret words').digest('hex'));
    expect(json).not.toContain('secret words');
  });
});

describe('the size of a picture', () => {
  const canvas = (): Sharp =>
    sharp({ create: { width: 123, height: 45, channels: 4, background: { r: 9, g: 9, b: 9, alpha: 0.5 } } });

  test.each([
    ['png', () => canvas().png()],
    ['jpeg', () => canvas().flatten().jpeg()],
    [
      'progressive jpeg with metadata',
      () => canvas().flatten().withMetadata({ orientation: 1 }).jpeg({ progressive: true }),
    ],
    ['gif', () => canvas().gif()],
    ['lossy webp', () => canvas().flatten().webp()],
    ['lossy webp with alpha', () => canvas().webp()],
    ['lossless webp', () => canvas().flatten().webp({ lossless: true })],
  ])('%s', async (_, make) => {
    expect(imageSize(await make().toBuffer())).toEqual({ width: 123, height: 45 });
  });

  test('nothing else has one', () => {
    for (const text of ['', 'x'.repeat(40), '%PDF-1.7 and so on, for more than thirty bytes']) {
      expect(imageSize(Buffer.from(text))).toBeNull();
    }
    expect(imageSize(Buffer.concat([Buffer.from('ffd8ff', 'hex'), Buffer.alloc(60)]))).toBeNull();
  });
});
