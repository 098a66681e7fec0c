import type { TurnInput } from '../../../src/bot/pipeline.ts';
import { type AccountId, brandId, type ConversationId } from '../../../src/core/model/ids.ts';

/** A turn's input with one harmless message, changed as wanted. */
export function turnInput(changes: Partial<TurnInput> = {}): TurnInput {
  return {
    accountId: brandId<AccountId>('tg'),
    channel: 'telegram',
    conversationId: brandId<ConversationId>('c1'),
    language: 'en',
    messages: [{ seq: 1, text: 'a question' }],
    memory: {},
    secretMasked: false,
    ...changes,
  };
}
