import { describe, expect, test } from '@jest/globals';
import { isUnknownRecipient, outcomeOf } from '../../../../../channels/email/errors.ts';
import { domainOf, readReply } from '../../../../../channels/email/transport/smtp-reply.ts';

describe('an SMTP reply', () => {
  test.each([
    ['550 5.1.1 No such user', '5.1.1', 'No such user'],
    [
      '550-5.1.1 The email account does not exist.\n550-5.1.1 Check it\n550 5.1.1  again',
      '5.1.1',
      'The email account does not exist. Check it again',
    ],
    ['451 try again later', null, 'try again later'],
    ['452 4.2.2', '4.2.2', ''],
    ['554 5.7.1.9 odd', null, '5.7.1.9 odd'],
    ['421\u0007 bell', null, 'bell'],
  ])('%j', (response, enhanced, words) => {
    const reply = readReply(response, Number(response.slice(0, 3)));
    expect(reply.enhanced).toBe(enhanced);
    expect(reply.words.trim()).toContain(words);
  });

  test('is cut to what a row can bear', () => {
    expect(readReply(`550 ${'x'.repeat(100_000)}`, 550).words).toHaveLength(500);
  });

  test('is of a domain, whatever stands before it', () => {
    expect(domainOf('"odd@local"@Example.COM')).toBe('example.com');
  });
});

describe('an unknown recipient', () => {
  test.each([
    ['550 5.1.1 anything', true],
    ['550 5.1.10 RecipientNotFound', true],
    ['550 5.2.1 disabled', true],
    ['550 no such user here', true],
    ['550 Requested action not taken: mailbox unavailable', true],
    ['550 5.7.1 no such user', false],
    ['552 5.2.2 mailbox full', false],
    ['450 4.1.1 unknown user', false],
    ['554 unknown user', false],
  ])('%j: %j', (response, expected) => {
    expect(isUnknownRecipient(readReply(response, Number(response.slice(0, 3))))).toBe(expected);
  });
});

test('what is taken is named by its Message-ID', () => {
  const result = { kind: 'taken', accepted: ['a@b.example'], rejected: [], words: '' } as const;
  expect(outcomeOf(result, '<1@x>')).toEqual({ kind: 'sent', externalId: '<1@x>' });
});
