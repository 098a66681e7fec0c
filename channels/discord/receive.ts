import type { AccountRecords, InboundSink } from '../../src/core/ports/channel.ts';
import type { Log } from '../../src/core/ports/log.ts';
import { integerOf, recordOf, stringOf } from '../shared/read-unknown.ts';
import { coversPlace, openReplyOf } from './counting.ts';
import { wordsFor } from './form.ts';
import { snowflakeOf } from './ids.ts';
import { type CompletedPayload, type Completing } from './inbound/completing.ts';
import { type Fields, isThreadType, type NormaliseContext } from './inbound/dispatch.ts';
import type { FirstAnswers } from './inbound/first-answers.ts';
import { asksForPrivate } from './inbound/private-threads.ts';
import { createRecent } from './inbound/recent.ts';
import { isNoise, normaliseDispatch } from './normalise.ts';
import { answerLater } from './respond.ts';
import type { DiscordBookmark, DiscordGatewayPayload, DiscordRest } from './transport/ports.ts';

/** What taking dispatches needs. */
export interface TakeParts {
  rest: DiscordRest;
  log: Log;
  completing: Completing;
  first: FirstAnswers;
  records: Pick<AccountRecords, 'beginAt'>;
  context(): NormaliseContext;
}

const PLACES_PASSED = 10_000;
const PASSED_AT_ONCE = 100;

/**
 * Stores one dispatch: once its first answer is given (see {@link FirstAnswers}) what it leaves out is looked up, then it goes to the
 * sink. Rejected: nothing is stored, the dispatch has to come again.
 */
export function createTake(parts: TakeParts, sink: InboundSink, signal: AbortSignal) {
  const { completing, context, first, records } = parts;
  const passed = createRecent<number>(PLACES_PASSED);
  /** Chatter that is read after a gap moves its channel's bookmark now and then, or it would be read again after every gap to come. */
  const pass = async ({ name, ...bookmark }: DiscordBookmark): Promise<void> => {
    const count = (passed.get(name) ?? 0) + 1;
    passed.set(name, count);
    if (count % PASSED_AT_ONCE === 0) await records.beginAt(name, bookmark);
  };
  return async (payload: DiscordGatewayPayload, bookmark?: DiscordBookmark): Promise<void> => {
    // Begun when it came, unless it comes from nowhere but here.
    await first.answer(payload);
    const completed = await completing.complete(payload, signal);
    if (isNoise(payload.t) || isChatter(completed, context())) {
      return payload.source === 'backfill' && bookmark !== undefined ? pass(bookmark) : undefined;
    }
    if (asksForPrivate(recordOf(payload.d)) === 'press' && completed.about.privateThreadId === undefined)
      await tellNoPrivate(parts, recordOf(payload.d), signal);
    const data = Buffer.from(JSON.stringify(completed, keptOf));
    await sink([bookmark === undefined ? { data } : { data, bookmark }]);
    completing.stored(completed);
  };
}

/** Pictures of people and previews: of no use, and in form like keys that nobody should have pasted. */
const LEFT_OUT = new Set([
  'proxy_url',
  'placeholder',
  'avatar',
  'avatar_decoration_data',
  'banner',
  'clan',
  'primary_guild',
]);

/**
 * What of a dispatch is stored: all but that, and but the links to files. Those are signed and run out; whoever has one has the file.
 * The shape of a voice message stays as a mark of what it is.
 */
function keptOf(this: unknown, key: string, value: unknown): unknown {
  if (LEFT_OUT.has(key)) return undefined;
  if (key === 'waveform' && typeof value === 'string') return '';
  return key === 'url' && recordOf(this)?.['proxy_url'] !== undefined ? undefined : value;
}

/**
 * Whether a dispatch may be of use, as far as it says itself. What is written in a thread may count for where the thread lies, and a
 * reply for whom it answers, which only {@link Completing} finds out.
 */
export function wantsDispatch(payload: DiscordGatewayPayload, context: NormaliseContext): boolean {
  const content = recordOf(payload.d);
  if (isNoise(payload.t)) return /^(?:THREAD|CHANNEL)_/u.test(payload.t);
  const type = integerOf(content?.['channel_type']);
  const isSettled = type !== null && !isThreadType(type);
  const isOpen = !isSettled || (content !== null && openReplyOf(content, context.support) !== null);
  if (/^MESSAGE_(?:CREATE|UPDATE)$/u.test(payload.t) && isOpen && !isEcho(content, context)) return true;
  return payload.t.startsWith('MESSAGE_DELETE') || !isChatter({ ...payload, about: NOTHING }, context);
}

const NOTHING: CompletedPayload['about'] = { selfId: null, atMs: 0 };

function isEcho(content: Fields | null, { selfId }: NormaliseContext): boolean {
  return selfId !== null && recordOf(content?.['author'])?.['id'] === selfId;
}

/**
 * What others say to each other in servers, and our own echo. There may be thousands of it a second, and nobody will ever ask for it:
 * not even its key is kept.
 */
function isChatter(payload: CompletedPayload, context: NormaliseContext): boolean {
  const content = recordOf(payload.d);
  if (content === null || !payload.t.startsWith('MESSAGE_')) return false;
  const guildId = snowflakeOf(content['guild_id']);
  const channelId = snowflakeOf(content['channel_id']);
  const { place } = payload.about;
  const lies = { parentId: snowflakeOf(place?.['parent_id']), ownerId: snowflakeOf(place?.['owner_id']) };
  const isOurs =
    guildId === null ||
    (channelId !== null && coversPlace({ channelId, guildId, ...lies }, context.support, context.selfId));
  if (isOurs && !isEcho(content, context)) return false;
  return normaliseDispatch(payload, context).every(({ outcome }) => outcome === 'filed');
}

/** Whoever pressed the button must not wait for nothing. */
async function tellNoPrivate({ rest, log }: TakeParts, interaction: Fields | null, signal: AbortSignal): Promise<void> {
  const id = snowflakeOf(interaction?.['id']);
  const token = stringOf(interaction?.['token']);
  if (id === null || token === null) return;
  const { noPrivate } = wordsFor(stringOf(interaction?.['locale']) ?? '');
  const applicationId = snowflakeOf(interaction?.['application_id']);
  try {
    await answerLater(rest, { id, token, applicationId }, noPrivate, signal);
  } catch (error) {
    log.warn(
      { interactionId: id, error: error instanceof Error ? error.name : typeof error },
      'interaction not answered',
    );
  }
}
