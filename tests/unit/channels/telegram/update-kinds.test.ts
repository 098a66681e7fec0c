import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { parseMessageKey } from '../../../../channels/telegram/ids.ts';
import { type NormaliseContext, normaliseUpdate } from '../../../../channels/telegram/normalise.ts';
import type { InboundEvent, Normalised } from '../../../../src/core/model/inbound.ts';
import { UPDATE_KINDS, updateOf } from '../../../fixtures/telegram/updates.ts';

const CONTEXT: NormaliseContext = { bot: { id: 700_000_001, username: 'acme_support_bot' }, groups: 'mention' };

const message = (fields: object): object => [{ outcome: 'event', event: { type: 'message', ...fields } }];
const edit = (fields: object): object => [{ outcome: 'event', event: { type: 'edit', ...fields } }];
const file = (kind: string, words: string, more: object = {}): object =>
  message({ text: words, extras: { standIn: 'file' }, attachments: [{ kind, ...more }] });
const thing = (words: string, content: object, standIn = 'thing'): object =>
  message({ text: words, extras: { standIn, content } });
const unsupported = (kind: string): object => thing(`[unsupported: ${kind}]`, { type: 'unsupported', kind });
const forwarded = (kind: string): object => message({ extras: { forwardedFrom: { kind, name: expect.any(String) } } });
const filed = (reason: string): object => [{ outcome: 'filed', reason }];

/** Every kind of update and what it becomes; a test below holds that none is missing. */
const EXPECTED: Readonly<Record<string, object>> = {
  text: message({ text: 'Hola, ¿dónde está mi depósito?' }),
  text_formatted: message({ body: { v: 1 } }),
  start: message({ text: '/start' }),
  start_payload: message({ text: '/start', entry: 'kyc-help_42' }),
  photo: file('photo', '[photo]', { width: expect.any(Number), remote: { fileId: expect.any(String) } }),
  photo_caption: message({ text: 'my screenshot of the deposit', attachments: [{ kind: 'photo' }] }),
  photo_caption_entities: message({ text: 'my 🙂 screenshot', body: { v: 1 }, attachments: [{ kind: 'photo' }] }),
  photo_spoiler: message({ text: 'careful', attachments: [{ kind: 'photo' }] }),
  document: file('document', '[file] statement.pdf', { fileName: 'statement.pdf', mime: 'application/pdf' }),
  document_caption: message({ text: 'March', attachments: [{ kind: 'document' }] }),
  document_unnamed: file('document', '[file]', { fileName: null, mime: null, sizeBytes: null }),
  video: message({ text: 'it hangs here', attachments: [{ kind: 'video', durationMs: expect.any(Number) }] }),
  animation: file('animation', '[GIF]'),
  audio: file('audio', '[audio] Memo'),
  voice: file('voice', '[voice message]', { durationMs: expect.any(Number) }),
  video_note: file('videoNote', '[video message]', { width: expect.any(Number) }),
  sticker_static: message({ extras: { standIn: 'gesture' }, attachments: [{ kind: 'sticker', mime: 'image/webp' }] }),
  sticker_animated: message({ attachments: [{ kind: 'sticker', mime: 'application/x-tgsticker' }] }),
  sticker_video: message({ attachments: [{ kind: 'sticker', mime: 'video/webm' }] }),
  location: thing('[location] 52.520008, 13.404954', { type: 'location', accuracyM: 20 }),
  live_location: thing('[location] 52.5, 13.4', { type: 'location', live: true }),
  venue: thing('[venue] Branch, Hauptstraße 1, Berlin', { type: 'venue', title: 'Branch', latitude: 52.5 }),
  contact: thing('[contact] Ana Pérez +15550100', { type: 'contact', phone: '+15550100' }),
  poll: thing('[poll] Which network?', { type: 'poll', options: ['Tron', 'Ethereum'] }),
  dice: thing('[dice] 🎲 6', { type: 'dice', value: 6 }, 'gesture'),
  game: unsupported('game'),
  story: unsupported('story'),
  checklist: unsupported('checklist'),
  paid_media: unsupported('paid_media'),
  invoice: unsupported('invoice'),
  unknown_content: unsupported('hologram'),
  empty_content: unsupported('empty message'),
  reply: message({ replyToExternalId: expect.any(String), extras: { quote: { text: 'Which network?' } } }),
  reply_to_media: message({ extras: { quote: { text: 'my screenshot of the deposit' } } }),
  reply_quote: message({ extras: { quote: { text: 'network' } } }),
  external_reply: message({ text: 'about this' }),
  reply_to_story: message({ text: 'nice' }),
  forward_user: forwarded('person'),
  forward_hidden_user: forwarded('hidden'),
  forward_chat: forwarded('group'),
  forward_channel: forwarded('channel'),
  forward_photo: message({
    attachments: [{ kind: 'photo' }],
    extras: { forwardedFrom: { kind: 'hidden', name: 'Bo' } },
  }),
  via_bot: message({ text: 'shared' }),
  album_first: message({ albumKey: expect.stringMatching(/^album:/u), text: 'my 🙂 screenshot' }),
  album_second: message({ albumKey: expect.any(String), extras: { standIn: 'file' } }),
  album_video: message({ albumKey: expect.any(String), attachments: [{ kind: 'video' }] }),
  album_document: message({ albumKey: expect.any(String), text: 'both' }),
  private_topic: message({ thread: { kind: 'private', key: expect.stringMatching(/\/t9$/u) } }),
  group_chatter: filed('group message not addressed to the bot'),
  group_mention: message({ thread: { kind: 'group' } }),
  group_mention_in_caption: message({ thread: { kind: 'group' }, attachments: [{ kind: 'photo' }] }),
  group_command: message({ thread: { kind: 'group' } }),
  group_reply_to_bot: message({ text: 'yes' }),
  group_photo_reply_to_bot: message({ attachments: [{ kind: 'photo' }] }),
  group_anonymous_admin: message({ author: { isBot: false } }),
  group_topic: message({ thread: { key: expect.stringContaining('/t5/u') } }),
  topic_created: filed('service message forum_topic_created'),
  group_member_joined: filed('service message new_chat_members'),
  group_member_left: filed('service message left_chat_member'),
  group_title: filed('service message new_chat_title'),
  group_pinned: filed('service message pinned_message'),
  group_migrate_to: [{ outcome: 'moved', fromChatKey: expect.any(String), toChatKey: expect.any(String) }],
  group_migrate_from: [{ outcome: 'moved', fromChatKey: expect.any(String), toChatKey: expect.any(String) }],
  channel_post: filed('update of kind channel_post'),
  edited_channel_post: filed('update of kind edited_channel_post'),
  edited_text: edit({ text: 'Hola, ¿dónde está mi retiro?' }),
  edited_caption: edit({ text: 'the right one', attachments: [{ kind: 'photo' }] }),
  edited_caption_removed: edit({ text: '[photo]', extras: { standIn: 'file' } }),
  edited_media: edit({ attachments: [{ kind: 'document' }] }),
  edited_live_location: edit({ text: '[location] 52.6, 13.5', extras: { content: { type: 'location' } } }),
  reaction_added: [{ outcome: 'event', event: { type: 'reaction', emoji: ['👍'] } }],
  reaction_changed: [{ outcome: 'event', event: { type: 'reaction', emoji: ['❤'] } }],
  reaction_removed: [{ outcome: 'event', event: { type: 'reaction', emoji: [] } }],
  reaction_custom: [{ outcome: 'event', event: { type: 'reaction', emoji: ['✨'] } }],
  reaction_count: filed('update of kind message_reaction_count'),
  callback_query: message({
    externalId: expect.stringMatching(/^callback:/u),
    extras: { content: { type: 'button', data: 'topic:refund' } },
    acknowledge: { callbackQueryId: expect.any(String) },
    replyToExternalId: expect.any(String),
  }),
  callback_query_inaccessible: message({
    text: 'topic:refund',
    extras: { content: { type: 'button' } },
    // Such a message names no topic.
    joinsAnswered: true,
  }),
  callback_query_inline: filed('a press on a button that is in no chat of ours'),
  poll_state: filed('update of kind poll'),
  poll_answer: thing('[poll answer] 2', { type: 'pollAnswer', options: [1] }),
  poll_answer_of_a_chat: filed('an anonymous vote'),
  poll_answer_withdrawn: thing('[poll answer] taken back', { type: 'pollAnswer', options: [] }),
  bot_blocked: [{ outcome: 'event', event: { type: 'reach', reachable: false } }],
  bot_unblocked: [{ outcome: 'event', event: { type: 'reach', reachable: true } }],
  bot_added_to_group: filed('the bot was added to a group or channel'),
  bot_removed_from_group: filed('the bot was removed from a group'),
  chat_member: filed('update of kind chat_member'),
  chat_join_request: filed('update of kind chat_join_request'),
  inline_query: filed('update of kind inline_query'),
  chosen_inline_result: filed('update of kind chosen_inline_result'),
  unknown_update: [{ outcome: 'parked', reason: 'update of unknown kind telepathy' }],
  business_enabled: filed('business connection enabled'),
  business_disabled: filed('business connection disabled'),
  business_text: message({ text: 'hello shop', thread: { key: expect.stringContaining('/b') } }),
  business_photo: message({ attachments: [{ kind: 'photo' }] }),
  business_own: filed('written by the business account itself'),
  business_by_bot: filed('written by the business account itself'),
  edited_business_text: edit({ text: 'hello again' }),
  deleted_business_messages: [
    { outcome: 'event', event: { type: 'delete' } },
    { outcome: 'event', event: { type: 'delete' } },
  ],
};

function events(results: readonly Normalised[]): InboundEvent[] {
  return results.flatMap((result) => (result.outcome === 'event' ? [result.event] : []));
}

describe('every kind of update', () => {
  test.each(UPDATE_KINDS.map(({ name }) => name))('%s', (name) => {
    expect(normaliseUpdate(updateOf(name), CONTEXT)).toMatchObject(EXPECTED[name] ?? { missing: name });
  });

  test('has keys of its own, the same each time it is delivered', () => {
    const keys = UPDATE_KINDS.flatMap(({ update }) =>
      [1, 2].flatMap((n) =>
        normaliseUpdate(update(n), CONTEXT).map((result) =>
          result.outcome === 'event' ? result.event.eventKey : result.eventKey,
        ),
      ),
    );
    expect(new Set(keys).size).toBe(keys.length);
    for (const { update } of UPDATE_KINDS) {
      expect(normaliseUpdate(update(3), CONTEXT)).toEqual(normaliseUpdate(update(3), CONTEXT));
    }
  });

  test('never holds a link or a token where a file is named', () => {
    const seen = JSON.stringify(UPDATE_KINDS.map(({ update }) => normaliseUpdate(update(4), CONTEXT)));
    expect(seen).toContain('fileId');
    expect(seen).not.toMatch(/file_path|api\.telegram\.org/u);
  });

  test('an edit, a deletion and a reaction are about the message that was stored', () => {
    const [stored] = events(normaliseUpdate(updateOf('text', 7), CONTEXT));
    const [edited] = events(normaliseUpdate(updateOf('edited_text', 7), CONTEXT));
    const [reacted] = events(normaliseUpdate(updateOf('reaction_added', 7), CONTEXT));
    const id = stored?.type === 'message' ? stored.externalId : 'none';
    expect(edited).toMatchObject({ targetExternalId: id });
    expect(reacted).toMatchObject({ targetExternalId: id });
    expect(parseMessageKey(id).messageId).toBeGreaterThan(0);
  });

  test('in groups: a file of an album without words may belong to one with the mention', () => {
    const update = updateOf('album_second') as { message: { chat: object } };
    const chat = { id: -1_001_234_567_890, type: 'supergroup', title: 'Acme users' };
    const inGroup = { ...update, message: { ...update.message, chat } };
    expect(normaliseUpdate(inGroup, CONTEXT)).toMatchObject([{ event: { joinsOnly: true } }]);
    expect(normaliseUpdate(inGroup, { ...CONTEXT, groups: 'all' })[0]).not.toMatchObject({
      event: { joinsOnly: true },
    });
  });

  test('in groups: an edit without the mention counts only where its message is stored', () => {
    const { message } = updateOf('text') as { message: object };
    const chat = { id: -1_001_234_567_890, type: 'supergroup', title: 'Acme users' };
    const edited = { update_id: 9, edited_message: { ...message, chat, edit_date: 1_700_000_009 } };
    expect(normaliseUpdate(edited, CONTEXT)).toMatchObject([{ event: { type: 'edit', joinsOnly: true } }]);
    const ours = { ...edited, edited_message: { ...edited.edited_message, chat: { id: 7, type: 'private' } } };
    expect(normaliseUpdate(ours, CONTEXT)[0]).not.toMatchObject({ event: { joinsOnly: true } });
  });

  test('every reaction in a group counts only where the whole group is ours', () => {
    const update = updateOf('reaction_added') as { message_reaction: object };
    const chat = { id: -1_001_234_567_890, type: 'supergroup', title: 'Acme users' };
    const inGroup = { ...update, message_reaction: { ...update.message_reaction, chat } };
    expect(normaliseUpdate(inGroup, CONTEXT)).toMatchObject([{ outcome: 'filed' }]);
    expect(normaliseUpdate(inGroup, { ...CONTEXT, groups: 'all' })).toMatchObject([{ event: { type: 'reaction' } }]);
  });
});

/** Replaces one value somewhere in an update by something else. */
function mutate(value: unknown, path: readonly number[], instead: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined || typeof value !== 'object' || value === null) return instead;
  const entries = Object.entries(value);
  if (entries.length === 0) return instead;
  const [key] = entries[step % entries.length] ?? [''];
  const changed = entries.map(([name, one]) => [name, name === key ? mutate(one, rest, instead) : one] as const);
  return Array.isArray(value) ? changed.map(([, one]) => one) : Object.fromEntries(changed);
}

test('whatever is changed in an update of any kind, it is read, filed or parked', () => {
  const anything = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(Number.MAX_SAFE_INTEGER, -1, 2 ** 60, '', '\u0000', '\ud800', null, [], {}),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...UPDATE_KINDS),
      fc.array(fc.nat(30), { minLength: 1, maxLength: 6 }),
      anything,
      (kind, path, instead) => {
        const results = normaliseUpdate(mutate(kind.update(1), path, instead), CONTEXT);
        expect(results.length).toBeGreaterThan(0);
        for (const result of results) {
          const key = result.outcome === 'event' ? result.event.eventKey : result.eventKey;
          expect(key).not.toBe('');
          if (result.outcome !== 'event') continue;
          expect(result.event.author.displayName).not.toBe('');
          if (result.event.type !== 'message') continue;
          expect(result.event.text.isWellFormed() && !result.event.text.includes('\0')).toBe(true);
          expect(result.event.text).not.toBe('');
        }
      },
    ),
    { numRuns: 3_000 },
  );
});
