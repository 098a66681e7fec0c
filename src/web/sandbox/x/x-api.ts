import { answerOf, client } from '../../api/client.ts';
import type { components } from '../../api/schema.d.ts';
import type { SandboxState } from '../sandbox-api.ts';

export type XPerson = SandboxState['x']['people'][number];
export type XPost = XPerson['posts'][number];
export type XDirect = XPerson['directs'][number];

type Inputs = components['schemas'];
export type PostWords = Required<Inputs['PostOnXInput']>;
export type DirectWords = Required<Inputs['DirectOnXInput']>;

/*
 * What the dock asks of the simulated X. All throw ApiFailure.
 */

const ROOT = '/api/v1/sandbox/x';
export const addXPerson = (name: string): Promise<SandboxState> =>
  answerOf(client.POST(`${ROOT}/people`, { body: { name } }));
export const postThere = (words: PostWords): Promise<SandboxState> =>
  answerOf(client.POST(`${ROOT}/post`, { body: words }));
export const writeDirect = (words: DirectWords): Promise<SandboxState> =>
  answerOf(client.POST(`${ROOT}/direct`, { body: words }));
export const removePost = (person: string, post: string): Promise<SandboxState> =>
  answerOf(client.POST(`${ROOT}/remove`, { body: { person, post } }));
export const blockUs = (person: string, blocked: boolean): Promise<SandboxState> =>
  answerOf(client.POST(`${ROOT}/block`, { body: { person, blocked } }));
/** Where a picture of a post or message is. */
export const pictureAddress = (person: string, where: 'posts' | 'directs', message: string, file: number): string =>
  `${ROOT}/picture?person=${person}&in=${where}&message=${message}&file=${file}`;
