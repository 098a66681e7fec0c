import { z } from 'zod';
import { brandId, type ConversationId, type MessageId } from '../../core/model/ids.ts';
import type { NextOwner } from '../../core/ports/people-store.ts';
import {
  acted,
  changeOwner,
  conversation,
  conversationPage,
  listQuery,
  lookAtReply,
  lookedAt,
  markRead,
  messagePage,
  messagesQuery,
  reply,
  resolve,
  review,
  viewCounts,
  write,
} from '../contract/conversation.ts';
import { rowId } from '../contract/shared-shapes.ts';
import type { ApiOptions } from '../desk-side.ts';
import { viewerOf } from '../gate.ts';
import { refusals, type ZodApp } from '../zod-app.ts';

const params = z.object({ id: rowId });
const config = { policy: 'agent' } as const;

function nextOwner(to: z.output<typeof changeOwner>['to']): NextOwner {
  if (to.kind === 'bot') return { kind: 'bot' };
  if (to.kind === 'queue') return { kind: 'queue', team: brandId(to.teamId) };
  return { kind: 'agent', agent: brandId(to.agentId) };
}

/** The inbox: lists, threads and what agents do in them. */
export function conversationRoutes(app: ZodApp, { desk }: ApiOptions): void {
  const idOf = (request: { params: z.output<typeof params> }): ConversationId => brandId(request.params.id);

  app.get(
    '/views',
    { config, schema: { operationId: 'views', response: { 200: viewCounts, ...refusals } } },
    async (request) => ({ views: await desk().inbox.counts(viewerOf(request)) }),
  );

  app.get(
    '/conversations',
    {
      config,
      schema: {
        operationId: 'conversations',
        querystring: listQuery,
        response: { 200: conversationPage, ...refusals },
      },
    },
    (request) => desk().inbox.list(viewerOf(request), request.query),
  );

  app.get(
    '/conversations/:id',
    { config, schema: { operationId: 'conversation', params, response: { 200: conversation, ...refusals } } },
    (request) => desk().inbox.conversation(viewerOf(request), idOf(request)),
  );

  app.get(
    '/conversations/:id/messages',
    {
      config,
      schema: {
        operationId: 'messages',
        params,
        querystring: messagesQuery,
        response: { 200: messagePage, ...refusals },
      },
    },
    (request) => desk().inbox.messages(viewerOf(request), idOf(request), request.query),
  );

  app.post(
    '/conversations/:id/replies',
    { config, schema: { operationId: 'reply', params, body: reply, response: { 200: acted, ...refusals } } },
    async (request) => {
      const { id, text, attachmentIds, replyToMessageId: answered, letter, publicly } = request.body;
      const made = {
        id: brandId<MessageId>(id),
        text,
        attachmentIds,
        replyToMessageId: answered === undefined ? undefined : brandId<MessageId>(answered),
        letter,
        publicly,
      };
      return { conversation: await desk().inbox.reply(viewerOf(request), idOf(request), made) };
    },
  );

  app.post(
    '/conversations/:id/replies/look',
    {
      config,
      schema: { operationId: 'lookAtReply', params, body: lookAtReply, response: { 200: lookedAt, ...refusals } },
    },
    async (request) => ({
      accountData: await desk().inbox.lookAt(viewerOf(request), idOf(request), request.body.text),
    }),
  );

  app.delete(
    '/conversations/:id/suggestion',
    { config, schema: { operationId: 'putAsideSuggestion', params, response: { 200: acted, ...refusals } } },
    async (request) => ({ conversation: await desk().inbox.putAside(viewerOf(request), idOf(request)) }),
  );

  app.post(
    '/conversations/:id/notes',
    { config, schema: { operationId: 'note', params, body: write, response: { 200: acted, ...refusals } } },
    async (request) => {
      const { id, text } = request.body;
      return { conversation: await desk().inbox.note(viewerOf(request), idOf(request), brandId(id), text) };
    },
  );

  app.post(
    '/conversations/:id/owner',
    {
      config,
      schema: { operationId: 'changeOwner', params, body: changeOwner, response: { 200: acted, ...refusals } },
    },
    async (request) => {
      const { to, expectedOwnerVersion } = request.body;
      const now = await desk().inbox.own(viewerOf(request), idOf(request), expectedOwnerVersion, nextOwner(to));
      return { conversation: now };
    },
  );

  app.post(
    '/conversations/:id/resolve',
    { config, schema: { operationId: 'resolve', params, body: resolve, response: { 200: acted, ...refusals } } },
    async (request) => {
      const { expectedOwnerVersion } = request.body;
      const now = await desk().inbox.own(viewerOf(request), idOf(request), expectedOwnerVersion, { kind: 'none' });
      return { conversation: now };
    },
  );

  app.post(
    '/conversations/:id/read',
    { config, schema: { operationId: 'markRead', params, body: markRead, response: { 200: acted, ...refusals } } },
    async (request) => ({
      conversation: await desk().inbox.read(viewerOf(request), idOf(request), request.body.uptoSeq),
    }),
  );

  app.post(
    '/deliveries/:id/review',
    { config, schema: { operationId: 'review', params, body: review, response: { 200: acted, ...refusals } } },
    async (request) => ({
      conversation: await desk().inbox.review(viewerOf(request), brandId(request.params.id), request.body.verdict),
    }),
  );
}
