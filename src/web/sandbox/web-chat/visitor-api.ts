import { answerOf, client } from '../../api/client.ts';
import type { SandboxState } from '../sandbox-api.ts';

export type ChatVisitor = SandboxState['webChat']['visitors'][number];

/** What the demo site's server says who is there; null for a stranger. @throws {ApiFailure} */
export const fetchVisitorToken = async (visitor: string): Promise<string | null> =>
  (await answerOf(client.POST('/api/v1/sandbox/visitors/token', { body: { visitor } }))).token;
/** @throws {ApiFailure} */
export const addVisitor = (name: string): Promise<SandboxState> =>
  answerOf(client.POST('/api/v1/sandbox/visitors', { body: { name } }));
