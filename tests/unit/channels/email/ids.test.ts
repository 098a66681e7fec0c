import { createHmac, randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  deliveryIdOf,
  deliveryOf,
  externalIdFor,
  mailboxOf,
  messageIdFor,
  ownExternalId,
  referenceKey,
  replyAddressFor,
  threadOf,
} from '../../../../channels/email/ids.ts';
import { brandId } from '../../../../src/core/model/ids.ts';
import { idempotencyKey } from '../../../../src/delivery/attempt.ts';

const signer = (key: string) => (value: string) => createHmac('sha256', key).update(value).digest('hex');
const ours = signer('ours');

describe('ids of mail', () => {
  test('a Message-ID of ours is the same on every attempt, leads back to its part, and nobody else can make it', () => {
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        expect(deliveryIdOf(idempotencyKey(brandId(id)))).toBe(id);
        const messageId = messageIdFor(id, 'example.com', ours);
        expect(messageIdFor(id, 'example.com', ours)).toBe(messageId);
        expect(messageId).toMatch(/^[a-z0-9.]+@example\.com$/);
        expect(deliveryOf(messageId, ours)).toBe(id);
        // Some systems write ids in capitals.
        expect(deliveryOf(messageId.toUpperCase(), ours)).toBe(id);
        expect(deliveryOf(messageId, signer('theirs'))).toBeNull();
        const other = messageIdFor(randomUUID(), 'example.com', ours);
        expect(deliveryOf(messageId.slice(0, 34) + other.slice(34), ours)).toBeNull();
      }),
    );
    expect(deliveryOf('<x>', ours)).toBeNull();
    expect(() => deliveryIdOf('short')).toThrow(TypeError);
  });

  test('a reply address leads back to its thread, fits 64 octets, and is told apart from one made up', () => {
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        const address = replyAddressFor('support@example.com', id, ours) ?? '';
        expect(address).toMatch(/^support\+[0-9a-f]{44}@example\.com$/);
        expect(threadOf(address, ours)).toBe(id);
        expect(threadOf(address.toUpperCase(), ours)).toBe(id);
        expect(threadOf(address, signer('theirs'))).toBeNull();
        expect(mailboxOf(address)).toBe('support@example.com');
      }),
    );
    expect(replyAddressFor('a-very-long-name-of-a-mailbox@example.com', randomUUID(), ours)).toBeNull();
    expect(threadOf('support@example.com', ours)).toBeNull();
  });

  test('every message with one Message-ID is found by it, and no other', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400 }), fc.string({ maxLength: 400 }), (one, other) => {
        const key = referenceKey(one);
        expect(key.endsWith('#')).toBe(true);
        expect(key.indexOf('#')).toBe(key.length - 1);
        expect(key.length).toBeLessThan(1_000);
        expect(externalIdFor(one, 'digest').startsWith(key)).toBe(true);
        expect(ownExternalId(one).startsWith(key)).toBe(true);
        if (one !== other) expect(externalIdFor(other, 'digest').startsWith(key)).toBe(false);
      }),
    );
    expect(externalIdFor(null, 'abc')).toBe('digest:abc');
  });
});
