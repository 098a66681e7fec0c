import { recordOf } from '../shared/read-unknown.ts';
import { ENDPOINTS, type Endpoint, type EndpointName, POST_MICROS } from './endpoints.ts';
import { asPosted, weigh } from './text/weight.ts';

/** What X takes for calls; pure. Money is in millionths of a US dollar. */

/** The most a call costs that asks for one of what the endpoint gives; 0: X takes nothing for it. */
export function usualMicros(name: EndpointName): number {
  const { microsEach = 0, microsPerCall = 0 }: Endpoint = ENDPOINTS[name];
  return microsEach + microsPerCall;
}

/**
 * What an answered call came to: by what it gave, where X counts that, else all that was expected.
 * @param mostMicros what was taken for it beforehand
 * @param body of the answer, unchecked
 */
export function costMicros(name: EndpointName, mostMicros: number, body: unknown): number {
  const { microsEach, microsPerCall = 0 }: Endpoint = ENDPOINTS[name];
  if (microsEach === undefined) return mostMicros;
  const data: unknown = recordOf(body)?.['data'];
  const count = Array.isArray(data) ? data.length : recordOf(data) === null ? 0 : 1;
  return Math.min(mostMicros, microsPerCall + microsEach * count);
}

/** What a post costs: one with a link many times as much, an answer to whoever called us a little less. */
export function postMicros(text: string, isSummoned: boolean): number {
  if (weigh(asPosted(text)).some(({ isUrl }) => isUrl)) return POST_MICROS.withLink;
  return isSummoned ? POST_MICROS.summonedReply : usualMicros('createPost');
}
