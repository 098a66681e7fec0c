import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { missingParts } from '../../../channels/contract.ts';
import type { InboundEvent } from '../../../src/core/model/inbound.ts';
import type { RenderedPart, SendOutcome } from '../../../src/core/model/outbound.ts';
import type { ChannelAccount, SendRequest } from '../../../src/core/ports/channel.ts';
import { eventually } from '../eventually.ts';
import { buttonContract } from './button-contract.ts';
import { type ChannelHarness, type ChannelRig, createTestSink, type TestSink } from './channel-harness.ts';
import type { ContractStand } from './contract-stand.ts';
import { fileContract } from './file-contract.ts';
import { pathsOf, replaceAt } from './json-paths.ts';
import { privatePlaceContract } from './private-place-contract.ts';
import { type RecordingDeps, recordingDeps } from './recording.ts';
import { sendContract } from './send-contract.ts';

/** As the outbox names its sends: 16 bytes, the same for the same number. */
export function sendKey(number: number): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32BE(number, 12);
  return bytes.toString('base64url');
}

/** What every channel promises. A new channel calls this once with its harness. */
export function channelContract(name: string, harness: ChannelHarness): void {
  describe(`${name} keeps the channel contract`, () => {
    let rig: ChannelRig;
    let deps: RecordingDeps;
    let account: ChannelAccount;
    let ending: AbortController;
    let blobs: Map<string, Uint8Array>;
    const running: Promise<void>[] = [];

    beforeEach(async () => {
      rig = await harness.start();
      blobs = new Map();
      deps = recordingDeps(blobs);
      account = rig.createAccount(rig.entry, deps);
      ending = new AbortController();
    });

    afterEach(async () => {
      ending.abort();
      await Promise.all(running.splice(0));
      await account.close();
      await rig.stop();
      for (const secret of rig.secrets) expect(deps.said()).not.toContain(secret);
    });

    /** What it stores is known afterwards, and its bookmarks stand. */
    const newSink = (): TestSink =>
      createTestSink((data, bookmark) => {
        for (const event of eventsOf(data)) deps.records.stored.add(event.eventKey);
        if (bookmark !== null) deps.records.bookmarks.set(bookmark.name, bookmark);
      });
    const receive = (sink = newSink(), signal = ending.signal): TestSink => {
      if (account.receive === undefined) throw new Error(`${name}: the harness entry must be one that receives`);
      running.push(account.receive(sink.sink, signal));
      return sink;
    };
    const eventsOf = (payload: Buffer): InboundEvent[] =>
      account
        .normalise(JSON.parse(payload.toString('utf8')))
        .flatMap((one) => (one.outcome === 'event' ? [one.event] : []));
    /** What came, in order; a payload may hold several events. What a channel reads again by design is known by its key. */
    const cameOf = (payloads: readonly Buffer[]): InboundEvent[] => {
      const all = payloads.flatMap(eventsOf);
      return harness.readsAgain === true ? [...new Map(all.map((event) => [event.eventKey, event])).values()] : all;
    };
    const texts = (payloads: readonly Buffer[]): string[] =>
      cameOf(payloads).map((event) => ('text' in event ? event.text : event.type));

    let keys = 0;
    const request = (change: Partial<SendRequest> = {}): SendRequest => {
      keys += 1;
      const part = account.render({ text: 'hello' })[0] ?? {};
      return {
        action: 'send',
        threadKey: rig.threadKey,
        part,
        madeAtMs: Date.now(),
        idempotencyKey: sendKey(keys),
        ...change,
      };
    };
    const send = async (change: Partial<SendRequest> = {}, signal = ending.signal): Promise<SendOutcome> => {
      const outcome = await account.send(request(change), signal);
      deps.hear(outcome);
      // As the store has it: what we sent belongs to that row.
      if (outcome.kind === 'sent' && outcome.externalId !== null) deps.records.ours.add(outcome.externalId);
      return outcome;
    };
    test('its folder is complete and its names agree', async () => {
      expect(await missingParts(harness.folder)).toEqual([]);
      expect(account.channel).toBe(harness.factory.channel);
      expect(account.id).toBe(rig.entry.id);
      expect(account.capabilities).toEqual(harness.factory.capabilities);
    });

    test('unknown keys of its configuration are errors', () => {
      expect(harness.factory.configSchema.safeParse(rig.entry).success).toBe(true);
      expect(harness.factory.configSchema.safeParse({ ...rig.entry, tokne: 'x' }).success).toBe(false);
      expect(harness.factory.configSchema.safeParse({ ...rig.entry, channel: 'another' }).success).toBe(false);
    });

    test('it can do what its capabilities say, and says what it can do', () => {
      const { capabilities } = account;
      expect(account.typing !== undefined).toBe(capabilities.typing);
      expect(account.fetchFile !== undefined).toBe(capabilities.media !== null);
      expect(account.acknowledge !== undefined).toBe(capabilities.buttons !== null);
      expect(account.reconcile !== undefined).toBe(capabilities.reconcile);
      expect(account.receive !== undefined || account.verifyWebhook !== undefined).toBe(true);
    });

    describe('receiving', () => {
      test('what a customer writes becomes one message, the same each time it is read', async () => {
        const written = await rig.write('Where is my deposit? 🤔');
        const { stored } = receive();
        await eventually(() => stored.length > 0);
        const [event] = eventsOf(stored[0] ?? Buffer.alloc(0));
        expect(event).toMatchObject({
          type: 'message',
          text: 'Where is my deposit? 🤔',
          externalId: written,
          thread: { key: rig.threadKey },
        });
        expect(eventsOf(stored[0] ?? Buffer.alloc(0))).toEqual([event]);
      });

      test('order is kept, nothing comes twice, and every event has a key of its own', async () => {
        const wanted = Array.from({ length: 25 }, (_, index) => `message ${index}`);
        for (const text of wanted) await rig.write(text);
        const { stored } = receive();
        await eventually(() => texts(stored).includes('message 24'));
        // Whatever comes again comes before what is written after it.
        await rig.write('the last');
        await eventually(() => texts(stored).includes('the last'));
        expect(texts(stored)).toEqual([...wanted, 'the last']);
        expect(new Set(cameOf(stored).map(({ eventKey }) => eventKey)).size).toBe(wanted.length + 1);
      });

      test('nothing is confirmed to the platform before it is stored', async () => {
        const sink = newSink();
        const release = sink.hold();
        await rig.write('first');
        receive(sink);
        await eventually(() => sink.offered.length > 0);
        await new Promise((resolve) => setTimeout(resolve, 150));
        expect(rig.confirmed()).toBe(0);
        release();
        await eventually(() => rig.confirmed() === 1);
      });

      test('what the gateway refuses is offered again until it is stored', async () => {
        const sink = newSink();
        sink.refuse(3);
        await rig.write('keep me');
        receive(sink);
        await eventually(() => sink.stored.length === 1);
        expect(sink.offered.length).toBe(4);
        await eventually(() => rig.confirmed() === 1);
        expect(texts(sink.stored)).toEqual(['keep me']);
      });

      test('what was not stored before a restart comes again after it, with the same key', async () => {
        const before = newSink();
        before.refuse(1_000_000);
        const first = new AbortController();
        await rig.write('survive');
        receive(before, first.signal);
        await eventually(() => before.offered.length > 0);
        first.abort();
        await Promise.all(running.splice(0));
        const { stored } = receive();
        await eventually(() => stored.length > 0);
        expect(cameOf(stored)).toEqual(eventsOf(before.offered[0] ?? Buffer.alloc(0)));
      });

      test('it ends when told to, and says that it was connected', async () => {
        receive();
        await eventually(() => deps.states.some(({ state }) => state === 'connected'));
        ending.abort();
        await Promise.all(running.splice(0));
      });

      test('refused credentials stop the account with a mend, without an end of the loop', async () => {
        await account.close();
        account = rig.createAccount(rig.badEntry, deps);
        receive();
        await eventually(() => deps.states.some(({ state }) => state === 'stopped'));
        const stopped = deps.states.find((state) => state.state === 'stopped');
        expect(stopped?.state === 'stopped' && stopped.mend.length > 10).toBe(true);
        expect(await Promise.race([...running, Promise.resolve('still running')])).toBe('still running');
      });
    });

    describe('webhook', () => {
      test('only requests with the secret are accepted', async () => {
        const { webhook } = rig;
        if (webhook === null) {
          expect('verifyWebhook' in account).toBe(false);
          return;
        }
        const hooked = rig.createAccount(webhook.entry, deps);
        // Whoever has just begun may ask for another delivery, and for nothing else.
        const verdict = await eventually(() => {
          const given = hooked.verifyWebhook?.(webhook.genuine);
          return given?.verdict === 'refuse' && given.status === 503 ? false : given;
        });
        expect(verdict).toMatchObject({ verdict: 'accept' });
        for (const forged of webhook.forged) {
          expect(hooked.verifyWebhook?.(forged)).toMatchObject({ verdict: 'refuse', status: 401 });
        }
        await hooked.close();
      });
    });

    describe('reading hostile payloads', () => {
      const check = (payload: unknown): void => {
        for (const one of account.normalise(payload)) {
          const key = one.outcome === 'event' ? one.event.eventKey : one.eventKey;
          expect(key).not.toBe('');
          const text = JSON.stringify(one);
          // NUL and lone surrogates cannot be stored; JSON shows both as escapes.
          expect(text).not.toMatch(/\\u0000|\\ud[89a-f]/iu);
        }
      };

      test('no JSON makes it throw', () => {
        fc.assert(fc.property(fc.jsonValue(), (payload) => check(payload)));
        fc.assert(fc.property(fc.anything(), (payload) => check(payload)));
      });

      async function realPayload(): Promise<unknown> {
        await rig.write('real');
        const { stored } = receive();
        await eventually(() => stored.length > 0);
        return JSON.parse((stored[0] ?? Buffer.alloc(0)).toString('utf8'));
      }

      test('what the store does not take is nowhere, wherever in a payload it stood', async () => {
        const real = await realPayload();
        for (const path of pathsOf(real)) {
          for (const value of [
            '\u0000',
            'a\u0000b@c.test',
            '\ud83d',
            ['\u0000'],
            [{ name: '\u0000', address: '\udc00' }],
          ]) {
            check(replaceAt(real, path, value));
          }
        }
      });

      test('no change of a real payload makes it throw', async () => {
        const real = await realPayload();
        const paths = pathsOf(real);
        fc.assert(
          fc.property(
            fc.constantFrom(...paths),
            fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' })),
            (path, value) => check(replaceAt(real, path, value)),
          ),
          { numRuns: 500 },
        );
      });
    });

    describe('rendering', () => {
      const text = fc.array(
        fc.oneof(
          fc.lorem({ maxCount: 60 }),
          fc.string({ unit: 'grapheme', maxLength: 300 }),
          fc.constantFrom('\n\n', '\n', ' ', '。', '👩‍👩‍👧‍👦', 'é', '🇯🇵'),
          fc.nat(3_000).map((length) => 'x'.repeat(length)),
        ),
        { maxLength: 25 },
      );
      const textOf = (part: RenderedPart): string => (typeof part['text'] === 'string' ? part['text'] : '');
      const lengthOf = (part: string): number => {
        const { unit } = account.capabilities.text;
        if (unit === 'weighted') return harness.weightOf?.(part) ?? Number.POSITIVE_INFINITY;
        return unit === 'codepoint' ? Array.from(part).length : part.length;
      };

      test('long text is split, never cut: all but white space at the seams is there, in order', () => {
        fc.assert(
          fc.property(text, (pieces) => {
            const whole = pieces.join('');
            fc.pre(whole.trim() !== '');
            const parts = account.render({ text: whole }).map(textOf);
            for (const part of parts) {
              expect(lengthOf(part)).toBeLessThanOrEqual(account.capabilities.text.maxLength);
              expect(part.trim()).not.toBe('');
              expect(part.isWellFormed()).toBe(true);
            }
            const squeeze = (value: string): string => value.replaceAll(/\s+/gu, '');
            const said = harness.withoutMarks?.(parts) ?? parts;
            expect(squeeze(said.join(''))).toBe(squeeze(harness.asKept?.(whole) ?? whole));
          }),
          { numRuns: 60 },
        );
      });

      test('a text that fits stays one part', () => {
        expect(account.render({ text: 'x'.repeat(account.capabilities.text.maxLength) }).length).toBe(1);
        expect(account.render({ text: 'x'.repeat(account.capabilities.text.maxLength + 1) }).length).toBe(2);
        const { maxLength } = account.capabilities.text.inPrivate ?? account.capabilities.text;
        expect(account.render({ text: 'x'.repeat(maxLength), place: 'private' }).length).toBe(1);
        expect(account.render({ text: 'x'.repeat(maxLength + 1), place: 'private' }).length).toBe(2);
      });

      test('nothing to say is an error, not an empty message', () => {
        expect(() => account.render({ text: ' \n ' })).toThrow(/empty/iu);
      });

      test('a part survives being stored as JSON', () => {
        const parts = account.render({ text: 'a\n'.repeat(10) });
        expect(JSON.parse(JSON.stringify(parts))).toEqual(parts);
      });
    });

    const stand = (): ContractStand => ({
      harness,
      rig,
      account,
      deps,
      blobs,
      signal: ending.signal,
      request,
      send,
      async received() {
        const { stored } = receive();
        await eventually(() => deps.states.some(({ state }) => state === 'connected'));
        return () => stored.flatMap(eventsOf).filter((event) => event.type === 'message');
      },
      async say(content) {
        const outcomes: SendOutcome[] = [];
        for (const part of account.render(content)) {
          // Every part is a row before it is sent.
          const kept: RenderedPart = JSON.parse(JSON.stringify(part));
          expect(kept).toEqual(part);
          outcomes.push(await send({ part: kept }));
        }
        return outcomes;
      },
    });
    sendContract(stand);
    fileContract(stand);
    buttonContract(stand);
    privatePlaceContract(stand);

    describe('probing', () => {
      test('tells a good account from a refused one, with a mend', async () => {
        expect(await account.probe(ending.signal)).toMatchObject({ ok: true });
        const bad = rig.createAccount(rig.badEntry, deps);
        const finding = await bad.probe(ending.signal);
        deps.hear(finding);
        await bad.close();
        expect(finding.ok).toBe(false);
        expect(finding.mend).toMatch(/\w{3}/u);
      });

      test('an unreachable platform is a finding, not an error', async () => {
        await rig.stop();
        const finding = await account.probe(ending.signal);
        deps.hear(finding);
        expect(finding.ok).toBe(false);
      });
    });
  });
}
