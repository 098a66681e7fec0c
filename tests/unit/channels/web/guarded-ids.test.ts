import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { nameLine } from '../../../../channels/shared/well-formed.ts';
import { entryIdOf, messageIdOf } from '../../../../channels/web/ids.ts';
import { normaliseVisit } from '../../../../channels/web/normalise.ts';
import type { Visitor } from '../../../../channels/web/session.ts';
import type { Normalised } from '../../../../src/core/model/inbound.ts';
import { encodeBase58Check } from '../../../../src/guard/base58.ts';
import { guardPayload } from '../../../../src/guard/guard.ts';
import { fuzzRuns } from '../../../kit/fuzz-runs.ts';
import { type ServedAccount, serveAccount } from './served-account.ts';

const HEX = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const CARD = '4111111111111111';
const WIF = encodeBase58Check(Buffer.concat([Buffer.from([0x80]), Buffer.from(HEX, 'hex')]));
const PHRASE = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
const KEY_NAME = `api secret: ${HEX.slice(0, 40)}`;

const subject = fc
  .oneof(
    fc.constantFrom(HEX, CARD, WIF, PHRASE, KEY_NAME, `card ${CARD}`, 'DE89370400440532013000'),
    fc.stringMatching(/^[0-9a-f]{64}$/u),
    fc.stringMatching(/^4[0-9]{15}$/u),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 128 }),
    fc.uint8Array({ minLength: 10, maxLength: 90 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  )
  .map((sub) => nameLine(sub, 128))
  .filter((sub) => sub !== '');
const clientId = fc.oneof(
  fc.constantFrom(HEX, CARD, WIF),
  fc.stringMatching(/^[0-9a-f]{64}$/u),
  fc.stringMatching(/^[A-Za-z0-9_-]{8,64}$/u),
);

const visitorOf = (sub: string): Visitor => ({ id: `user:${sub}`, name: '', signed: true });

/** What one call hands over, as its JSON says. */
async function handedOver(on: ServedAccount, visitor: Visitor, path: string, body: object): Promise<unknown> {
  let handed: unknown;
  await on.post(visitor, path, body, async (payloads) => {
    const [first] = payloads;
    handed = JSON.parse((Buffer.isBuffer(first) ? first : first?.data)?.toString('utf8') ?? 'null');
    for (const one of normaliseVisit(handed)) {
      if (one.outcome === 'event' && one.event.type === 'message' && one.event.acknowledge !== undefined)
        await on.account.acknowledge?.(one.event.acknowledge, AbortSignal.timeout(1_000));
    }
  });
  return handed;
}

const guarded = (payload: unknown): Normalised[] => normaliseVisit(guardPayload(payload).payload);

test('whatever a visitor is called, the guard masks neither who it is nor which message it is', async () => {
  const on = serveAccount(1_000);
  const seen = new Map<string, string>();
  await fc.assert(
    fc.asyncProperty(subject, clientId, async (sub, sent) => {
      const visitor = visitorOf(sub);
      const payload = await handedOver(on, visitor, '/messages', { clientId: sent, text: 'hello' });
      expect(guardPayload(payload).findings).toEqual([]);
      expect(guarded(payload)).toEqual(normaliseVisit(payload));
      const [one] = guarded(payload);
      const key = messageIdOf(visitor.id, sent);
      expect(one).toMatchObject({
        outcome: 'event',
        event: { eventKey: key, externalId: key, thread: { key: visitor.id }, author: { externalId: visitor.id } },
      });
      // Two that differ in either never meet in one key.
      const who = JSON.stringify([sub, sent]);
      expect(seen.get(key) ?? who).toBe(who);
      seen.set(key, who);
    }),
    { numRuns: fuzzRuns(500) },
  );
});

test.each([HEX, CARD, WIF, PHRASE, KEY_NAME])('a secret-like id keeps its presses and readings: %j', async (sub) => {
  const on = serveAccount(1_000);
  const visitor = visitorOf(nameLine(sub, 128));
  const { seq } = await on.deps.records.places.append(visitor.id, 'AZNGFs2fcP-AAAAAAAAAAA', {
    kind: 'ours',
    text: 'which?',
    buttons: [[{ label: 'Refund', data: 'topic:refund' }]],
  });
  const press = await handedOver(on, visitor, '/presses', { clientId: HEX, message: seq, row: 0, column: 0 });
  expect(guarded(press)).toMatchObject([
    {
      event: {
        eventKey: messageIdOf(visitor.id, HEX),
        thread: { key: visitor.id },
        replyToExternalId: entryIdOf(visitor.id, seq),
      },
    },
  ]);
  const read = await handedOver(on, visitor, '/read', { seq });
  expect(guarded(read)).toMatchObject([
    {
      event: {
        type: 'receipt',
        eventKey: `${visitor.id}/read/${seq}`,
        thread: { key: visitor.id },
        targetExternalId: entryIdOf(visitor.id, seq),
      },
    },
  ]);
});

test.each([HEX, CARD, WIF, PHRASE, KEY_NAME, ''])('what a button of ours does comes back whole: %j', async (data) => {
  const on = serveAccount(1_000);
  const visitor = visitorOf('7');
  const { seq } = await on.deps.records.places.append(visitor.id, 'AZNGFs2fcP-AAAAAAAAAAA', {
    kind: 'ours',
    text: 'which?',
    buttons: [[{ label: `Look at card ${CARD}`, data }]],
  });
  const press = await handedOver(on, visitor, '/presses', { clientId: 'one-press', message: seq, row: 0, column: 0 });
  const [one] = guarded(press);
  expect(one).toMatchObject({ event: { extras: { content: { type: 'button', data } } } });
  // What it says are words, whoever wrote them.
  expect(JSON.stringify(one)).not.toContain(`card ${CARD}`);
});

test('a file is named whole, whatever its name in our store looks like', async () => {
  const on = serveAccount(1_000);
  const visitor = visitorOf('7');
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 40 }), async (bytes) => {
      const file = await on.upload(visitor, Buffer.from(bytes));
      const payload = await handedOver(on, visitor, '/messages', { clientId: 'with-file', text: '', files: [file] });
      expect(guardPayload(payload).findings).toEqual([]);
      const blobId = createHash('sha256').update(bytes).digest('hex');
      expect(guarded(payload)).toMatchObject([{ event: { attachments: [{ remote: { heldBlob: blobId } }] } }]);
    }),
    { numRuns: fuzzRuns(100) },
  );
});

test('words, names and what a button says are still guarded', async () => {
  const on = serveAccount(1_000);
  const visitor = { ...visitorOf('7'), name: `card ${CARD}` };
  const payload = await handedOver(on, visitor, '/messages', { clientId: 'with-words', text: `it is ${PHRASE}` });
  expect(JSON.stringify(guarded(payload))).not.toMatch(/sausage|4111/u);
});
