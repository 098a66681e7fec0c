import { Refused } from '../core/errors.ts';
import type { Viewer } from '../core/model/agent.ts';
import { brandId, type ConversationId, type DeliveryId, type MessageId } from '../core/model/ids.ts';
import type { ConversationShown } from '../core/model/inbox.ts';
import type { RenderedPart } from '../core/model/outbound.ts';
import type { ChannelAccount } from '../core/ports/channel.ts';
import type { Clock, IdGenerator } from '../core/ports/clock.ts';
import type { Amendable, Amendment, DeskStore, InboxStore } from '../core/ports/inbox-store.ts';
import type { WakeQueue } from '../core/ports/queue.ts';
import { standsInChat } from '../core/rules/message-words.ts';
import { noAccount, refusalOf, settle } from './inbox.ts';
import { refuseAccountData } from './public-replies.ts';

export interface AmendsDeps {
  store: Pick<InboxStore, 'conversation'>;
  desk: Pick<DeskStore, 'amend' | 'amendable'>;
  account(id: string): ChannelAccount | undefined;
  queue: Pick<WakeQueue, 'wake'>;
  ids: IdGenerator;
  clock: Clock;
  shards: number;
  /** Official addresses and names of ours, which may stand in public. */
  ours: readonly string[];
  /** Told after the commit of everything a person changed. */
  onChange(change: { conversationId: ConversationId }): void;
}

/**
 * What agents do to messages that are at the platform. `op` is the client's id of the act: sent again it is done once. Each
 * answers the conversation afterwards, or null when it left the agent's reach. @throws {Refused}
 */
export interface Amends {
  /** Puts other words into a message of ours, in its text or below its files. */
  edit(viewer: Viewer, message: MessageId, op: DeliveryId, text: string): Promise<ConversationShown | null>;
  /** Takes a message of ours back, every part and file of it. */
  remove(viewer: Viewer, message: MessageId, op: DeliveryId): Promise<ConversationShown | null>;
  /** Puts our one reaction on a customer's message in place of an earlier one; null takes it back. */
  react(viewer: Viewer, message: MessageId, op: DeliveryId, emoji: string | null): Promise<ConversationShown | null>;
}

/** A part of ours as it stands at the platform. */
interface Standing {
  externalId: string;
  part: RenderedPart;
}

interface Edited {
  externalId: string;
  part: RenderedPart;
}

function hours(ms: number): string {
  return ms >= 3_600_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 60_000)} min`;
}

/** @throws {Refused} when the platform lets nobody do this any more */
function checkWindow(
  { sentAtMs }: Amendable,
  windowMs: number | null,
  nowMs: number,
  { code, never, over }: { code: string; never: string; over: string },
): void {
  if (windowMs === null) return;
  if (windowMs === 0) throw new Refused(code, never, { mend: 'send another message that sets it right' });
  if (sentAtMs === null || nowMs - sentAtMs <= windowMs) return;
  throw new Refused(code, `${over} ${hours(windowMs)} after it was sent`, {
    mend: 'send another message that sets it right',
  });
}

/**
 * Which parts of a message an edit changes, and to what; null: the new words would be laid out in another number of messages. Files
 * stay as they are: where the words stand below the first of them, its part alone is changed.
 */
export function layOutEdit(
  standing: readonly Standing[],
  message: Pick<Amendable, 'extras'> & { files: NonNullable<Amendable['files']> },
  text: string,
  render: ChannelAccount['render'],
): Edited[] | null {
  const buttons = message.extras?.buttons === undefined ? {} : { buttons: message.extras.buttons };
  const attachments = message.files;
  const pair = (at: readonly Standing[], parts: readonly RenderedPart[]): Edited[] =>
    at.flatMap(({ externalId }, index) => {
      const part = parts[index];
      return part === undefined ? [] : [{ externalId, part }];
    });
  if (attachments.length === 0) {
    const parts = render({ text, ...buttons });
    return parts.length === standing.length ? pair(standing, parts) : null;
  }
  // Buttons below files may have made parts of their own that nobody can tell from words any more.
  if (message.extras?.buttons !== undefined) return null;
  const filesOnly = render({ text: '', attachments }).length;
  const behind = standing.slice(filesOnly);
  if (behind.length === 0) {
    const parts = render({ text, attachments });
    return parts.length === standing.length ? pair(standing.slice(0, 1), parts) : null;
  }
  const parts = render({ text });
  return parts.length === behind.length ? pair(behind, parts) : null;
}

/** The emoji as the channel writes it: keyboards add selectors of its look. @throws {Refused} for one it does not take */
function reactionAs(emoji: string, { channel, capabilities: { reactionEmoji } }: ChannelAccount): string {
  if (reactionEmoji === undefined) return emoji;
  const bare = (text: string): string => text.replaceAll('\uFE0F', '');
  const known = reactionEmoji.find((one) => bare(one) === bare(emoji));
  if (known !== undefined) return known;
  throw new Refused('reaction_unknown', `${channel} does not take this emoji as a reaction`, {
    mend: 'choose another one, or answer with words',
  });
}

/** Changes of sent messages over their stores. */
export function createAmends(deps: AmendsDeps): Amends {
  const { store, desk, ids, clock } = deps;

  async function find(viewer: Viewer, message: MessageId): Promise<{ found: Amendable; account: ChannelAccount }> {
    const found = await desk.amendable(viewer, message);
    if (found === null) throw new Refused('not_found', 'there is no such message', { mend: 'reload the conversation' });
    const account = deps.account(found.accountId);
    if (account === undefined) throw noAccount(found.accountId);
    return { found, account };
  }

  async function act(
    viewer: Viewer,
    message: MessageId,
    conversation: ConversationId,
    amendment: Amendment,
  ): Promise<ConversationShown | null> {
    const outcome = settle(await desk.amend(message, viewer.id, amendment));
    deps.onChange({ conversationId: conversation });
    deps.queue.wake(outcome.shard % deps.shards);
    return store.conversation(viewer, conversation);
  }

  /** The act's id stands on its first row: known there, it is known whole. */
  const rowsOf = (op: DeliveryId, parts: readonly Edited[]): Amendment['rows'] =>
    parts.map(({ externalId, part }, index) => ({
      id: index === 0 ? op : brandId<DeliveryId>(ids.uuid()),
      part,
      target: externalId,
    }));

  return {
    async edit(viewer, message, op, text) {
      const { found, account } = await find(viewer, message);
      if (found.kind !== 'outbound' || found.deleted) throw refusalOf('not_amendable');
      checkWindow(found, account.capabilities.editWindowMs, clock.nowMs(), {
        code: 'edit_window',
        never: `${account.channel} lets nobody edit a message`,
        over: `${account.channel} lets nobody edit a message more than`,
      });
      refuseAccountData(found.threadKind, text, deps.ours);
      const standing = found.targets.flatMap(({ externalId, part }) => (part === null ? [] : [{ externalId, part }]));
      if (standing.length === 0) throw refusalOf('not_sent');
      const { files } = found;
      if (files === null) {
        throw new Refused(
          'not_amendable',
          'a file of this message is not kept any more, so its words cannot be changed',
          {
            mend: 'delete the message and send another one',
          },
        );
      }
      const parts = layOutEdit(standing, { files, extras: found.extras }, text, (content) => account.render(content));
      if (parts === null) {
        throw new Refused(
          'too_long_to_edit',
          'the new words need another number of messages than stand in the chat, and an edit can neither add nor remove any',
          { mend: 'keep to about the length it had, or delete it and send it anew' },
        );
      }
      return act(viewer, message, found.conversationId, {
        action: 'edit',
        text,
        body: null,
        emoji: [],
        rows: rowsOf(op, parts),
      });
    },

    async remove(viewer, message, op) {
      const { found, account } = await find(viewer, message);
      if (found.kind !== 'outbound') throw refusalOf('not_amendable');
      // Whoever did not hear the answer asks once more.
      if (found.deleted) return store.conversation(viewer, found.conversationId);
      const { deleteWindowMs, deleteWindowInPrivateMs = deleteWindowMs } = account.capabilities;
      const windowMs = found.threadKind === 'private' ? deleteWindowInPrivateMs : deleteWindowMs;
      checkWindow(found, windowMs, clock.nowMs(), {
        code: 'delete_window',
        never: `${account.channel} lets nobody take a message back${deleteWindowMs === windowMs ? '' : ' that only the customer reads'}`,
        over: `${account.channel} lets nobody take a message back more than`,
      });
      if (found.targets.length === 0) throw refusalOf('not_sent');
      const parts = found.targets.map(({ externalId }) => ({ externalId, part: {} }));
      return act(viewer, message, found.conversationId, {
        action: 'delete',
        text: found.text,
        body: null,
        emoji: [],
        rows: rowsOf(op, parts),
      });
    },

    async react(viewer, message, op, emoji) {
      const { found, account } = await find(viewer, message);
      const [target] = found.targets;
      if (found.kind !== 'inbound' || found.deleted || target === undefined || !standsInChat(found.extras)) {
        throw refusalOf('not_amendable');
      }
      if (account.capabilities.reactions === 'none') {
        throw new Refused('no_reactions', `${account.channel} knows no reactions`, { mend: 'answer with words' });
      }
      const put = emoji === null ? null : reactionAs(emoji, account);
      return act(viewer, message, found.conversationId, {
        action: 'react',
        text: found.text,
        body: null,
        emoji: put === null ? [] : [put],
        rows: rowsOf(op, [{ externalId: target.externalId, part: { text: put ?? '' } }]),
      });
    },
  };
}
