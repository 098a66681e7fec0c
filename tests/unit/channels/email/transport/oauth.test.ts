import { once } from 'node:events';
import http from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { emailConfig, type OAuthConfig } from '../../../../../channels/email/config.ts';
import { NeedsLogin, TokenUnavailable } from '../../../../../channels/email/errors.ts';
import { createMailSimulator } from '../../../../../channels/email/simulator/index.ts';
import { createAccountCredentials, createCredentials } from '../../../../../channels/email/transport/credentials.ts';
import { type AccessTokens, createAccessTokens } from '../../../../../channels/email/transport/oauth.ts';
import { createSmtpSender } from '../../../../../channels/email/transport/smtp-sender.ts';
import { createAccountMemory } from '../../../../kit/channels/account-memory.ts';
import { accountOn, startReceiver } from '../../../../kit/email/receiver.ts';
import { mailOf } from '../../../../kit/email/smtp-account.ts';
import { eventually } from '../../../../kit/eventually.ts';
import { quietLog } from '../../../../kit/quiet-log.ts';

/** A provider whose refresh tokens are good once. */
interface Provider {
  readonly url: string;
  readonly asked: URLSearchParams[];
  /** The token that may be used next. */
  refreshToken: string;
  /** Answered instead of a token; `cut` ends the connection. */
  trouble: { status: number; body: string } | 'cut' | null;
  onGrant: (accessToken: string) => void;
}

let server: http.Server;
let provider: Provider;
const never = new AbortController().signal;
let nowMs = 1_000_000;
const clock = { nowMs: () => nowMs };

beforeEach(async () => {
  nowMs = Date.now();
  let count = 0;
  server = http.createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const form = new URLSearchParams(text);
      provider.asked.push(form);
      if (provider.trouble === 'cut') return void request.socket.destroy();
      if (provider.trouble !== null) return void response.writeHead(provider.trouble.status).end(provider.trouble.body);
      if (form.get('refresh_token') !== provider.refreshToken) {
        return void response
          .writeHead(400)
          .end('{"error":"invalid_grant","error_description":"Token has been revoked."}');
      }
      count += 1;
      provider.refreshToken = `refresh-${count}`;
      provider.onGrant(`access-${count}`);
      const body = { access_token: `access-${count}`, refresh_token: provider.refreshToken, expires_in: 3_600 };
      response.writeHead(200).end(JSON.stringify(body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  provider = {
    url: `http://127.0.0.1:${port}/token`,
    asked: [],
    refreshToken: 'refresh-0',
    trouble: null,
    onGrant: () => undefined,
  };
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const settings = (): OAuthConfig => ({
  provider: { tokenUrl: provider.url },
  clientId: 'client',
  clientSecret: 'client-secret',
  refreshToken: 'refresh-0',
});
const tokensOf = (memory = createAccountMemory(), config = settings()): AccessTokens =>
  createAccessTokens(config, { memory, accountId: 'mail', clock, log: quietLog() });

describe('access tokens', () => {
  test('are fetched once, kept, and renewed shortly before they end', async () => {
    const tokens = tokensOf();
    expect(await tokens.get(never)).toBe('access-1');
    expect(await tokens.get(never)).toBe('access-1');
    nowMs += 3_600_000 - 121_000;
    expect(await tokens.get(never)).toBe('access-1');
    nowMs += 2_000;
    expect(await tokens.get(never)).toBe('access-2');
    expect(provider.asked.map((form) => form.get('refresh_token'))).toEqual(['refresh-0', 'refresh-1']);
    expect(Object.fromEntries(provider.asked[0] ?? [])).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'refresh-0',
      client_id: 'client',
      client_secret: 'client-secret',
    });
  });

  test('are renewed once by many processes at the same time', async () => {
    const memory = createAccountMemory();
    const got = await Promise.all(Array.from({ length: 10 }, () => tokensOf(memory).get(never)));
    expect(new Set(got)).toEqual(new Set(['access-1']));
    expect(provider.asked).toHaveLength(1);
  });

  test('that a server refused are renewed once, whoever it refused them to', async () => {
    const memory = createAccountMemory();
    const all = Array.from({ length: 5 }, () => tokensOf(memory));
    await Promise.all(all.map((tokens) => tokens.get(never)));
    const again = await Promise.all(all.map((tokens) => tokens.get(never, 'access-1')));
    expect(new Set(again)).toEqual(new Set(['access-2']));
    expect(provider.asked).toHaveLength(2);
  });

  test('are written before they are used, so that a crash loses no refresh token', async () => {
    const memory = createAccountMemory();
    const broken = {
      ...memory,
      exclusively: <T>(name: string, act: Parameters<typeof memory.exclusively<T>>[1]): Promise<T> =>
        memory.exclusively<T>(name, (current, write) =>
          act(current, async (next) => {
            await write(next);
            throw new Error('killed right after');
          }),
        ),
    };
    await expect(tokensOf({ ...broken, written: memory.written }).get(never)).rejects.toThrow('killed right after');
    expect(await tokensOf(memory).get(never)).toBe('access-1');
    expect(provider.asked).toHaveLength(1);
  });

  test('that the store did not take are not lost: they are written the next time', async () => {
    const memory = createAccountMemory();
    let away = true;
    const broken = {
      ...memory,
      exclusively: <T>(name: string, act: Parameters<typeof memory.exclusively<T>>[1]): Promise<T> =>
        memory.exclusively<T>(name, (current, write) =>
          act(current, (next) => (away ? Promise.reject(new Error('the store is away')) : write(next))),
        ),
    };
    const tokens = tokensOf(broken);
    await expect(tokens.get(never)).rejects.toThrow('the store is away');
    await expect(tokens.get(never)).rejects.toThrow('the store is away');
    away = false;
    expect(await tokens.get(never)).toBe('access-1');
    expect(provider.asked).toHaveLength(1);
    expect(await tokensOf(memory).get(never)).toBe('access-1');
  });

  test('are renewed once for both servers of an account, and one renewal serves all who wait', async () => {
    const memory = createAccountMemory();
    let turns = 0;
    const counted = {
      ...memory,
      exclusively: <T>(name: string, act: Parameters<typeof memory.exclusively<T>>[1]): Promise<T> => {
        turns += 1;
        return memory.exclusively<T>(name, act);
      },
    };
    const server = { user: 'support@parley.test', oauth: settings() };
    const { imap, smtp } = createAccountCredentials(
      { imap: server, smtp: server },
      { memory: counted, accountId: 'mail', clock, log: quietLog() },
    );
    const both = [imap, smtp, imap, smtp];
    const got = await Promise.all(both.map((one) => one.signIn(never)));
    expect(got).toEqual(both.map(() => ({ kind: 'token', user: server.user, accessToken: 'access-1' })));
    expect(turns).toBe(1);
    const again = await Promise.all(both.map((one) => one.signIn(never, 'access-1')));
    expect(again).toEqual(both.map(() => ({ kind: 'token', user: server.user, accessToken: 'access-2' })));
    expect(turns).toBe(2);
    expect(provider.asked).toHaveLength(2);
  });

  test('go on being renewed when whoever asked waits no longer', async () => {
    const memory = createAccountMemory();
    const server = { user: 'support@parley.test', oauth: settings() };
    const { imap, settled } = createAccountCredentials(
      { imap: server, smtp: server },
      { memory, accountId: 'mail', clock, log: quietLog() },
    );
    const leaving = new AbortController();
    const asking = imap.signIn(leaving.signal);
    leaving.abort();
    await expect(asking).rejects.toBeInstanceOf(TokenUnavailable);
    await settled();
    expect(await tokensOf(memory).get(never)).toBe('access-1');
    expect(provider.asked).toHaveLength(1);
  });

  test('begin anew with a new consent in the configuration', async () => {
    const memory = createAccountMemory();
    await tokensOf(memory).get(never);
    provider.refreshToken = 'new-consent';
    expect(await tokensOf(memory, { ...settings(), refreshToken: 'new-consent' }).get(never)).toBe('access-2');
  });

  test('that are refused to us need a person; what is only away does not', async () => {
    provider.trouble = { status: 503, body: 'down' };
    await expect(tokensOf().get(never)).rejects.toBeInstanceOf(TokenUnavailable);
    provider.trouble = 'cut';
    await expect(tokensOf().get(never)).rejects.toBeInstanceOf(TokenUnavailable);
    provider.trouble = { status: 200, body: '<html>captive portal</html>' };
    await expect(tokensOf().get(never)).rejects.toBeInstanceOf(TokenUnavailable);
    provider.trouble = { status: 429, body: '{"error":"slow_down"}' };
    await expect(tokensOf().get(never)).rejects.toBeInstanceOf(TokenUnavailable);
    provider.trouble = null;
    provider.refreshToken = 'revoked';
    const error: unknown = await tokensOf()
      .get(never)
      .catch((one: unknown) => one);
    expect(error).toBeInstanceOf(NeedsLogin);
    expect(error).toMatchObject({ code: 'needs_login', mend: expect.stringContaining('consent') });
    expect(JSON.stringify(error) + String(error)).not.toMatch(/refresh-0|client-secret/u);
  });
});

describe('both transports with tokens', () => {
  test('sign in, and go on with a new token when the server no longer takes the old one', async () => {
    const simulator = createMailSimulator();
    await simulator.start();
    const { tokens: good } = simulator.mailbox();
    provider.onGrant = (token) => {
      good.clear();
      good.add(token);
    };
    const plain = accountOn(simulator);
    const { password: _, ...imap } = plain.imap;
    const { password: __, ...smtp } = plain.smtp;
    const config = emailConfig.parse({
      ...plain,
      imap: { ...imap, oauth: settings() },
      smtp: { ...smtp, oauth: settings() },
    });
    const receiver = startReceiver(config);
    await eventually(() => expect(receiver.state).toEqual({ state: 'connected' }));
    // The token ends before its time: the next connection is refused with it, and asks for another at once.
    good.clear();
    simulator.cutAll();
    await eventually(() => expect(provider.asked).toHaveLength(2));
    await eventually(() => expect(receiver.state).toEqual({ state: 'connected' }));
    expect(receiver.states.map(({ state }) => state)).not.toContain('stopped');

    const log = quietLog();
    const memory = createAccountMemory();
    // Another process has renewed meanwhile: this one begins with what it finds and is refused.
    good.clear();
    provider.refreshToken = 'refresh-0';
    const credentials = createCredentials(config.smtp, { memory, accountId: config.id, clock, log });
    const sender = createSmtpSender({ config: config.smtp, address: config.address, credentials, log });
    const raw = mailOf('<1@parley.test>', 'ann@example.test');
    const envelope = { from: config.address, to: ['ann@example.test'] };
    expect(await sender.send({ envelope, raw }, never)).toMatchObject({ kind: 'taken' });
    await sender.close();
    good.clear();
    const other = createSmtpSender({ config: config.smtp, address: config.address, credentials, log });
    expect(await other.send({ envelope, raw }, never)).toMatchObject({ kind: 'taken' });
    await other.close();

    // The same for IMAP: its next connection is refused with the old token.
    provider.trouble = { status: 400, body: '{"error":"invalid_grant"}' };
    good.clear();
    simulator.cutAll();
    await eventually(() =>
      expect(receiver.state).toMatchObject({ state: 'stopped', code: 'needs_login', trouble: 'needs_login' }),
    );
    expect(JSON.stringify([receiver.states, receiver.lines, log.lines])).not.toMatch(
      /access-\d|refresh-\d|client-secret/u,
    );
    await receiver.stop();
    await simulator.stop();
  });
});
