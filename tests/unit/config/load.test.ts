import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { loadConfig } from '../../../config/load.ts';
import { ConfigError, type Mistake } from '../../../config/mistakes.ts';

const channels = new Map<string, z.ZodType<{ id: string; channel: string }>>([
  [
    'telegram',
    z.strictObject({
      id: z.string(),
      channel: z.literal('telegram'),
      token: z.string().min(5),
      pace: z.union([z.literal('off'), z.strictObject({ burst: z.int() })]).optional(),
      registerWebhook: z.boolean().optional(),
    }),
  ],
  ['email', z.strictObject({ id: z.string(), channel: z.literal('email'), imap: z.strictObject({ port: z.int() }) })],
]);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-config-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function load(text: string, env: Record<string, string> = {}) {
  writeFileSync(join(folder, 'c.yaml'), text);
  return loadConfig({ file: 'c.yaml', channels, env, folder }).config;
}

function failure(text: string, env: Record<string, string> = {}): ConfigError {
  try {
    load(text, env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

function brief(mistakes: readonly Mistake[]): string[] {
  return mistakes.map((mistake) => `${mistake.line}: ${mistake.path.join('.')}: ${mistake.mend}`);
}

describe('which file', () => {
  it('is the sandbox when there is none', () => {
    const loaded = loadConfig({ channels, env: {}, folder });
    expect(loaded.source).toBe('sandbox');
    expect(loaded.config).toMatchObject({ accounts: [], store: { url: 'embedded' }, dataFolder: join(folder, 'data') });
  });

  it('prefers --config to PARLEY_CONFIG to config/parley.yaml', () => {
    mkdirSync(join(folder, 'config'));
    for (const [name, port] of [
      ['config/parley.yaml', 1],
      ['env.yaml', 2],
      ['flag.yaml', 3],
    ]) {
      writeFileSync(join(folder, String(name)), `http: { port: ${port} }`);
    }
    const env = { PARLEY_CONFIG: 'env.yaml' };
    expect(loadConfig({ channels, env: {}, folder }).config.http.port).toBe(1);
    expect(loadConfig({ channels, env: { PARLEY_CONFIG: '' }, folder }).config.http.port).toBe(1);
    expect(loadConfig({ channels, env, folder }).config.http.port).toBe(2);
    expect(loadConfig({ channels, env, folder, file: 'flag.yaml' }).config.http.port).toBe(3);
  });

  it('never falls back to the sandbox when a named file is missing', () => {
    expect(() => loadConfig({ channels, env: { PARLEY_CONFIG: 'gone.yaml' }, folder })).toThrow(
      /ENOENT.*PARLEY_CONFIG/,
    );
  });
});

describe('mistakes', () => {
  it('name the key, the line and the near word', () => {
    const { message } = failure(
      'data: ./d\naccounts:\n  - id: tg\n    channel: telegram\n    token: abcdef\n    tokn: x\n',
    );
    expect(message).toContain('unknown key `tokn` at accounts[0].tokn, line 6: did you mean `token`?');
  });

  it('come all at once, each where it stands', () => {
    const text = [
      'dta: x',
      'http:',
      '  port: 70000',
      'retention: { raw: 30 days }',
      'accounts:',
      '  - { id: a, channel: telegramm }',
      '  - { id: b, channel: telegram }',
      '  - id: b',
      '    channel: email',
      '    imap: { port: 993, prot: 1 }',
      'storage: { url: "s3://bucket" }',
      'bot: { brains: [echo, faq] }',
    ].join('\n');
    const { mistakes } = failure(text);
    expect(brief(mistakes)).toEqual([
      '1: dta: did you mean `data`?',
      '3: http.port: must be 0 (any free port) to 65535',
      expect.stringMatching(/^4: retention\.raw: must be a whole number and a unit/),
      '6: accounts.0.channel: did you mean `telegram`?',
      '7: accounts.1.token: add it (string)',
      '8: accounts.2.id: give each its own id',
      '10: accounts.2.imap.prot: did you mean `port`?',
      expect.stringMatching(/^11: storage\.url: object storage \(s3:\/\/…\) is not available yet/),
      '12: bot.brains: `echo` answers everything, so it stands alone',
    ]);
  });

  it('reach into the meant branch of a union', () => {
    const account = 'id: a, channel: telegram, token: abcdef';
    expect(brief(failure(`accounts: [{ ${account}, pace: { brust: 1, burst: 2 } }]`).mistakes)).toEqual([
      '1: accounts.0.pace.brust: did you mean `burst`?',
    ]);
    expect(brief(failure(`accounts: [{ ${account}, pace: fast }]`).mistakes)).toEqual([
      '1: accounts.0.pace: must be off or object',
    ]);
  });

  it('never repeat a configured value', () => {
    const secret = 'SuperSecretValue123';
    for (const text of [
      `masterKey: ${secret}`,
      'masterKey: ${KEY}',
      `store: { url: "mysql://u:${secret}@h" }`,
      `accounts: [{ id: a, channel: telegram, token: [${secret}] }]`,
      `accounts: [{ id: a, channel: telegram, token: "${secret} }]`,
      `accounts: [{ id: a, channel: telegram, token: ${secret}: ${secret}: x]`,
      `masterKey: *${secret}`,
      `retention: { raw: ${secret} }`,
      `log: { level: ${secret} }`,
      `bot: { brains: [${secret}] }`,
    ]) {
      expect(failure(text, { KEY: secret }).message).not.toContain(secret);
    }
  });

  it('tell where the YAML itself breaks', () => {
    expect(failure('data: a\nhttp:\n  port: 1\n  port: 2\n').message).toMatch(/twice.*line 4/);
    expect(failure('data: a\n\tb: c\n').mistakes.length).toBeGreaterThan(0);
  });
});

describe('the environment', () => {
  it('fills in strings, whole or in part, once', () => {
    const config = load('data: "/srv/${NAME}/$${NAME}"\nmasterKey: ${KEY}', { NAME: '${KEY}', KEY: 'ab'.repeat(32) });
    expect(config.dataFolder).toBe('/srv/${KEY}/${NAME}');
    expect(config.masterKey).toBe('ab'.repeat(32));
  });

  it('fills in numbers and truth values where the schema wants them, and leaves numeric tokens text', () => {
    const text =
      'http: { port: "${PORT}" }\naccounts: [{ id: a, channel: telegram, token: "${TOKEN}", registerWebhook: "${YES}" }]';
    const config = load(text, { PORT: '9000', TOKEN: '1234567', YES: 'true' });
    expect(config.http.port).toBe(9000);
    expect(config.accounts[0]).toMatchObject({ token: '1234567', registerWebhook: true });
  });

  it('names every missing variable with its key and line', () => {
    const text =
      'accounts:\n  - id: a\n    channel: telegram\n    token: "${MISSING_TOKEN}"\nmasterKey: ${ALSO_MISSING}';
    expect(failure(text).message.split('\n').slice(1)).toEqual([
      '  - the environment variable MISSING_TOKEN is not set at accounts[0].token, line 4: set it or write the value into the file',
      '  - the environment variable ALSO_MISSING is not set at masterKey, line 5: set it or write the value into the file',
    ]);
  });
});

it('turns lengths of time into milliseconds and joins relative paths to the folder', () => {
  const config = load(
    'retention: { raw: 2h }\nbot: { faqFolder: faq, turnPause: 0s }\nhttp: { publicUrl: "https://a.example/" }',
  );
  expect(config.retention.rawMs).toBe(7_200_000);
  expect(config.retention.auditMs).toBe(1825 * 86_400_000);
  expect(config.bot).toEqual({
    brains: ['flow', 'faq'],
    faqFolder: join(folder, 'faq'),
    turnPauseMs: 0,
    turnPauseMaxMs: 6_000,
    greeting: true,
  });
  expect(config.http.publicUrl).toBe('https://a.example');
});
