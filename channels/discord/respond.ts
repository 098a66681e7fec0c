import { stringOf } from '../shared/read-unknown.ts';
import { isTooLate } from './errors.ts';
import { wordsFor } from './form.ts';
import { snowflakeOf } from './ids.ts';
import { DiscordCallError, type DiscordRest } from './transport/ports.ts';

/** Nobody is ever called by what we send: not by a mention in it, nor by being answered (resources/message#allowed-mentions-object). */
export const ALLOWED_MENTIONS = { parse: [], replied_user: false } as const;
/** Seen by whoever interacted, and by nobody else. */
const EPHEMERAL = 1 << 6;

/** An interaction that waits for its answer. */
interface Waiting {
  id: string;
  token: string;
  applicationId: string | null;
}

/**
 * Ends the wait of an interaction once it is stored: a press needs no words; a form, and a press that leads elsewhere, get a line that
 * only their sender sees, in place of the sign that they are being taken. @throws {DiscordCallError}
 */
export async function answerInteraction(
  rest: DiscordRest,
  what: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<void> {
  const id = snowflakeOf(what['interactionId']);
  const token = stringOf(what['interactionToken']);
  if (id === null || token === null) return;
  if (what['kind'] === 'press') return respond(rest, { id, token }, { type: 6 }, signal);
  const thread = snowflakeOf(what['privateThreadId']);
  const { received, goOn } = wordsFor(stringOf(what['locale']) ?? '');
  const words = what['kind'] === 'arrival' ? goOn : received;
  const applicationId = snowflakeOf(what['applicationId']);
  await answerLater(rest, { id, token, applicationId }, thread === null ? words : `${words} <#${thread}>`, signal);
}

/** Words for an interaction that was told to wait; only its sender sees them. @throws {DiscordCallError} */
export async function answerLater(
  rest: DiscordRest,
  { id, token, applicationId }: Waiting,
  content: string,
  signal: AbortSignal,
): Promise<void> {
  const words = { content, allowed_mentions: ALLOWED_MENTIONS };
  const first = (): Promise<void> =>
    respond(rest, { id, token }, { type: 4, data: { ...words, flags: EPHEMERAL } }, signal);
  if (applicationId === null) return first();
  try {
    const path = `/webhooks/${applicationId}/${encodeURIComponent(token)}/messages/@original`;
    await rest.call('PATCH', path, { json: words }, signal);
  } catch (error) {
    if (!(error instanceof DiscordCallError) || error.status !== 404) throw error;
    // Nobody showed that it is being taken: this is the first answer.
    await first();
  }
}

/** The first answer to an interaction; one that came too late or twice is no error. @throws {DiscordCallError} */
export async function respond(
  rest: DiscordRest,
  { id, token }: { id: string; token: string },
  answer: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await rest.call('POST', `/interactions/${id}/${encodeURIComponent(token)}/callback`, { json: answer }, signal);
  } catch (error) {
    if (!(error instanceof DiscordCallError) || !isTooLate(error)) throw error;
  }
}
