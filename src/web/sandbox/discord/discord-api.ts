import { answerOf, client } from '../../api/client.ts';
import type { components } from '../../api/schema.d.ts';
import type { SandboxState } from '../sandbox-api.ts';

export type DiscordPerson = SandboxState['discord']['people'][number];
export type DiscordPlace = DiscordPerson['places'][number];
export type DiscordMessage = DiscordPlace['messages'][number];
export type DiscordForm = NonNullable<DiscordPerson['form']>;

type Inputs = components['schemas'];
/** A message, by who looks at it and where. */
export type DiscordSpot = Inputs['RemoveOnDiscordInput'];
/** What somebody writes, and where. */
export type DiscordWords = Required<Inputs['SayOnDiscordInput']>;

/*
 * What the dock asks of the simulated Discord. All throw ApiFailure.
 */

const ROOT = '/api/v1/sandbox/discord';
export const addPerson = (name: string): Promise<SandboxState> =>
  answerOf(client.POST(`${ROOT}/people`, { body: { name } }));
export const sayThere = (words: DiscordWords): Promise<SandboxState> =>
  answerOf(client.POST(`${ROOT}/say`, { body: words }));
export const editThere = (spot: DiscordSpot, text: string): Promise<SandboxState> =>
  answerOf(client.POST(`${ROOT}/edit`, { body: { ...spot, text } }));
export const removeThere = (spot: DiscordSpot): Promise<SandboxState> =>
  answerOf(client.POST(`${ROOT}/remove`, { body: spot }));
export const reactThere = (spot: DiscordSpot, emoji: string): Promise<SandboxState> =>
  answerOf(client.POST(`${ROOT}/react`, { body: { ...spot, emoji } }));
export const pressThere = (spot: DiscordSpot, button: string): Promise<SandboxState> =>
  answerOf(client.POST(`${ROOT}/press`, { body: { ...spot, button } }));
/** Uses `/support`. */
export const askThere = (person: string, place: string): Promise<SandboxState> =>
  answerOf(client.POST(`${ROOT}/command`, { body: { person, place } }));
/** Null closes the form. */
export const submitForm = (person: string, text: string | null): Promise<SandboxState> =>
  answerOf(client.POST(`${ROOT}/submit`, { body: { person, text } }));
export const blockBot = (person: string, blocked: boolean): Promise<SandboxState> =>
  answerOf(client.POST(`${ROOT}/block`, { body: { person, blocked } }));
/** Where a picture of a message is. */
export const attachmentAddress = ({ person, place, message }: DiscordSpot, file: number): string =>
  `${ROOT}/picture?person=${person}&place=${place}&message=${message}&file=${file}`;
