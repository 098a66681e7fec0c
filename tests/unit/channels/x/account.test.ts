import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { xConfig } from '../../../../channels/x/config.ts';
import { createXAccount, x } from '../../../../channels/x/index.ts';
import { createXSimulator, type XSimulator } from '../../../../channels/x/simulator/index.ts';
import type { InboundMessage } from '../../../../src/core/model/inbound.ts';
import type { ChannelAccount, InboundPayload } from '../../../../src/core/ports/channel.ts';
import { recordingDeps } from '../../../kit/channels/recording.ts';

const NEVER = new AbortController().signal;

let simulator: XSimulator;
beforeAll(async () => {
  simulator = createXSimulator();
  await simulator.start();
});
afterAll(() => simulator.stop());

function accountOf(entry: object = {}): ChannelAccount {
  const { appKey, appSecret, accessToken, accessSecret } = simulator.credentials;
  const way = 'clientId' in entry ? {} : { accessToken, accessSecret };
  const base = { id: 'x', channel: 'x', apiRoot: simulator.apiRoot, appKey, appSecret, ...way };
  return createXAccount(xConfig.parse({ ...base, ...entry }), recordingDeps(), {
    quickMs: 20,
    quietMs: 20,
    settleMs: 20,
  });
}

/** The messages an account receives until the test is done with it. */
function receiving(account: ChannelAccount): { messages: InboundMessage[]; stop(): Promise<void> } {
  const messages: InboundMessage[] = [];
  const stopping = new AbortController();
  const done = account.receive?.((payloads: readonly (Buffer | InboundPayload)[]) => {
    for (const payload of payloads) {
      const data = Buffer.isBuffer(payload) ? payload : payload.data;
      for (const one of account.normalise(JSON.parse(data.toString('utf8')))) {
        if (one.outcome === 'event' && one.event.type === 'message') messages.push(one.event);
      }
    }
    return Promise.resolve();
  }, stopping.signal);
  return {
    messages,
    async stop() {
      stopping.abort();
      await done;
    },
  };
}

async function until<T>(find: () => T | undefined): Promise<T> {
  for (let tries = 0; tries < 200; tries += 1) {
    const found = find();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('it never came');
}

describe('an account of X', () => {
  it('takes a question in public and answers it, and the same person in private', async () => {
    const account = accountOf();
    const come = receiving(account);
    const ana = simulator.customer();
    const question = ana.mention('my withdrawal is stuck');
    ana.direct('it is me again');
    const asked = await until(() => come.messages.find((one) => one.thread.kind === 'group'));
    const written = await until(() => come.messages.find((one) => one.thread.kind === 'private'));
    expect(asked.author.externalId).toBe(written.author.externalId);

    const [part = {}] = account.render({
      text: 'We look into it.',
      place: 'group',
      buttons: [[{ label: 'In private', data: 'go-private' }]],
    });
    const reply = asked.externalId === null ? {} : { replyToExternalId: asked.externalId };
    const publicly = {
      action: 'send' as const,
      threadKey: asked.thread.key,
      part,
      madeAtMs: Date.now(),
      idempotencyKey: 'AZAAAAAAAAAAAAAAAAAAAA',
      ...reply,
      ...(asked.entry === undefined ? {} : { entry: asked.entry }),
    };
    expect(await account.send(publicly, NEVER)).toMatchObject({ kind: 'sent' });
    const [words = {}] = account.render({ text: 'Hello!', place: 'private' });
    const privately = {
      action: 'send' as const,
      threadKey: written.thread.key,
      part: words,
      madeAtMs: Date.now(),
      idempotencyKey: 'AZ',
    };
    expect(await account.send(privately, NEVER)).toMatchObject({ kind: 'sent' });

    expect(ana.seesPosts(question.conversationId).at(-1)).toMatchObject({ fromUs: true, replyToId: question.id });
    expect(ana.seesPosts(question.conversationId).at(-1)?.directLink).not.toBeNull();
    expect(ana.seesDirects().at(-1)).toMatchObject({ fromUs: true, text: 'Hello!' });
    await come.stop();
    await account.close();
  });

  it('says what it can do by its plan and its settings', async () => {
    const usual = accountOf();
    const long = accountOf({ longPosts: true });
    expect(usual.capabilities).toBe(x.capabilities);
    expect([usual, long].map(({ render }) => render({ text: 'word '.repeat(100) }).length)).toEqual([2, 1]);
    expect(long.capabilities.text.maxLength).toBe(25_000);
    expect([usual, long].map(({ pace }) => pace)).toEqual([null, null]);
    await Promise.all([usual.close(), long.close()]);
  });

  it('tells what the bot may say where everybody reads it', async () => {
    const texts = [{ language: 'en', text: 'Write to @AcmeSupport in private. We never write first.' }];
    const account = accountOf({ publicReplies: 'auto', handle: '@AcmeSupport', autoReplies: { texts, perHour: 7 } });
    expect(account.publicAnswers).toEqual({ mode: 'auto', texts, perHour: 7, officialName: '@AcmeSupport' });
    expect(accountOf().publicAnswers).toMatchObject({ mode: 'draft', texts: null, officialName: null });
    expect(account.refusalFor?.({ key: 'post:1/u2', kind: 'group', entry: null })).toBe('not_called');
    await account.close();
  });

  it('asks its owner for consent only where that is its way in', async () => {
    const { clientId, refreshToken } = simulator.credentials;
    const account = accountOf({ clientId, refreshToken });
    expect(accountOf().consent).toBeUndefined();
    const { url } = account.consent?.begin('https://support.example.com/x') ?? { url: '' };
    expect(url).toContain('/i/oauth2/authorize?');
    expect(await account.probe(NEVER)).toMatchObject({ ok: true });
    await account.close();
  });
});
