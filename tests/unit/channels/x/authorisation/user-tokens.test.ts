import type { Agent } from 'node:https';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createXAgent } from '../../../../../channels/x/transport/agent.ts';
import { NeedsLogin, TokenUnavailable } from '../../../../../channels/x/transport/authorisation/errors.ts';
import {
  createUserTokens,
  MEMORY_NAME,
  type UserTokens,
} from '../../../../../channels/x/transport/authorisation/user-tokens.ts';
import { type CrashPoint, onCrashPoint } from '../../../../../src/core/crash-point.ts';
import type { AccountMemory } from '../../../../../src/core/ports/channel.ts';
import { memoryRecords } from '../../../../kit/channels/memory-records.ts';
import { quietLog } from '../../../../kit/quiet-log.ts';
import { type TokenServer, tokenServer } from './token-server.ts';

const NEVER = new AbortController().signal;
const CONSENT = { clientId: 'client', clientSecret: 'client-secret', refreshToken: 'first' };
const LIFE_MS = 7_200_000;

/** A process that was killed does nothing more: not even what it would do about an error. */
class Killed extends Error {}

describe('access tokens of a consent', () => {
  let x: TokenServer;
  let agent: Agent;
  let memory: AccountMemory;
  let nowMs: number;
  let log: ReturnType<typeof quietLog>;

  beforeEach(async () => {
    x = await tokenServer('first');
    agent = createXAgent(x.apiRoot);
    ({ memory } = memoryRecords());
    nowMs = 1_800_000_000_000;
    log = quietLog();
  });
  afterEach(async () => {
    onCrashPoint(() => undefined);
    agent.destroy();
    await x.close();
  });

  /** A process of the gateway. */
  function process(config = CONSENT, kept = memory): UserTokens {
    return createUserTokens(config, { agent, memory: kept, log, clock: { nowMs: () => nowMs } });
  }

  /** One that is killed when it comes there. */
  async function kill(at: CrashPoint): Promise<void> {
    onCrashPoint((point) => {
      if (point === at) throw new Killed();
    });
    await expect(process().get(NEVER)).rejects.toBeInstanceOf(TokenUnavailable);
    onCrashPoint(() => undefined);
  }

  it('are renewed when they are about to end, and not before', async () => {
    const tokens = process();
    expect(await tokens.get(NEVER)).toBe('access-1');
    nowMs += LIFE_MS - 121_000;
    expect(await tokens.get(NEVER)).toBe('access-1');
    nowMs += 2_000;
    expect(await tokens.get(NEVER)).toBe('access-2');
    expect(x.offered).toEqual(['first', 'refresh-1']);
    expect(await tokens.scopes()).toEqual(['tweet.read', 'dm.read', 'offline.access']);
  });

  it('are asked for by a form, with the secret in its header, or without one by the client’s id', async () => {
    await process().get(NEVER);
    const basic = Buffer.from('client:client-secret').toString('base64');
    expect(x.server.asked[0]?.headers.authorization).toBe(`Basic ${basic}`);
    expect(x.server.asked[0]?.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/u);
    expect(new URLSearchParams(x.server.asked[0]?.body).get('grant_type')).toBe('refresh_token');
    const { clientId, refreshToken } = CONSENT;
    const open = createUserTokens(
      { clientId, refreshToken: 'refresh-1' },
      { agent, memory, log, clock: { nowMs: () => nowMs } },
    );
    expect(refreshToken).toBe('first');
    expect(await open.get(NEVER)).toBe('access-2');
    expect(x.server.asked[1]?.headers.authorization).toBeUndefined();
    expect(new URLSearchParams(x.server.asked[1]?.body).get('client_id')).toBe('client');
  });

  it('are renewed once, however many ask, in however many processes', async () => {
    const processes = [process(), process(), process()];
    const got = await Promise.all(processes.flatMap((one) => [one.get(NEVER), one.get(NEVER)]));
    expect(new Set(got)).toEqual(new Set(['access-1']));
    nowMs += LIFE_MS;
    const later = await Promise.all(processes.map((one) => one.get(NEVER, 'access-1')));
    expect(new Set(later)).toEqual(new Set(['access-2']));
    expect(x.offered).toEqual(['first', 'refresh-1']);
  });

  it('that X refuses are renewed at once; those of another process are taken', async () => {
    const [one, other] = [process(), process()];
    await one.get(NEVER);
    expect(await other.get(NEVER)).toBe('access-1');
    expect(await one.get(NEVER, 'access-1')).toBe('access-2');
    expect(await other.get(NEVER, 'access-1')).toBe('access-2');
    expect(x.offered).toHaveLength(2);
  });

  it.each(['token.locked', 'token.marked'] as const)('survive a process killed when %s', async (step) => {
    await kill(step);
    expect(x.offered).toEqual([]);
    // One that was killed cannot be told from one that is still at it.
    if (step === 'token.marked') await expect(process().get(NEVER)).rejects.toThrow(/under way/u);
    nowMs += 10_000;
    expect(await process().get(NEVER)).toBe('access-1');
    nowMs += LIFE_MS - 60_000;
    await kill(step);
    // Nobody knows whether the refresh token was used, so the access token is used to its end.
    expect(await process().get(NEVER)).toBe(step === 'token.marked' ? 'access-1' : 'access-2');
    nowMs += 60_000;
    expect(await process().get(NEVER)).toBe('access-2');
    expect(x.isRevoked()).toBe(false);
  });

  it('survive a process killed after they were kept', async () => {
    await kill('token.kept');
    expect(await process().get(NEVER)).toBe('access-1');
    nowMs += LIFE_MS;
    expect(await process().get(NEVER)).toBe('access-2');
    expect(x.offered).toEqual(['first', 'refresh-1']);
  });

  it('work to their end when a process is killed with X’s answer, and then say what happened', async () => {
    await process().get(NEVER);
    nowMs += LIFE_MS - 60_000;
    await kill('token.answered');
    expect(x.offered).toEqual(['first', 'refresh-1']);
    const next = process();
    expect(await next.get(NEVER)).toBe('access-1');
    nowMs += 50_000;
    expect(await next.get(NEVER)).toBe('access-1');
    expect(x.isRevoked()).toBe(false);
    nowMs += 10_000;
    const began = new Date(nowMs - 60_000).toISOString();
    await expect(next.get(NEVER)).rejects.toThrow(began);
    await expect(next.get(NEVER)).rejects.toBeInstanceOf(NeedsLogin);
    await expect(process().get(NEVER)).rejects.toBeInstanceOf(NeedsLogin);
    // Once refused it is not offered again, by anybody.
    expect(x.offered).toEqual(['first', 'refresh-1', 'refresh-1']);
  });

  it('begin anew with a new consent in the configuration', async () => {
    x.next({ status: 400, json: { error: 'invalid_grant' } });
    await expect(process().get(NEVER)).rejects.toThrow(/invalid_grant/u);
    const renewed = await tokenServer('second');
    const other = createXAgent(renewed.apiRoot);
    const tokens = createUserTokens(
      { ...CONSENT, refreshToken: 'second' },
      { agent: other, memory, log, clock: { nowMs: () => nowMs } },
    );
    expect(await tokens.get(NEVER)).toBe('access-1');
    other.destroy();
    await renewed.close();
  });

  it('are used to their end when X cannot be reached, and renewed when it can', async () => {
    const tokens = process();
    await tokens.get(NEVER);
    nowMs += LIFE_MS - 60_000;
    x.next('before');
    expect(await tokens.get(NEVER)).toBe('access-1');
    expect(x.offered).toHaveLength(1);
    nowMs += 56_000;
    expect(await tokens.get(NEVER)).toBe('access-2');
  });

  it('are not to be had when X cannot be reached and the last has ended', async () => {
    x.next('before');
    const tokens = process();
    await expect(tokens.get(NEVER)).rejects.toBeInstanceOf(TokenUnavailable);
    await expect(tokens.get(NEVER)).rejects.toThrow(/under way/u);
    nowMs += 10_000;
    expect(await tokens.get(NEVER)).toBe('access-1');
    expect(x.offered).toEqual(['first']);
  });

  it('are not renewed by a second process while the first may be at it, even where the lock was lost', async () => {
    let letOn = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      letOn = resolve;
    });
    x.during(() => held);
    // A lock that ends with its connection holds nobody back.
    const lockless: AccountMemory = {
      read: (name) => memory.read(name),
      exclusively: async (name, act) =>
        act(await memory.read(name), (next) => memory.exclusively(name, (_current, write) => write(next))),
    };
    const first = process(CONSENT, lockless).get(NEVER);
    while (x.offered.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await expect(process(CONSENT, lockless).get(NEVER)).rejects.toThrow(/under way/u);
    letOn();
    expect(await first).toBe('access-1');
    expect(await process(CONSENT, lockless).get(NEVER)).toBe('access-1');
    expect(x.offered).toEqual(['first']);
  });

  it('say nothing of what was sent or given', async () => {
    x.next({ status: 400, json: { error: 'invalid_request', error_description: 'first was invalid' } });
    const error = await process()
      .get(NEVER)
      .catch((one: unknown) => one);
    const said = JSON.stringify([error, String(error), log.lines]);
    for (const secret of ['first', 'client-secret', 'access-', 'refresh-1']) expect(said).not.toContain(secret);
  });

  it('name the app where X does not know it, and try again once it is mended', async () => {
    x.next({ status: 401, json: { error: 'invalid_client' } });
    await expect(process().get(NEVER)).rejects.toThrow(/does not know the app/u);
    expect(await process().get(NEVER)).toBe('access-1');
  });

  it('that the store does not take are used, and written as soon as it does', async () => {
    let away = 0;
    const weak: AccountMemory = {
      read: (name) => memory.read(name),
      exclusively: (name, act) =>
        memory.exclusively(name, (current, write) =>
          act(current, (next) => {
            if (away > 0 && next.includes('access-1')) {
              away -= 1;
              return Promise.reject(new Error('the store is away'));
            }
            return write(next);
          }),
        ),
    };
    away = 2;
    const tokens = process(CONSENT, weak);
    expect(await tokens.get(NEVER)).toBe('access-1');
    expect(await memory.read(MEMORY_NAME)).not.toContain('access-1');
    expect(await tokens.get(NEVER)).toBe('access-1');
    expect(away).toBe(0);
    expect(await tokens.get(NEVER)).toBe('access-1');
    expect(await memory.read(MEMORY_NAME)).toContain('refresh-1');
    expect(await process().get(NEVER)).toBe('access-1');
    expect(x.offered).toEqual(['first']);
  });

  it('go on being renewed when nobody waits for them any more', async () => {
    let letOn = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      letOn = resolve;
    });
    x.during(() => held);
    const caller = new AbortController();
    const tokens = process();
    const call = tokens.get(caller.signal);
    while (x.offered.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    caller.abort();
    await expect(call).rejects.toBeInstanceOf(TokenUnavailable);
    letOn();
    await tokens.settled();
    expect(await process().get(NEVER)).toBe('access-1');
    expect(x.offered).toEqual(['first']);
  });

  it('need consent where there never was one', async () => {
    const open = createUserTokens({ clientId: 'client' }, { agent, memory, log, clock: { nowMs: () => nowMs } });
    await expect(open.get(NEVER)).rejects.toThrow(/nobody has given/u);
  });
});
