import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createLog, type LogOptions, prettyLine } from '../../../src/observability/log.ts';

function capture(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const log = createLog({ level: 'info', ...options, write: (line) => lines.push(line) });
  return { log, lines, read: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe('the log', () => {
  it('writes time, level, message, fields and those of its parents', () => {
    const { log, read } = capture();
    log.child({ accountId: 'tg' }).child({ channel: 'telegram' }).warn({ count: 3 }, 'sent');
    expect(read()).toEqual([
      {
        level: 'warn',
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        accountId: 'tg',
        channel: 'telegram',
        count: 3,
        message: 'sent',
      },
    ]);
  });

  it('drops what is below its level', () => {
    const { log, lines } = capture({ level: 'warn' });
    log.debug({}, 'a');
    log.info({}, 'b');
    log.error({}, 'c');
    expect(lines).toHaveLength(1);
  });

  it('never writes a canary, under whatever name it arrives', () => {
    const canary = 'CANARY-7f3a';
    const names = [
      'token',
      'botToken',
      'access_token',
      'password',
      'passwd',
      'secret',
      'appSecret',
      'webhookSecret',
      'authorization',
      'Authorization',
      'cookie',
      'set-cookie',
      'text',
      'body',
      'caption',
      'subject',
      'html',
      'content',
      'payload',
      'raw',
      'headers',
      'masterKey',
      'apiKey',
      'appKey',
      'privateKey',
      'messageText',
      'rawBody',
      'replies',
      'credentials',
    ];
    const { log, lines } = capture();
    for (const name of names) {
      log.info({ [name]: canary }, 'flat');
      log.info({ a: { b: [{ [name]: { deep: canary } }] } }, 'nested');
      log.child({ [name]: [canary] }).info({}, 'child');
      log.error({ error: Object.assign(new Error('x'), { [name]: canary, response: { data: canary } }) }, 'error');
    }
    log.info({ data: Buffer.from(canary) }, 'bytes');
    expect(lines).toHaveLength(names.length * 4 + 1);
    expect(
      lines.filter((line) => line.includes(canary) || line.includes(Buffer.from(canary).toString('base64'))),
    ).toEqual([]);
  });

  it('takes credentials out of addresses and messages', () => {
    const { log, lines } = capture();
    const token = `1234567890:${'A'.repeat(35)}`;
    const error = new Error(`request to https://api.telegram.org/bot${token}/getMe failed`, {
      cause: new Error('connect postgres://parley:hunter2@db:5432/parley?sslpassword=hunter2'),
    });
    log.error({ error, where: 'Authorization: Bearer hunter2hunter2' }, `failed ${token}`);
    log.error(error, 'bare');
    expect(lines.join('')).not.toMatch(/hunter2|AAAAAAAA/);
    expect(lines[0]).toContain('db:5432');
  });

  it('keeps numbers under any name, since counts and durations need them', () => {
    const { log, read } = capture();
    log.info({ leaseToken: 7, textLength: 4096, ok: true, nothing: null, big: 10n }, 'x');
    expect(read()[0]).toMatchObject({ leaseToken: 7, textLength: 4096, ok: true, nothing: null, big: '10' });
  });

  it('writes one line whatever the fields hold, and never throws', () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withTypedArray: true }),
        fc.string({ unit: 'binary' }),
        (value, message) => {
          for (const pretty of [false, true]) {
            const { log, lines } = capture({ pretty });
            log.info({ value, circular, fn: () => 1 }, message);
            expect(lines).toHaveLength(1);
            expect(lines[0]?.trimEnd().split(/[\n\r\u2028\u2029]/).length).toBe(1);
          }
        },
      ),
    );
  });

  it('shows people a short line without control characters', () => {
    const { log, lines } = capture({ pretty: true });
    log.info({ accountId: 'tg', who: 'a\n2026 fake \u001b[31m\u202e' }, 'connected');
    expect(lines[0]).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} info {2}connected accountId=tg who="a\\n2026 fake \\u001b\[31m\\u202e"\n$/,
    );
    expect(prettyLine('3')).toBe('3');
  });
});
