/** The store's hot path driven by hand, without gateway or platform: messages in, decisions, settlements. */
import { createUuidV7, systemClock } from '../../dist/src/core/ids-and-time.js';
import { createPipelineStore } from '../../dist/src/store/hot/pipeline-store.js';

const TEXT = 'Hello, I sent a deposit two hours ago and it still does not show in my balance. '.repeat(4);
const ids = createUuidV7(systemClock);

/**
 * @param {{query: Function}} client a connected pg client
 * @param {(name: string, text: string, parameters: unknown[]) => Promise<object[]>} prepared runs one statement
 * @param {() => number} nextChat index of the chat of the next message
 */
export async function createPipeline(client, prepared, nextChat) {
  const instance = ids.uuid();
  await client.query(
    `INSERT INTO instance (id, roles, host, pid, version, embedded) VALUES ($1, '{worker}', 'bench', 1, '0', false)`,
    [instance],
  );
  await client.query(`INSERT INTO account (id, channel) VALUES ('tg', 'telegram') ON CONFLICT DO NOTHING`);
  const store = createPipelineStore({
    database: { prepared },
    clock: systemClock,
    instance,
    shards: 2,
    ingest: { pauseMs: 0, pauseMaxMs: 0, firstOwner: { kind: 'bot' }, lanes: 1 },
  });

  return {
    /** Stores as many messages as one batch. */
    ingest: (size) => Promise.all(Array.from({ length: size }, () => store.ingest(item(nextChat())))),
    /** Claims what is due, answers it, and marks it sent. */
    async drain(limit) {
      const works = await store.claim({ shard: null, limit, overdueMs: 0, suspicion: 0 });
      const decided = await Promise.all(works.map((work) => store.decide(decision(work))));
      await Promise.all(decided.map(({ work }) => store.settle(settlement(work))));
    },
  };
}

function item(chat) {
  const id = String(500_000_000 + chat);
  const number = ids.uuid();
  const event = {
    type: 'message',
    eventKey: `${number}:message:${id}:0`,
    occurredAtMs: Date.now(),
    thread: { key: id, kind: 'private' },
    author: { externalId: id, displayName: `Customer ${chat}`, handle: `c${chat}`, languageCode: 'en', isBot: false },
    externalId: `${id}:${number}`,
    text: TEXT,
  };
  const made = ['thread', 'identity', 'contact', 'conversation', 'message'].map((key) => [key, ids.uuid()]);
  return {
    accountId: 'tg',
    channel: 'telegram',
    eventKey: event.eventKey,
    raw: Buffer.alloc(730, 7),
    rawBlob: null,
    content: { outcome: 'event', event, thanks: false, findings: [] },
    ids: Object.fromEntries(made),
  };
}

const fence = ({ threadId, token }) => ({ threadId, token, release: false });

function decision(work) {
  const outbound = {
    id: ids.uuid(),
    text: TEXT,
    body: null,
    class: 'repeatable',
    causeId: work.messages[0].id,
    parts: [{ id: ids.uuid(), part: { text: TEXT }, replyTo: null }],
  };
  return {
    ...fence(work),
    conversationId: work.conversation.id,
    ownerVersion: work.conversation.ownerVersion,
    messageIds: work.messages.map(({ id }) => id),
    messageState: 'answered',
    why: 'echo: echo',
    memory: { noAnswers: 0, warned: false, brains: {} },
    language: null,
    handoffTeam: null,
    secretTold: false,
    urgent: false,
    usedTurn: null,
    newTurn: null,
    outbound: [outbound],
  };
}

function settlement(work) {
  return {
    ...fence(work),
    deliveryId: work.delivery.id,
    nextState: 'sent',
    externalId: `out:${work.delivery.id}`,
    errorKind: null,
    error: null,
    retryMs: null,
    ambiguous: false,
    notCalled: false,
    blockChatMs: null,
    blockAccountMs: null,
    unreachable: false,
    newAddress: null,
  };
}
