import { createContext, use } from 'react';
import type { Message } from '../api/model.ts';
import type { ChannelAbilities } from '../channels/abilities.ts';
import { sendParts } from './delivery-summary.ts';

/** What can be done with a single message of the open thread. */
export interface ThreadTools {
  /** What the conversation's channel can do; null until it is known. */
  abilities: ChannelAbilities | null;
  readOnly: boolean;
  /** Whether only the customer reads what stands there. */
  isPrivate: boolean;
  /** As the thread names the customer. */
  contactName: string;
  /** Of a conversation of letters. */
  subject: string | null;
  /** The next reply answers this message. */
  answer(message: Message): void;
  /** Each tells whether the server took it; a refusal has been announced by then. */
  edit(messageId: string, text: string): Promise<boolean>;
  remove(messageId: string): Promise<boolean>;
  /** Puts our reaction on a customer's message; null takes it back. */
  react(messageId: string, emoji: string | null): Promise<boolean>;
  /** Asks for a file that was refused or failed. */
  fetchFile(attachmentId: string): Promise<boolean>;
}

export const ThreadToolsContext = createContext<ThreadTools | null>(null);

/** The tools of the thread that is open. @throws {Error} outside of one */
export function useThreadTools(): ThreadTools {
  const tools = use(ThreadToolsContext);
  if (tools === null) throw new Error('useThreadTools is called outside of a thread');
  return tools;
}

/** Whether a message stands in the chat as a message of its own: a press on a button and a vote do not. */
function standsInChat({ extras }: Message): boolean {
  return extras?.content?.type !== 'button' && extras?.content?.type !== 'pollAnswer';
}

/** What the menu of a message offers; the server decides again. @param nowMs by the agent's clock */
export function offersOf(
  message: Message,
  tools: Pick<ThreadTools, 'abilities' | 'readOnly' | 'isPrivate'>,
  nowMs: number,
): { answer: boolean; react: boolean; edit: boolean; remove: boolean } {
  const { abilities, readOnly, isPrivate } = tools;
  const none = { answer: false, react: false, edit: false, remove: false };
  if (abilities === null || readOnly || message.deletedAt !== null) return none;
  if (message.kind === 'inbound') {
    const there = standsInChat(message);
    return { ...none, answer: there && abilities.replies, react: there && abilities.reactions !== 'none' };
  }
  const sent = sendParts(message.deliveries);
  const arrived =
    sent.length > 0 && sent.every((one) => one.state === 'sent' || one.state === 'delivered' || one.state === 'read');
  if (message.kind !== 'outbound' || !arrived) return none;
  const ageMs = nowMs - Date.parse(message.at);
  const within = (windowMs: number | null): boolean => windowMs === null || ageMs < windowMs;
  const own = message.author.kind === 'agent';
  const { deleteWindowMs, deleteWindowInPrivateMs = deleteWindowMs } = abilities;
  return {
    answer: abilities.replies,
    react: false,
    edit: own && within(abilities.editWindowMs),
    remove: own && within(isPrivate ? deleteWindowInPrivateMs : deleteWindowMs),
  };
}
