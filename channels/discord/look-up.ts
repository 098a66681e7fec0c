import type { SendOutcome } from '../../src/core/model/outbound.ts';
import type { SendRequest } from '../../src/core/ports/channel.ts';
import { recordOf } from '../shared/read-unknown.ts';
import { outcomeOf } from './errors.ts';
import { firstIdAt, madeAtMs, messageKeyOf, parseThreadKey, snowflakeOf } from './ids.ts';
import { readPart } from './part.ts';
import { DiscordCallError, type DiscordRest } from './transport/ports.ts';

/** Messages asked for at once, the most the platform gives, and how many times: a busy channel ends the search, not the truth. */
const PAGE = 100;
const MOST_PAGES = 10;
/** Our clock and the platform's may differ by this much, ms. */
const SKEW_MS = 5 * 60_000;

interface Found {
  id: string;
  message: Readonly<Record<string, unknown>>;
}

/**
 * Looks for a message whose fate is not known among what was written in its channel since its row was made: ours, with its nonce. Where
 * the platform does not tell nonces, the same words written since then are it. `absent` only if everything was looked at.
 */
export async function lookUp(
  rest: DiscordRest,
  selfId: string | null,
  request: SendRequest,
  signal: AbortSignal,
): Promise<SendOutcome | { kind: 'absent' }> {
  if (request.action !== 'send') return { kind: 'absent' };
  const { channelId } = parseThreadKey(request.threadKey);
  const part = readPart(request.part);
  const content = part.markdown ?? part.text;
  const sinceMs = request.madeAtMs;
  const isIt = ({ id, message }: Found): boolean => {
    if (message['nonce'] !== undefined) return message['nonce'] === request.idempotencyKey;
    return selfId !== null && content !== '' && message['content'] === content && madeAtMs(id) >= sinceMs;
  };
  try {
    let after = firstIdAt(sinceMs - SKEW_MS);
    let alike: Found | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const query = { limit: PAGE, after };
      const given = foundIn(await rest.call('GET', `/channels/${channelId}/messages`, { query }, signal));
      const ours = given.filter(({ message }) => selfId === null || recordOf(message['author'])?.['id'] === selfId);
      const match = ours.find((one) => one.message['nonce'] !== undefined && isIt(one));
      if (match !== undefined) return { kind: 'sent', externalId: messageKeyOf({ channelId, messageId: match.id }) };
      alike ??= ours.find(isIt);
      if (given.length < PAGE) {
        return alike === undefined
          ? { kind: 'absent' }
          : { kind: 'sent', externalId: messageKeyOf({ channelId, messageId: alike.id }) };
      }
      after = given.reduce((last, { id }) => (BigInt(id) > BigInt(last) ? id : last), after);
    }
    return { kind: 'unknown', reason: `more than ${PAGE * MOST_PAGES} messages were written in the channel since` };
  } catch (error) {
    if (!(error instanceof DiscordCallError)) throw error;
    return outcomeOf(error, 'edit');
  }
}

function foundIn(answer: unknown): Found[] {
  return (Array.isArray(answer) ? answer : []).flatMap((one: unknown) => {
    const message = recordOf(one);
    const id = snowflakeOf(message?.['id']);
    return message === null || id === null ? [] : [{ id, message }];
  });
}
