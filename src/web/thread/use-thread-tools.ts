import { useMemo } from 'react';
import { deleteMessage, fetchFileAgain, patchMessage, putReaction } from '../api/calls.ts';
import type { Conversation, Message } from '../api/model.ts';
import { announceFailure } from '../app/announcements.ts';
import { useDesk } from '../app/desk.tsx';
import { queries, showConversation, threadKey } from '../app/queries.ts';
import type { ChannelAbilities } from '../channels/abilities.ts';
import type { ThreadTools } from './thread-tools.ts';

/** What can be done with the messages of this conversation, over the API. */
export function useThreadToolsOf(options: {
  conversation: Conversation;
  abilities: ChannelAbilities | null;
  readOnly: boolean;
  answer(message: Message): void;
}): ThreadTools {
  const { conversation, abilities, readOnly, answer } = options;
  const { session } = useDesk();
  const { id, subject } = conversation;
  const isPrivate = conversation.threadKind === 'private';
  const me = session.agent.id;
  const contactName = conversation.contact.name;
  return useMemo<ThreadTools>(() => {
    const run = async (request: () => Promise<unknown>): Promise<boolean> => {
      try {
        await request();
        return true;
      } catch (thrown) {
        announceFailure(thrown);
        return false;
      } finally {
        void queries.invalidateQueries({ queryKey: threadKey(id) });
      }
    };
    const act = (request: () => Promise<{ conversation: Conversation | null }>): Promise<boolean> =>
      run(async () => {
        const { conversation: now } = await request();
        if (now !== null) showConversation(now, me);
      });
    return {
      abilities,
      readOnly,
      isPrivate,
      contactName,
      subject,
      answer,
      edit: (messageId, text) => act(() => patchMessage(messageId, { id: crypto.randomUUID(), text })),
      remove: (messageId) => act(() => deleteMessage(messageId, crypto.randomUUID())),
      react: (messageId, emoji) => act(() => putReaction(messageId, { id: crypto.randomUUID(), emoji })),
      fetchFile: (attachmentId) => run(() => fetchFileAgain(attachmentId)),
    };
  }, [abilities, readOnly, isPrivate, contactName, subject, answer, id, me]);
}
