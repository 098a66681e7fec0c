import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { messageIdFor, replyAddressFor } from '../../../../channels/email/ids.ts';
import { normaliseMail } from '../../../../channels/email/normalise.ts';
import type { MailPayload } from '../../../../channels/email/payload.ts';
import type { InboundMessage } from '../../../../src/core/model/inbound.ts';
import { context, mailPayload, sign } from './mail-payloads.ts';

function only(payload: unknown) {
  const all = normaliseMail(payload, context);
  expect(all).toHaveLength(1);
  const [one] = all;
  if (one === undefined) throw new Error('nothing came of it');
  return one;
}

function letterOf(payload: MailPayload): InboundMessage {
  const one = only(payload);
  if (one.outcome !== 'event' || one.event.type !== 'message') throw new Error(`it is ${JSON.stringify(one)}`);
  return one.event;
}

describe('a mail', () => {
  test('becomes a letter: what was newly written, who wrote it, and the rest beside it', () => {
    expect(letterOf(mailPayload())).toEqual({
      type: 'message',
      eventKey: 'INBOX:7:3',
      occurredAtMs: 1_700_000_000_000,
      thread: { key: 'letter:digest-of-it:p', kind: 'private', chatKey: 'domain:customer.example' },
      author: {
        externalId: 'ana@customer.example',
        displayName: 'Ana Lee',
        handle: 'ana@customer.example',
        isBot: false,
      },
      externalId: 'mid:one@customer.example#digest-of-it',
      text: 'It is gone.',
      subject: 'Where is my withdrawal?',
      participants: [{ externalId: 'ana@customer.example', name: 'Ana Lee', role: 'customer', proven: true }],
      references: {
        participant: { externalId: 'ana@customer.example', proven: true },
        deliveryIds: [],
        externalIds: [],
        threadIds: [],
      },
      extras: {
        letter: {
          subject: 'Where is my withdrawal?',
          from: { name: 'Ana Lee', address: 'ana@customer.example' },
          to: [{ name: '', address: 'support@example.com' }],
          cc: [],
          messageId: 'one@customer.example',
          references: [],
          proof: 'proven',
          proofReason: 'signed by customer.example',
          warnings: [],
          fullText: 'It is gone.\n\n-- \nAna',
        },
      },
    });
  });

  test('whose sender nobody vouches for is of somebody else, until it is proven', () => {
    const claimed = letterOf(mailPayload({}, { trust: { proof: 'claimed', reason: 'nothing vouches for it' } }));
    expect(claimed.author.externalId).toBe('claimed:ana@customer.example');
    expect(claimed.thread.key).not.toBe(letterOf(mailPayload()).thread.key);
    expect(claimed.references?.participant).toEqual({ externalId: 'ana@customer.example', proven: false });
    expect(claimed.participants).toMatchObject([{ externalId: 'ana@customer.example', proven: false }]);
  });

  test('names what it answers: what it replies to first, then references from last to first, then our signed address', () => {
    const [delivery, thread] = [randomUUID(), randomUUID()];
    const own = messageIdFor(delivery, 'example.com', sign);
    const tagged = replyAddressFor('support@example.com', thread, sign) ?? '';
    const { references, extras } = letterOf(
      mailPayload({
        inReplyTo: own,
        references: ['zero@x', 'one@x', own],
        deliveredTo: [tagged],
        to: [{ name: '', address: 'support+00000000000000000000000000000000aaaaaaaaaaaa@example.com' }],
        cc: [{ name: 'Us', address: tagged }],
      }),
    );
    expect(references).toEqual({
      participant: { externalId: 'ana@customer.example', proven: true },
      deliveryIds: [delivery],
      externalIds: [`mid:${own}#`, 'mid:one@x#', 'mid:zero@x#'],
      threadIds: [thread],
    });
    // Nobody has to read the tag.
    expect(extras?.letter?.cc).toEqual([{ name: 'Us', address: 'support@example.com' }]);
  });

  test('everybody on the envelope takes part, but not we', () => {
    const { participants } = letterOf(
      mailPayload({
        to: [
          { name: '', address: 'support+tag@example.com' },
          { name: 'Ben', address: 'BEN@x.example' },
        ],
        cc: [
          { name: 'Ana again', address: 'ana@customer.example' },
          { name: '', address: 'ben@x.example' },
          { name: 'nobody', address: '' },
        ],
      }),
    );
    expect(participants?.map(({ externalId, role }) => [externalId, role])).toEqual([
      ['ana@customer.example', 'customer'],
      ['ben@x.example', 'copied'],
    ]);
  });

  test.each<[string, Parameters<typeof mailPayload>, string | undefined]>([
    ['from the folder of spam', [{}, { place: { ...mailPayload().place, spam: true } }], 'spam'],
    ['that says it answers by itself', [{ autoSubmitted: true, autoReplied: true }], 'auto_reply'],
    ['of a list', [{ autoSubmitted: true }], 'machine'],
    ['without somebody to send it back to', [{ returnPath: '' }], 'machine'],
    ['a bounce of a mail that is none of ours', [{ isBounce: true, originalMessageId: 'theirs@x' }], 'machine'],
    ['of a person', [{}], undefined],
    ['without the header that names the sender of the envelope', [{ returnPath: null }], undefined],
  ])('%s is filed as it should be', (_what, payload, filedAs) => {
    expect(letterOf(mailPayload(...payload)).filedAs).toBe(filedAs);
  });

  test.each<[string, Parameters<typeof mailPayload>[0]]>([
    ['under an id of ours', { messageId: messageIdFor(randomUUID(), 'example.com', sign) }],
    ['with our mark', { ownLoop: 'parley.mark' }],
    ['from our own address', { from: 'Support+x@Example.com' }],
  ])('%s is our own and never comes back as a letter', (_what, mail) => {
    expect(only(mailPayload(mail))).toEqual({ outcome: 'filed', eventKey: 'INBOX:7:3', reason: 'our own mail' });
  });

  test('files are files, what stands in the formatted text is found by it, and the formatted text is one too', () => {
    const held = Buffer.alloc(32, 7);
    const file = {
      fileName: 'a.png',
      mime: 'image/png',
      sizeBytes: 9,
      inline: true,
      contentId: 'c1',
      held: held.toString('base64url'),
    };
    const event = letterOf(
      mailPayload({ html: '<p>hi</p>', files: [file, { ...file, inline: false, contentId: null, held: null }] }),
    );
    expect(event.attachments).toMatchObject([
      { kind: 'photo', role: 'inline', contentId: 'c1', remote: { heldBlob: held.toString('hex') } },
      { kind: 'photo', remote: { tooLarge: true } },
      { kind: 'document', role: 'html', content: '<p>hi</p>' },
    ]);
    expect(event.attachments?.[1]).not.toHaveProperty('role');
    expect(event.extras?.letter?.formatted).toBe(true);
  });

  test.each<[string, Parameters<typeof mailPayload>[0], Partial<InboundMessage>]>([
    ['a subject alone', { replyText: ' \n', text: '' }, { text: 'Where is my withdrawal?' }],
    ['nothing at all', { replyText: '', text: '', subject: '' }, { text: '[empty]' }],
    [
      'what only the recipient could read',
      { replyText: '', text: '', crypto: { kind: 'encrypted', method: 'pgp' } },
      { text: '[encrypted]' },
    ],
  ])('with %s is never empty', (_what, mail, expected) => {
    expect(letterOf(mailPayload(mail))).toMatchObject(expected);
  });

  test('without a sender, without anything, or of another version is parked where a person sees it', () => {
    expect(only(mailPayload({ from: null }))).toMatchObject({ outcome: 'parked', eventKey: 'INBOX:7:3' });
    expect(only({ ...mailPayload(), mail: null, unreadable: 'why' })).toMatchObject({
      outcome: 'parked',
      reason: 'why',
    });
    expect(only({ v: 2 })).toMatchObject({ outcome: 'parked' });
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(normaliseMail(value, context)).toMatchObject([{ outcome: 'parked' }]);
      }),
    );
  });
});

describe('what comes back of a mail of ours', () => {
  const delivery = randomUUID();
  const own = messageIdFor(delivery, 'example.com', sign);
  const report = (action: string, status: string | null, recipient = 'ana@customer.example') => ({
    recipient,
    status,
    action,
    diagnostic: '550 no such user',
  });

  test.each([
    ['a bounce', { isBounce: true, dsn: [report('failed', '5.1.1')] }, 'bounced', true],
    ['one for a full mailbox', { isBounce: true, dsn: [report('failed', '5.2.2')] }, 'bounced', false],
    ['a delay', { isBounce: true, dsn: [report('delayed', '4.4.1')] }, 'delayed', false],
    ['a failure that may pass', { isBounce: true, dsn: [report('failed', '4.2.2')] }, 'delayed', false],
    ['a bounce in no form at all', { isBounce: true, dsn: [] }, 'bounced', false],
    ['a complaint', { isFeedback: true, dsn: [] }, 'complaint', true],
    [
      'one delayed and one failed',
      { isBounce: true, dsn: [report('delayed', '4.0.0'), report('failed', '5.7.1')] },
      'bounced',
      false,
    ],
  ])('%s is told of the part', (_what, mail, fate, unreachable) => {
    const one = only(mailPayload({ from: 'mailer-daemon@mx', originalMessageId: own, ...mail }));
    expect(one).toMatchObject({
      outcome: 'event',
      event: { type: 'receipt', fate, unreachable, targetDeliveryId: delivery, targetExternalId: `mid:${own}#out` },
    });
  });

  test('a report that it arrived is filed; a bounce under an id somebody made up tells us nothing', () => {
    expect(
      only(mailPayload({ isBounce: true, originalMessageId: own, dsn: [report('delivered', '2.0.0')] })),
    ).toMatchObject({ outcome: 'filed' });
    const forged = own.replace(/\.[0-9a-f]{16}@/, '.0000000000000000@');
    expect(
      letterOf(mailPayload({ isBounce: true, originalMessageId: forged, dsn: [report('failed', '5.1.1')] })).filedAs,
    ).toBe('machine');
  });
});
