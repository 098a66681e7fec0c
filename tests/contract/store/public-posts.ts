import { createUuidV7, systemClock } from '../../../src/core/ids-and-time.ts';
import type { Viewer } from '../../../src/core/model/agent.ts';
import { type AgentId, brandId, type ConversationId } from '../../../src/core/model/ids.ts';
import type { InboundMessage } from '../../../src/core/model/inbound.ts';
import type { Bot } from '../../../src/core/ports/brain.ts';
import type { SendRequest } from '../../../src/core/ports/channel.ts';
import type { PublicAnswers } from '../../../src/core/rules/public-answers.ts';
import { echoBot, type Gateway } from '../../kit/pipeline/harness.ts';
import { customerMessage, memoryChannel } from '../../kit/pipeline/memory-channel.ts';

/** Sees every team's. */
export const LEAD: Viewer = { id: brandId('01900000-0000-7000-8000-0000000000aa'), role: 'lead', teamIds: [] };
/** Echoes, with all the limits of one that talks. */
export const talkingBot: Bot = { ...echoBot, echoOnly: false };
/** What the account may say by itself. */
export const APPROVED = 'Write to @Example in private. We never write first.';

/** An account whose posts everybody reads, and what was sent over it. */
export function publicAccount(mode: PublicAnswers['mode'], perHour = 100, id = 'mem') {
  const sent: SendRequest[] = [];
  const account = memoryChannel(id, {
    opensPrivately: true,
    publicAnswers: { mode, texts: [{ language: 'en', text: APPROVED }], perHour, officialName: '@Example' },
    refusalFor: ({ kind, entry }) => (kind === 'group' && entry === null ? 'not_called' : null),
    render: ({ text, buttons }) => text.split('|').map((part) => ({ text: part, ...(buttons ? { buttons } : {}) })),
    send: (request) => {
      sent.push(request);
      return Promise.resolve({ kind: 'sent', externalId: request.targetExternalId ?? `out${sent.length}` });
    },
  });
  return { account, sent };
}

let counter = 0;

/** A post of somebody, who called us by name unless said otherwise. */
export function post(author: string, text: string, more: Partial<InboundMessage> = {}): InboundMessage {
  counter += 1;
  return customerMessage(`post${counter}`, text, {
    thread: { key: more.thread?.key ?? `post${counter}`, kind: 'group' },
    author: { externalId: author, displayName: author, languageCode: 'en', isBot: false },
    entry: 'called',
    meetsAgain: true,
    ...more,
  });
}

/** A direct message of somebody. */
export const direct = (author: string, text: string): InboundMessage =>
  post(author, text, { thread: { key: `dm-${author}`, kind: 'private' }, entry: 'none' });

/** All of them, as they came. */
export const conversations = (on: Gateway) =>
  on.database.db.selectFrom('conversation').selectAll().orderBy('number').execute();
/** What was sent, in words. */
export const texts = (sent: readonly SendRequest[]): unknown[] => sent.map(({ part }) => part['text']);
/** Of a row that has to be there. */
export const idOf = (row: { id: string } | undefined): ConversationId => brandId(row?.id ?? '');

/** A lead with a row of their own. */
export async function signedUp(on: Gateway): Promise<AgentId> {
  const id = createUuidV7(systemClock).uuid();
  await on.database.db
    .insertInto('agent')
    .values({ id, email: `${id}@x.example`, name: 'Mei', role: 'lead', password_hash: 'none' })
    .execute();
  return brandId(id);
}
