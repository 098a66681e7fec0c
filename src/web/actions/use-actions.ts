import { useCallback, useMemo } from 'react';
import {
  deleteBlock,
  deleteSuggestion,
  postBlock,
  postConfirm,
  postOwner,
  postRecover,
  postResolve,
  postReview,
} from '../api/calls.ts';
import { asFailure } from '../api/failure.ts';
import type { Acted, Block, ChangeOwner, Conversation } from '../api/model.ts';
import { announce, announceFailure } from '../app/announcements.ts';
import { useDesk } from '../app/desk.tsx';
import { hideConversation, knownConversation, queries, showConversation, threadKey } from '../app/queries.ts';
import { useText } from '../i18n/text.ts';

/** What an agent can do with a conversation. Each shows at once what it will be, and what it is when the server disagrees. */
export interface Actions {
  take(): Promise<boolean>;
  giveToBot(): Promise<boolean>;
  assign(to: ChangeOwner['to']): Promise<boolean>;
  resolve(): Promise<boolean>;
  review(deliveryId: string, verdict: 'resend' | 'dismiss'): Promise<boolean>;
  /** Takes it out of what was filed. */
  recover(): Promise<boolean>;
  /** Puts the bot's draft aside. */
  putAside(): Promise<boolean>;
  /** The sender is who they say. */
  confirm(): Promise<boolean>;
  block(block: Block): Promise<boolean>;
  unblock(): Promise<boolean>;
}

/** @returns functions that tell whether it was done; a failure has been announced by then */
export function useActions(conversationId: string): Actions {
  const { session } = useDesk();
  const t = useText();
  const me = session.agent.id;

  const run = useCallback(
    async (request: () => Promise<Acted>, expected?: Partial<Conversation>): Promise<boolean> => {
      const before = knownConversation(conversationId);
      if (before !== undefined && expected !== undefined) showConversation({ ...before, ...expected }, me);
      try {
        const { conversation } = await request();
        if (conversation === null) hideConversation(conversationId);
        else showConversation(conversation, me);
        return true;
      } catch (thrown) {
        const { owner } = asFailure(thrown);
        if (before !== undefined) showConversation(before, me);
        if (owner === undefined) announceFailure(thrown);
        else if (owner.agentName !== null) announce(t('conflict.agent', { name: owner.agentName }), { tone: 'bad' });
        else announce(owner.kind === 'none' ? t('conflict.resolved') : t('conflict.other'), { tone: 'bad' });
        return false;
      } finally {
        void queries.invalidateQueries({ queryKey: threadKey(conversationId) });
        void queries.invalidateQueries({ queryKey: ['list'] });
        void queries.invalidateQueries({ queryKey: ['counts'] });
      }
    },
    [conversationId, me, t],
  );

  return useMemo<Actions>(() => {
    const versionNow = (): number => knownConversation(conversationId)?.ownerVersion ?? 0;
    const own = (to: ChangeOwner['to'], expected: Conversation['owner']): Promise<boolean> => {
      const expectedOwnerVersion = versionNow();
      return run(() => postOwner(conversationId, { to, expectedOwnerVersion }), { owner: expected });
    };
    const teamId = (): string | null => knownConversation(conversationId)?.owner.teamId ?? null;
    const assign = (to: ChangeOwner['to']): Promise<boolean> => {
      if (to.kind === 'bot') return own(to, { kind: 'bot', teamId: teamId(), agent: null });
      if (to.kind === 'queue') return own(to, { kind: 'queue', teamId: to.teamId, agent: null });
      const agent = session.agents.find((one) => one.id === to.agentId) ?? null;
      return own(to, { kind: 'agent', teamId: teamId(), agent });
    };
    return {
      assign,
      take: () => assign({ kind: 'agent', agentId: me }),
      giveToBot: () => assign({ kind: 'bot' }),
      resolve: () => {
        const expectedOwnerVersion = versionNow();
        return run(() => postResolve(conversationId, expectedOwnerVersion), { status: 'resolved' });
      },
      review: (deliveryId, verdict) => run(() => postReview(deliveryId, verdict)),
      recover: () => run(() => postRecover(conversationId)),
      putAside: () => run(() => deleteSuggestion(conversationId), { suggestion: null }),
      confirm: () => run(() => postConfirm(conversationId)),
      block: (block) => run(() => postBlock(conversationId, block)),
      unblock: () => run(() => deleteBlock(conversationId)),
    };
  }, [conversationId, me, run, session.agents]);
}
