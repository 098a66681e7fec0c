import type { Conversation, Message } from '../api/model.ts';

/** What a colleague did in a conversation since it was opened. */
export type ColleagueDid =
  | { type: 'replied'; name: string; at: string; seq: number }
  | { type: 'has-it'; name: string };

/**
 * What the agent should know before answering: a colleague's reply that came after the thread was opened (or after it was last
 * acknowledged), else that a colleague owns the conversation.
 */
export function colleagueDid(
  conversation: Conversation,
  items: readonly Message[],
  me: string,
  sinceSeq: number,
): ColleagueDid | null {
  // One's own answer after it: it was seen.
  const later = items.filter((one) => one.seq > sinceSeq && one.kind === 'outbound' && one.author.kind === 'agent');
  const last = later.at(-1);
  if (last !== undefined && last.author.id !== me) {
    return { type: 'replied', name: last.author.name, at: last.at, seq: last.seq };
  }
  const { kind, agent } = conversation.owner;
  return kind === 'agent' && agent !== null && agent.id !== me && conversation.status !== 'resolved'
    ? { type: 'has-it', name: agent.name }
    : null;
}
