import { describe, expect, test } from '@jest/globals';
import { askedRange } from '../../../src/api/byte-range.ts';
import { disposition, toldType } from '../../../src/api/file-answer.ts';

describe('Range (RFC 9110, 14.2)', () => {
  test.each([
    [undefined, { kind: 'whole' }],
    ['bytes=0-0', { kind: 'part', start: 0, end: 1 }],
    ['bytes=90-200', { kind: 'part', start: 90, end: 100 }],
    ['bytes=10-', { kind: 'part', start: 10, end: 100 }],
    ['bytes=-5', { kind: 'part', start: 95, end: 100 }],
    ['bytes=-500', { kind: 'part', start: 0, end: 100 }],
    ['bytes=100-', { kind: 'unsatisfiable' }],
    ['bytes=-0', { kind: 'unsatisfiable' }],
    ['bytes=5-4', { kind: 'whole' }],
    ['bytes=-', { kind: 'whole' }],
    ['bytes=0-1,5-6', { kind: 'whole' }],
    ['lines=0-1', { kind: 'whole' }],
    ['bytes=99999999999999999999-', { kind: 'whole' }],
  ])('%s of 100 bytes', (header, wanted) => expect(askedRange(header, 100)).toEqual(wanted));

  test('of an empty file there is no part', () => expect(askedRange('bytes=0-', 0)).toEqual({ kind: 'unsatisfiable' }));
});

test.each([
  ['image/jpeg', 'image/jpeg'],
  ['audio/ogg; codecs=opus', 'audio/ogg; codecs=opus'],
  ['application/pdf', 'application/pdf'],
  [null, 'application/octet-stream'],
  ['text/html', 'application/octet-stream'],
  ['text/plain', 'application/octet-stream'],
  ['image/svg+xml', 'application/octet-stream'],
  ['application/xhtml+xml', 'application/octet-stream'],
  ['application/xml', 'application/octet-stream'],
  ['application/javascript', 'application/octet-stream'],
  ['image/png\r\nx-evil: 1', 'application/octet-stream'],
])('a file that is %s is told as %s', (mime, told) => expect(toldType(mime)).toBe(told));

test.each([
  [null, `attachment; filename="file"; filename*=UTF-8''file`],
  ['a b.txt', `attachment; filename="a b.txt"; filename*=UTF-8''a%20b.txt`],
  ['质量.pdf', `attachment; filename="__.pdf"; filename*=UTF-8''%E8%B4%A8%E9%87%8F.pdf`],
  [
    `"quoted"; x='1'*.txt`,
    `attachment; filename="_quoted__ x=_1__.txt"; filename*=UTF-8''%22quoted%22%3B%20x%3D%271%27%2A.txt`,
  ],
  ['a\r\nset-cookie: b', `attachment; filename="a__set-cookie_ b"; filename*=UTF-8''a__set-cookie%3A%20b`],
  ['../etc/passwd', `attachment; filename=".._etc_passwd"; filename*=UTF-8''.._etc_passwd`],
  ['half \ud800', `attachment; filename="half _"; filename*=UTF-8''half%20%EF%BF%BD`],
])('the name %j as a header', (name, header) => expect(disposition(name)).toBe(header));
