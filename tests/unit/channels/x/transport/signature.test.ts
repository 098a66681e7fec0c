import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { answerCrc, createSignatureCheck } from '../../../../../channels/x/transport/signature.ts';

const SECRET = 'made-up-consumer-secret';
const sign = (body: Buffer | string, secret = SECRET): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('base64')}`;

describe("X's check that the webhook is ours", () => {
  test('is answered as X calculates it', () => {
    expect(answerCrc('MmYxYTNhNzgtOTk5Ny00', SECRET)).toEqual({ response_token: sign('MmYxYTNhNzgtOTk5Ny00') });
  });

  test.each([
    [''],
    ['1234567'],
    ['a'.repeat(257)],
    ['with space'],
    ['{"for_user_id":"1"}'],
    ['line-break\n'],
    ['ünïcödé-token'],
    [['MmYxYTNhNzgtOTk5Ny00']],
    [12_345_678],
    [null],
    [undefined],
  ])('%j is signed for nobody', (token) => {
    expect(answerCrc(token, SECRET)).toBeNull();
  });

  test('no event can be signed by asking', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (payload) => {
        const body = JSON.stringify(payload);
        fc.pre(/[{["]/u.test(body));
        expect(answerCrc(body, SECRET)).toBeNull();
      }),
    );
  });
});

describe('requests', () => {
  const check = createSignatureCheck(SECRET);
  const judge = (body: Buffer, signature: string | string[] | undefined): string =>
    check({ body, headers: signature === undefined ? {} : { 'x-twitter-webhooks-signature': signature } }).verdict;

  test('are taken by the bytes of their body', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const body = Buffer.from(bytes);
        expect(judge(body, sign(body))).toBe('accept');
      }),
    );
  });

  test('are refused without a signature, with another, and when anything of the body changed', () => {
    const body = Buffer.from('{"data":{"text":"é"}}');
    expect(judge(body, undefined)).toBe('refuse');
    expect(judge(body, '')).toBe('refuse');
    expect(judge(body, sign(body, 'another secret'))).toBe('refuse');
    expect(judge(body, sign(body).slice('sha256='.length))).toBe('refuse');
    expect(judge(body, `${sign(body)} `)).toBe('refuse');
    expect(judge(body, [sign(body), sign(body)])).toBe('refuse');
    expect(judge(Buffer.from('{"data": {"text":"é"}}'), sign(body))).toBe('refuse');
  });

  test('a changed bit is found wherever it is', () => {
    const body = Buffer.from('{"data":{"event_type":"dm.received"}}');
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.nat(7), (at, bit) => {
        const changed = Buffer.from(body);
        changed[at] = (changed[at] ?? 0) ^ (1 << bit);
        expect(judge(changed, sign(body))).toBe('refuse');
      }),
    );
  });

  test('what is refused is told nothing of the signature', () => {
    expect(check({ body: Buffer.from('{}'), headers: {} })).toEqual({
      verdict: 'refuse',
      status: 401,
      message: 'missing or wrong signature',
    });
  });
});
