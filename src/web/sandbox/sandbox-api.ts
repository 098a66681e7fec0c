import { answerOf, client } from '../api/client.ts';
import type { components } from '../api/schema.d.ts';
import type { PhoneLanguage } from './phrases.ts';

type Schemas = components['schemas'];
export type SandboxState = Schemas['SandboxState'];
export type Phone = Schemas['Phone'];
export type PhoneMessage = Phone['messages'][number];
export type Correspondent = SandboxState['correspondents'][number];
export type CorrespondentLetter = Correspondent['letters'][number];
export type PhoneThing = Schemas['SendOnPhoneInput']['what'];
export type TroubleKind = SandboxState['troubles'][number]['kind'];

/*
 * What the dock asks of the sandbox. All throw ApiFailure.
 */

/** The state; with `after` the server answers once there is another one than that. */
export const fetchState = (after: string | undefined, signal: AbortSignal): Promise<SandboxState> =>
  answerOf(client.GET('/api/v1/sandbox/state', { params: { query: after === undefined ? {} : { after } }, signal }));
export const addPhone = (name: string, language: PhoneLanguage): Promise<Phone> =>
  answerOf(client.POST('/api/v1/sandbox/phones', { body: { name, language } }));
export const say = (phone: number, text: string): Promise<SandboxState> =>
  answerOf(client.POST('/api/v1/sandbox/say', { body: { phone, text } }));
export const send = (phone: number, what: PhoneThing): Promise<SandboxState> =>
  answerOf(client.POST('/api/v1/sandbox/send', { body: { phone, what } }));
export const press = (phone: number, message: number, button: string): Promise<SandboxState> =>
  answerOf(client.POST('/api/v1/sandbox/press', { body: { phone, message, button } }));
export const react = (phone: number, message: number, emoji: string | null): Promise<SandboxState> =>
  answerOf(client.POST('/api/v1/sandbox/react', { body: { phone, message, emoji } }));
/** Where the picture is that a message shows. */
export const pictureAddress = (phone: number, message: number): string =>
  `/api/v1/sandbox/picture?phone=${phone}&message=${message}`;
export const edit = (phone: number, message: number, text: string): Promise<SandboxState> =>
  answerOf(client.POST('/api/v1/sandbox/edit', { body: { phone, message, text } }));
export const block = (phone: number, blocked: boolean): Promise<SandboxState> =>
  answerOf(client.POST('/api/v1/sandbox/block', { body: { phone, blocked } }));
export const addCorrespondent = (name: string, address: string): Promise<SandboxState> =>
  answerOf(client.POST('/api/v1/sandbox/letters/people', { body: { name, address } }));
/** What goes into a mail besides words. */
export interface LetterThings {
  picture: boolean;
  file: boolean;
}
export const writeLetter = (
  address: string,
  letter: { subject: string; text: string } & LetterThings,
): Promise<SandboxState> => answerOf(client.POST('/api/v1/sandbox/letters/write', { body: { address, ...letter } }));
export const answerLetter = (
  address: string,
  letter: number,
  said: { text: string } & LetterThings,
): Promise<SandboxState> =>
  answerOf(client.POST('/api/v1/sandbox/letters/answer', { body: { address, letter, ...said } }));
export const startTrouble = (kind: TroubleKind): Promise<SandboxState> =>
  answerOf(client.POST('/api/v1/sandbox/troubles', { body: { kind } }));
export const stopTrouble = (id: number | undefined): Promise<SandboxState> =>
  answerOf(client.DELETE('/api/v1/sandbox/troubles', { params: { query: id === undefined ? {} : { id } } }));
export const killWorker = (): Promise<SandboxState> => answerOf(client.POST('/api/v1/sandbox/worker/kill'));
