import { readdirSync, readFileSync } from 'node:fs';
import { type NormaliseContext, normalisePayload } from '../../../../channels/x/normalise.ts';
import type { InboundEvent, Normalised } from '../../../../src/core/model/inbound.ts';

const FOLDER = new URL('../../../fixtures/x/', import.meta.url);
/** Every payload of the fixtures, by its file's name without its ending. */
export const NAMES = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.replace('.json', ''));
export const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'));

/** Our account in them. */
export const SELF = '1500000000000000001';
export const ANA = { externalId: '1600000000000000002', displayName: 'Ana Lee', handle: 'ana_lee', isBot: false };
export const ANA_IN_ENGLISH = { ...ANA, languageCode: 'en' };
export const context: NormaliseContext = { selfId: SELF, selfHandle: 'AcmeSupport', campaignTags: [] };

/** What one of them is read as. */
export const all = (name: string, given = context): Normalised[] => normalisePayload(read(name), given);
export const keyOf = (one: Normalised): string => (one.outcome === 'event' ? one.event.eventKey : one.eventKey);
export const outcomes = (name: string): string[] => all(name).map((one) => `${one.outcome} ${keyOf(one)}`);
export const events = (name: string, given = context): InboundEvent[] =>
  all(name, given).flatMap((one) => (one.outcome === 'event' ? [one.event] : []));
/** @throws {Error} when it holds no event at that place */
export const event = (name: string, at = 0): InboundEvent => {
  const found = events(name)[at];
  if (found === undefined) throw new Error(`${name} has no event ${at}`);
  return found;
};
