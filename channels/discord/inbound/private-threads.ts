import { GO_PRIVATE } from '../../../src/core/model/extras.ts';
import { integerOf, recordOf, stringOf } from '../../shared/read-unknown.ts';
import { FORM_ID, wordsFor } from '../form.ts';
import { snowflakeOf } from '../ids.ts';
import { dataOfCustomId } from '../part.ts';
import { DiscordCallError, type DiscordRest } from '../transport/ports.ts';
import { CHANNEL_TYPE, type Fields, INTERACTION_TYPE, isThreadType } from './dispatch.ts';
import { createRecent } from './recent.ts';

/** Opens private threads for those who want to go on out of sight of a channel. */
export interface PrivateThreads {
  /**
   * The private thread in which an interaction goes on; null: it is none that leads into one, or none can be opened now. What was
   * written in a form comes once and must not wait in memory.
   */
  threadFor(interaction: Fields, signal: AbortSignal): Promise<string | null>;
}

const INTERACTIONS_KEPT = 1_000;
const PEOPLE_KEPT = 10_000;
/** Minutes without a word until Discord hides a thread. */
const ARCHIVE_AFTER_MIN = 4_320;
const MAX_THREAD_NAME = 90;

/** What of an interaction asks for a private thread; null: nothing. */
export function asksForPrivate(interaction: Fields | null): 'form' | 'press' | null {
  const customId = recordOf(interaction?.['data'])?.['custom_id'];
  if (interaction?.['type'] === INTERACTION_TYPE.form) return customId === FORM_ID ? 'form' : null;
  const isPress = interaction?.['type'] === INTERACTION_TYPE.component && typeof customId === 'string';
  return isPress && dataOfCustomId(customId) === GO_PRIVATE ? 'press' : null;
}

/** Whether an interaction tells its channel itself, which it need not (interactions/receiving-and-responding). */
export function saysWhere(interaction: Fields): boolean {
  const channel = recordOf(interaction['channel']);
  const type = integerOf(channel?.['type']);
  return type !== null && (!isThreadType(type) || snowflakeOf(channel?.['parent_id']) !== null);
}

/** @param options.channelOf a channel as the API describes it; null when we may not see it */
export function createPrivateThreads(options: {
  rest: DiscordRest;
  channelOf(channelId: string, signal: AbortSignal): Promise<Fields | null>;
  onOpened(threadId: string, thread: Fields): void;
}): PrivateThreads {
  const { rest, channelOf } = options;
  const ofInteractions = createRecent<string>(INTERACTIONS_KEPT);
  /** By channel and person, so that a second press leads to the same place. */
  const ofPeople = createRecent<string>(PEOPLE_KEPT);

  /** The text channel in which a private thread can be opened: where it was asked, or what the thread there lies in. */
  async function parentOf(interaction: Fields, signal: AbortSignal): Promise<string | null> {
    const channelId = snowflakeOf(interaction['channel_id']);
    if (channelId === null) return null;
    const channel = saysWhere(interaction) ? recordOf(interaction['channel']) : await channelOf(channelId, signal);
    const type = integerOf(channel?.['type']);
    if (type === CHANNEL_TYPE.text) return channelId;
    const parentId = type === CHANNEL_TYPE.publicThread ? snowflakeOf(channel?.['parent_id']) : null;
    if (parentId === null) return null;
    const parent = await channelOf(parentId, signal);
    return integerOf(parent?.['type']) === CHANNEL_TYPE.text ? parentId : null;
  }

  async function isThere(threadId: string, signal: AbortSignal): Promise<boolean> {
    try {
      const thread = recordOf(await rest.call('GET', `/channels/${threadId}`, undefined, signal));
      return recordOf(thread?.['thread_metadata'])?.['locked'] !== true;
    } catch (error) {
      if (!(error instanceof DiscordCallError)) throw error;
      return false;
    }
  }

  async function open(parentId: string, name: string, userId: string, signal: AbortSignal): Promise<string | null> {
    const json = {
      name: name.slice(0, MAX_THREAD_NAME).toWellFormed(),
      type: CHANNEL_TYPE.privateThread,
      invitable: false,
      auto_archive_duration: ARCHIVE_AFTER_MIN,
    };
    const thread = recordOf(await rest.call('POST', `/channels/${parentId}/threads`, { json }, signal));
    const threadId = snowflakeOf(thread?.['id']);
    if (thread === null || threadId === null) return null;
    await rest.call('PUT', `/channels/${threadId}/thread-members/${userId}`, undefined, signal);
    options.onOpened(threadId, thread);
    return threadId;
  }

  return {
    async threadFor(interaction, signal) {
      const asks = asksForPrivate(interaction);
      const id = snowflakeOf(interaction['id']);
      const user = recordOf(recordOf(interaction['member'])?.['user']);
      const userId = snowflakeOf(user?.['id']);
      if (asks === null || id === null || userId === null || snowflakeOf(interaction['guild_id']) === null) return null;
      const known = ofInteractions.get(id);
      if (known !== undefined) return known;
      try {
        const parentId = await parentOf(interaction, signal);
        if (parentId === null) return null;
        const person = `${parentId}/${userId}`;
        const earlier = asks === 'press' ? ofPeople.get(person) : undefined;
        const name = `${wordsFor(stringOf(interaction['locale']) ?? '').title} · ${stringOf(user?.['username']) ?? userId}`;
        const threadId =
          earlier !== undefined && (await isThere(earlier, signal))
            ? earlier
            : await open(parentId, name, userId, signal);
        if (threadId === null) return null;
        ofInteractions.set(id, threadId);
        ofPeople.set(person, threadId);
        return threadId;
      } catch (error) {
        if (!(error instanceof DiscordCallError)) throw error;
        return null;
      }
    },
  };
}
