import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { Change } from '../../../src/core/ports/changes.ts';
import { MAX_PAYLOAD_BYTES } from '../../../src/realtime/bus.ts';
import { decodeChanges, decodeTyping, encodeChanges } from '../../../src/realtime/change-words.ts';

describe('changes on the bus', () => {
  test('come out as they went in, in payloads that Postgres takes', () => {
    const changes: Change[] = Array.from({ length: 1_000 }, (_, index): Change => {
      if (index % 3 === 0) return { conversationId: randomUUID() };
      if (index % 3 === 1) return { threadId: randomUUID() };
      return { accountId: 'tg', threadKey: `${'聊'.repeat(index % 40)}"\\${index}` };
    });
    const payloads = encodeChanges(changes);
    expect(payloads.length).toBeGreaterThan(1);
    for (const payload of payloads) expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(MAX_PAYLOAD_BYTES);
    const back = payloads.flatMap(decodeChanges);
    const sorted = (list: readonly Change[]): string[] => list.map((one) => JSON.stringify(one)).sort();
    expect(sorted(back)).toEqual(sorted(changes));
  });

  test('who writes goes along and is no change', () => {
    const typing = Array.from({ length: 300 }, (_, index) => ({ accountId: 'chat', threadKey: `user:"聊"${index}` }));
    const changes = [{ conversationId: randomUUID() }, { accountId: 'tg', threadKey: '7' }];
    const payloads = encodeChanges(changes, typing);
    for (const payload of payloads) expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(MAX_PAYLOAD_BYTES);
    expect(payloads.flatMap(decodeTyping)).toEqual(typing);
    expect(payloads.flatMap(decodeChanges)).toEqual(changes);
    // As a process of before wrote it.
    expect(decodeTyping('{"c":[],"t":[],"p":[]}')).toEqual([]);
  });

  test('nothing is said of nothing, and strange words mean nothing', () => {
    expect(encodeChanges([])).toEqual([]);
    for (const payload of ['', 'x', '[]', '{"c":1}', 'null']) expect(decodeChanges(payload)).toEqual([]);
  });
});
