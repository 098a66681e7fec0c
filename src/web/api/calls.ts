import type { View } from '../router/route.ts';
import { answerOf, client } from './client.ts';
import type {
  Account,
  Acted,
  Agent,
  AgentChange,
  Attachment,
  Block,
  BlockPage,
  ChangeOwner,
  Channel,
  Conversation,
  ConversationPage,
  LetterText,
  LookedAt,
  MessagePage,
  NewAgent,
  NewTeam,
  QueueStatus,
  Reply,
  Session,
  SessionEntry,
  Team,
  TeamChange,
  ViewCounts,
  Welcome,
} from './model.ts';

/*
 * One function for each thing the page asks of the server. All throw ApiFailure.
 */

export const fetchWelcome = (): Promise<Welcome> => answerOf(client.GET('/api/v1/welcome'));
export const fetchSession = (): Promise<Session> => answerOf(client.GET('/api/v1/session'));
export const signIn = (email: string, password: string): Promise<Session> =>
  answerOf(client.POST('/api/v1/session', { body: { email, password } }));
export const signOut = (): Promise<unknown> => answerOf(client.DELETE('/api/v1/session'));

export const fetchCounts = (): Promise<ViewCounts> => answerOf(client.GET('/api/v1/views'));

/** What is filed and holds these words, newest first: the first page of it. */
export const findFiled = (words: string): Promise<ConversationPage> =>
  answerOf(client.GET('/api/v1/conversations', { params: { query: { view: 'filed', words, limit: 100 } } }));
export const fetchList = (view: View, after?: string): Promise<ConversationPage> =>
  answerOf(
    client.GET('/api/v1/conversations', { params: { query: after === undefined ? { view } : { view, after } } }),
  );

export const fetchConversation = (id: string): Promise<Conversation> =>
  answerOf(client.GET('/api/v1/conversations/{id}', { params: { path: { id } } }));

/** The newest entries, or those before a seq; as many as the server gives when `limit` is left out. */
export const fetchMessages = (id: string, query: { before?: number; limit?: number } = {}): Promise<MessagePage> =>
  answerOf(client.GET('/api/v1/conversations/{id}/messages', { params: { path: { id }, query } }));

/** `entry` is the client's: the same one sent again is stored once. */
export const postReply = (id: string, entry: Reply): Promise<Acted> =>
  answerOf(client.POST('/api/v1/conversations/{id}/replies', { params: { path: { id } }, body: entry }));
export const lookAtReply = (id: string, text: string): Promise<LookedAt> =>
  answerOf(client.POST('/api/v1/conversations/{id}/replies/look', { params: { path: { id } }, body: { text } }));
export const deleteSuggestion = (id: string): Promise<Acted> =>
  answerOf(client.DELETE('/api/v1/conversations/{id}/suggestion', { params: { path: { id } } }));
export const postNote = (id: string, entry: { id: string; text: string }): Promise<Acted> =>
  answerOf(client.POST('/api/v1/conversations/{id}/notes', { params: { path: { id } }, body: entry }));

export const postOwner = (id: string, change: ChangeOwner): Promise<Acted> =>
  answerOf(client.POST('/api/v1/conversations/{id}/owner', { params: { path: { id } }, body: change }));
export const postResolve = (id: string, expectedOwnerVersion: number): Promise<Acted> =>
  answerOf(
    client.POST('/api/v1/conversations/{id}/resolve', { params: { path: { id } }, body: { expectedOwnerVersion } }),
  );
export const postRead = (id: string, uptoSeq: number): Promise<Acted> =>
  answerOf(client.POST('/api/v1/conversations/{id}/read', { params: { path: { id } }, body: { uptoSeq } }));
export const postReview = (deliveryId: string, verdict: 'resend' | 'dismiss'): Promise<Acted> =>
  answerOf(client.POST('/api/v1/deliveries/{id}/review', { params: { path: { id: deliveryId } }, body: { verdict } }));

/** `id` of the act is the client's: the same one sent again is done once. */
export const patchMessage = (messageId: string, act: { id: string; text: string }): Promise<Acted> =>
  answerOf(client.PATCH('/api/v1/messages/{id}', { params: { path: { id: messageId } }, body: act }));
export const deleteMessage = (messageId: string, op: string): Promise<Acted> =>
  answerOf(client.DELETE('/api/v1/messages/{id}', { params: { path: { id: messageId }, query: { op } } }));
export const putReaction = (messageId: string, act: { id: string; emoji: string | null }): Promise<Acted> =>
  answerOf(client.PUT('/api/v1/messages/{id}/reaction', { params: { path: { id: messageId } }, body: act }));
export const postTyping = (id: string): Promise<unknown> =>
  answerOf(client.POST('/api/v1/conversations/{id}/typing', { params: { path: { id } } }));
export const fetchLetter = (messageId: string): Promise<LetterText> =>
  answerOf(client.GET('/api/v1/messages/{id}/letter', { params: { path: { id: messageId } } }));
/** A picture that the letter names and that lies elsewhere: the server fetches it, never this browser. */
export const fetchRemoteImage = async (messageId: string, index: number): Promise<Blob> => {
  const answer: unknown = await answerOf(
    client.GET('/api/v1/messages/{id}/remote-images/{index}', {
      params: { path: { id: messageId, index } },
      parseAs: 'blob',
    }),
  );
  return answer instanceof Blob ? answer : new Blob();
};
export const postRecover = (id: string): Promise<Acted> =>
  answerOf(client.POST('/api/v1/conversations/{id}/recover', { params: { path: { id } } }));
export const postConfirm = (id: string): Promise<Acted> =>
  answerOf(client.POST('/api/v1/conversations/{id}/confirm', { params: { path: { id } } }));
export const fetchFileAgain = (attachmentId: string): Promise<Attachment> =>
  answerOf(client.POST('/api/v1/attachments/{id}/fetch', { params: { path: { id: attachmentId } } }));
export const removeUpload = (attachmentId: string): Promise<unknown> =>
  answerOf(client.DELETE('/api/v1/attachments/{id}', { params: { path: { id: attachmentId } } }));
export const fetchChannels = async (): Promise<readonly Channel[]> =>
  (await answerOf(client.GET('/api/v1/channels'))).channels;

/** The block's id is the client's: the same one sent again is made once. */
export const postBlock = (id: string, block: Block): Promise<Acted> =>
  answerOf(client.POST('/api/v1/conversations/{id}/block', { params: { path: { id } }, body: block }));
export const deleteBlock = (id: string): Promise<Acted> =>
  answerOf(client.DELETE('/api/v1/conversations/{id}/block', { params: { path: { id } } }));
export const fetchBlocks = (): Promise<BlockPage> => answerOf(client.GET('/api/v1/blocks'));

export const fetchSessions = async (): Promise<readonly SessionEntry[]> =>
  (await answerOf(client.GET('/api/v1/sessions'))).sessions;
export const revokeSession = (id: string): Promise<unknown> =>
  answerOf(client.DELETE('/api/v1/sessions/{id}', { params: { path: { id } } }));
export const changePassword = (current: string, next: string): Promise<unknown> =>
  answerOf(client.POST('/api/v1/session/password', { body: { current, next } }));

export const fetchAgents = async (): Promise<readonly Agent[]> => (await answerOf(client.GET('/api/v1/agents'))).agents;
export const fetchAccounts = async (): Promise<readonly Account[]> =>
  (await answerOf(client.GET('/api/v1/accounts'))).accounts;
export const fetchTeams = async (): Promise<readonly Team[]> => (await answerOf(client.GET('/api/v1/teams'))).teams;
export const addAgent = (agent: NewAgent): Promise<unknown> => answerOf(client.POST('/api/v1/agents', { body: agent }));
export const changeAgent = (id: string, change: AgentChange): Promise<unknown> =>
  answerOf(client.PATCH('/api/v1/agents/{id}', { params: { path: { id } }, body: change }));
export const addTeam = (team: NewTeam): Promise<unknown> => answerOf(client.POST('/api/v1/teams', { body: team }));
export const changeTeam = (id: string, change: TeamChange): Promise<unknown> =>
  answerOf(client.PATCH('/api/v1/teams/{id}', { params: { path: { id } }, body: change }));

export const fetchQueue = (): Promise<QueueStatus> => answerOf(client.GET('/api/v1/admin/queue'));
export const rebuildQueue = (): Promise<QueueStatus> =>
  answerOf(client.POST('/api/v1/admin/queue/rebuild', { body: {} }));
