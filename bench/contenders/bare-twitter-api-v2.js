/**
 * Bare twitter-api-v2: a loop that asks what is new and answers each direct message with its own words; nothing stored, nothing queued.
 * X brings nothing by itself to a program like this, so how late it answers is how often it asks.
 */
import https from 'node:https';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { TwitterApi } from 'twitter-api-v2';
import { ready, settings } from './settings.js';

/** As often as Parley asks a server that is not X itself. */
const POLL_MS = 500;
const PAGE = 100;

/** The library has no option for another address: only its connections can be led elsewhere. */
class LoopbackAgent extends https.Agent {
  createConnection() {
    const { hostname: host, port } = new URL(settings.apiRoot);
    return net.connect({ host, port: Number(port), noDelay: true });
  }
}

const client = new TwitterApi(settings.keys, { httpAgent: new LoopbackAgent({ keepAlive: true }) });
const { data: me } = await client.v2.me();
let newestMention;
/** Null: not asked yet; what was there before us is not answered. */
let newestDirect = null;

async function readDirects() {
  const found = [];
  let newest = newestDirect;
  const events = await client.v2.listDmEvents({
    max_results: PAGE,
    event_types: ['MessageCreate'],
    'dm_event.fields': ['sender_id', 'text'],
  });
  // Newest first, and nothing to say from where on: pages are asked for until one is known.
  for await (const event of events) {
    if (newestDirect !== null && BigInt(event.id) <= newestDirect) break;
    if (newest === null || BigInt(event.id) > newest) newest = BigInt(event.id);
    if (newestDirect === null) break;
    if (event.sender_id !== me.id) found.push(event);
  }
  newestDirect = newest ?? 0n;
  for (const { sender_id: sender, text } of found.reverse()) {
    client.v2.sendDmToParticipant(sender, { text }).catch(() => undefined);
  }
}

async function readMentions() {
  const { meta } = (
    await client.v2.userMentionTimeline(me.id, {
      max_results: PAGE,
      ...(newestMention === undefined ? {} : { since_id: newestMention }),
    })
  ).data;
  newestMention = meta?.newest_id ?? newestMention;
}

let isOver = false;
await readDirects();
ready(() => {
  isOver = true;
  return Promise.resolve();
});
while (!isOver) {
  await Promise.allSettled([readDirects(), readMentions()]);
  await sleep(POLL_MS);
}
