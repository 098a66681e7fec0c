import { describe, expect, test } from '@jest/globals';
import { normalisePayload } from '../../../../../channels/x/normalise.ts';
import type { EventStyle, XCustomer, XSimulator } from '../../../../../channels/x/simulator/index.ts';
import type { Normalised } from '../../../../../src/core/model/inbound.ts';
import { begin } from './clients.ts';
import { webhookApp } from './webhook-app.ts';

const TYPES = [
  'dm.received',
  'dm.sent',
  'post.mention.create',
  'post.reply.create',
  'post.quote.create',
  'chat.received',
  'dm.indicate_typing',
];

/** What the channel makes of it: each message by its key, as it would be kept. */
function messagesIn(payloads: readonly unknown[]): Map<string, unknown> {
  const context = { selfId: null, selfHandle: null, campaignTags: [] };
  const found = new Map<string, unknown>();
  for (const payload of payloads) {
    for (const one of normalisePayload(payload, context)) {
      const told: Normalised = one;
      if (told.outcome === 'parked') throw new Error(`parked: ${told.reason}`);
      if (told.outcome === 'event') found.set(told.event.eventKey, told.event);
    }
  }
  return found;
}

/** One of everything a customer may write to us. */
function writeAll(ana: XCustomer, announced: string, simulator: XSimulator): void {
  ana.direct('hello <you> & see https://acme.com/help?a=1&b=2');
  ana.direct('a picture', { file: { mime: 'image/png', bytes: Buffer.from('p') } });
  ana.direct('a film', { file: { mime: 'video/mp4', bytes: Buffer.from('v') } });
  ana.mention('where is my deposit? https://acme.com/tx #deposit $BTC 🎉 done?');
  ana.mention(`please help: ${'it is all gone. '.repeat(14)}really?`, {
    files: [{ mime: 'image/png', bytes: Buffer.from('p') }],
  });
  ana.reply(announced, 'my withdrawal is stuck, why?');
  ana.quote(announced, 'why is that?');
  simulator.say(ana.id, 'ours');
  ana.type();
}

async function toldBy(style: EventStyle): Promise<{ delivered: Map<string, unknown>; polled: Map<string, unknown> }> {
  const { simulator, app, user } = await begin();
  const hook = await webhookApp(simulator.credentials.appSecret);
  const { data } = await app.v2.post<{ data: { id: string } }>('webhooks', { url: hook.url });
  for (const event_type of TYPES) {
    await app.v2.post('activity/subscriptions', {
      event_type,
      filter: { user_id: simulator.selfId },
      webhook_id: data.id,
    });
  }
  simulator.setEventStyle(style);
  const ana = simulator.customer(undefined, { handle: 'ana_lee', name: 'Ana Lee' });
  writeAll(ana, simulator.announce('Withdrawals are open.'), simulator);
  await hook.came(simulator.log.events.length);
  const about = { selfId: simulator.selfId };
  const query = {
    'tweet.fields':
      'attachments,author_id,conversation_id,created_at,display_text_range,edit_history_tweet_ids,entities,in_reply_to_user_id,lang,note_tweet,referenced_tweets',
    'user.fields': 'affiliation',
    'media.fields': 'url,variants,width,height,duration_ms',
  };
  const mentions: unknown = await user.v2.get(`users/${simulator.selfId}/mentions`, {
    ...query,
    expansions: 'author_id,referenced_tweets.id,referenced_tweets.id.author_id,attachments.media_keys',
  });
  const directs: unknown = await user.v2.get('dm_events', {
    ...query,
    'dm_event.fields': 'attachments,created_at,dm_conversation_id,entities,event_type,id,sender_id,text',
    expansions: 'sender_id,attachments.media_keys',
  });
  return {
    delivered: messagesIn(hook.delivered.map(({ json }) => json)),
    polled: messagesIn([mentions, directs].map((body) => ({ v: 1, body, about }))),
  };
}

describe('what the channel makes of what the simulator tells', () => {
  test.each(['activity', 'pascal'] as const)('as %s: the same as what asking brings', async (style) => {
    const { delivered, polled } = await toldBy(style);
    expect(delivered.size).toBe(7);
    // A quote without our name stands in no list of mentions.
    expect(polled.size).toBe(6);
    for (const [key, event] of polled) {
      const told = delivered.get(key);
      expect(told).toMatchObject({
        text: (event as { text: string }).text,
        thread: (event as { thread: object }).thread,
      });
      expect(withoutPlaces(told)).toEqual(withoutPlaces(event));
    }
    const texts = Array.from(delivered.values(), (event) => (event as { text: string }).text);
    expect(texts).toContain('hello <you> & see https://acme.com/help?a=1&b=2');
    expect(texts).toContain('my withdrawal is stuck, why?');
  });

  test('as older Account Activity: the same words under the same keys', async () => {
    const { delivered, polled } = await toldBy('account_activity');
    expect(delivered.size).toBe(7);
    for (const [key, event] of polled) {
      expect(delivered.get(key)).toMatchObject({
        text: (event as { text: string }).text,
        author: { handle: 'ana_lee' },
      });
    }
  });
});

/** Direct events of asking name a file by its key, activities by where it is. */
function withoutPlaces(event: unknown): unknown {
  const copy = structuredClone(event) as {
    attachments?: { remote?: object; uniqueRef?: unknown }[];
    occurredAtMs?: unknown;
  };
  for (const file of copy.attachments ?? []) {
    delete file.remote;
    delete file.uniqueRef;
  }
  return copy;
}
