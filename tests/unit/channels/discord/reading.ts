import { readdirSync, readFileSync } from 'node:fs';
import { type NormaliseContext, normaliseDispatch } from '../../../../channels/discord/normalise.ts';
import { DiscordCallError, type DiscordRest } from '../../../../channels/discord/transport/ports.ts';
import type { InboundEvent, Normalised } from '../../../../src/core/model/inbound.ts';

const FOLDER = new URL('../../../fixtures/discord/', import.meta.url);
/** Every dispatch of the fixtures, by its file's name without its ending. */
export const NAMES = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.replace('.json', ''));
export const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'));

export const ANA = { externalId: '200000000000000001', displayName: 'Ana Lee', handle: 'ana.lee', isBot: false };
export const context: NormaliseContext = {
  selfId: null,
  support: { servers: [], channels: [], forums: ['500000000000000002'], roles: ['900000000000000001'] },
};
/** The one thing a dispatch is read as. @throws {Error} when it is more */
export const one = (name: string, given = context): Normalised => {
  const [first, ...more] = normaliseDispatch(read(name), given);
  if (first === undefined || more.length > 0) throw new Error(`${name}: ${more.length + 1} events`);
  return first;
};
/** @throws {Error} when it is no event */
export const event = (name: string): InboundEvent => {
  const found = one(name);
  if (found.outcome !== 'event') throw new Error(`${name} is ${found.outcome}`);
  return found.event;
};

/** A platform on which nothing is to be found. */
export const refusing: DiscordRest = {
  call: (method, path) =>
    Promise.reject(
      new DiscordCallError(`${method} ${path}`, {
        status: 404,
        code: 10_003,
        message: 'unknown',
        retryAfterMs: null,
        scope: null,
        sent: 'no',
      }),
    ),
  recentCalls: () => 0,
  close: () => undefined,
};
