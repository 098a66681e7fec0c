import { expect, test } from '@jest/globals';
import { type NormaliseContext, normaliseUpdate } from '../../../../channels/telegram/normalise.ts';

const CONTEXT: NormaliseContext = { bot: { id: 700_000_001, username: 'acme_support_bot' }, groups: 'mention' };
const ANA = { id: 7, is_bot: false, first_name: 'Ana' };
const CHAT = { id: 7, type: 'private', first_name: 'Ana' };

const UPDATES: Readonly<Record<string, (id: string) => object>> = {
  'a press': (id) => ({
    callback_query: { id, from: ANA, data: 'x', message: { message_id: 1, date: 1, chat: CHAT } },
  }),
  'a vote': (id) => ({ poll_answer: { poll_id: id, user: ANA, option_ids: [0] } }),
  'an album': (id) => ({
    message: { message_id: 1, date: 1, from: ANA, chat: CHAT, media_group_id: id, photo: [{ file_id: 'f' }] },
  }),
  'a message of a business': (id) => ({
    business_message: { message_id: 1, date: 1, from: ANA, chat: CHAT, business_connection_id: id, text: 'hi' },
  }),
};

// Neither is anything the platform sends; one the store refused would come again and again.
test.each(Object.entries(UPDATES))('%s with an id of whatever bytes and length can be stored', (_, update) => {
  for (const id of ['a\u0000b', '\ud800', ...Array.from({ length: 40 }, (_, more) => `${'x'.repeat(270 + more)}😀`)]) {
    const written = JSON.stringify(normaliseUpdate({ update_id: 1, ...update(id) }, CONTEXT));
    // JSON shows both as escapes.
    expect(written).not.toMatch(/\\u0000|\\ud[89a-f]/iu);
    expect(written).toContain('"event"');
  }
});
