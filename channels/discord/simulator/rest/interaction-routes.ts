import { ANSWER_MS, type Interaction, TOKEN_MS } from '../interactions.ts';
import { viewMessage } from '../views.ts';
import type { Message } from '../world.ts';
import { say } from './create-message.ts';
import {
  ApiError,
  alreadyAnswered,
  invalidForm,
  unknownChannel,
  unknownInteraction,
  unknownMessage,
  unknownWebhook,
} from './errors.ts';
import { recordOf } from './message-checks.ts';
import { change, remove } from './message-routes.ts';
import type { RestContext, RestRequest, RouteTable } from './route.ts';

/** Types of answers (docs, "Interaction Callback Type"). */
const ANSWER = { pong: 1, message: 4, deferred: 5, deferredUpdate: 6, update: 7, choices: 8, modal: 9 } as const;
const EPHEMERAL = 1 << 6;

function isEphemeral(data: Readonly<Record<string, unknown>>): boolean {
  return typeof data['flags'] === 'number' && (data['flags'] & EPHEMERAL) !== 0;
}

/** What a message made by an interaction has besides; ephemeral ones only the person sees. */
function marks(interaction: Interaction, rest: RestContext, ephemeral: boolean): Partial<Message> {
  return {
    webhookId: rest.context.applicationId,
    interactionUserId: interaction.userId,
    ...(ephemeral ? { ephemeralFor: interaction.userId, flags: EPHEMERAL } : {}),
  };
}

function speak(
  interaction: Interaction,
  request: Pick<RestRequest, 'body' | 'files'>,
  rest: RestContext,
  ephemeral: boolean,
): Message {
  const channel = rest.context.world.channels.get(interaction.channelId);
  if (channel === undefined) throw unknownChannel();
  return say(request, channel, rest, marks(interaction, rest, ephemeral));
}

/** The interaction behind a webhook address, while its token lives. @throws {ApiError} */
function living({ params }: RestRequest, rest: RestContext): Interaction {
  const found = rest.interactions.byToken(params['token'] ?? '');
  if (found === null || params['app'] !== rest.context.applicationId) throw unknownWebhook();
  if (rest.context.clock.nowMs() - found.atMs > TOKEN_MS) throw new ApiError(401, 50027, 'Invalid Webhook Token');
  if (found.answer === null) throw unknownWebhook();
  return found;
}

function made(request: RestRequest, rest: RestContext): Message {
  const interaction = living(request, rest);
  const wanted = request.params['message'];
  const id = wanted === '@original' ? interaction.originalId : wanted;
  const message = rest.context.world.findMessage(interaction.channelId, id ?? '');
  if (message === null) throw unknownMessage();
  return message;
}

export const INTERACTION_ROUTES: RouteTable = {
  'POST /interactions/:id/:token/callback': (request, rest) => {
    const { params, body, files } = request;
    const found = rest.interactions.byToken(params['token'] ?? '');
    const now = rest.context.clock.nowMs();
    if (found === null || found.id !== params['id']) throw unknownInteraction();
    if (found.answer !== null) throw alreadyAnswered();
    if (now - found.atMs > ANSWER_MS) throw unknownInteraction();
    const type = Number(body['type']);
    const data = recordOf(body['data']);
    if (!Object.values<number>(ANSWER).includes(type))
      throw invalidForm('type', 'BASE_TYPE_CHOICES', 'Value must be one of {1, 4, 5, 6, 7, 8, 9}.');
    if (
      type === ANSWER.modal &&
      (typeof data['custom_id'] !== 'string' || typeof data['title'] !== 'string' || data['title'].length > 45)
    ) {
      throw invalidForm('data.title', 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 45 in length.');
    }
    if (type === ANSWER.message) found.originalId = speak(found, { body: data, files }, rest, isEphemeral(data)).id;
    if (type === ANSWER.update || type === ANSWER.deferredUpdate) {
      const message = rest.context.world.findMessage(found.channelId, found.messageId ?? '');
      found.originalId = message?.id ?? null;
      if (type === ANSWER.update && message !== null) change(message, { body: data, files }, rest);
    }
    found.answer = { type, data, atMs: now };
    return {};
  },
  'POST /webhooks/:app/:token': (request, rest) => {
    const interaction = living(request, rest);
    const isDeferred = interaction.answer?.type === ANSWER.deferred && interaction.originalId === null;
    const ephemeral = isEphemeral(isDeferred ? (interaction.answer?.data ?? {}) : request.body);
    const message = speak(interaction, request, rest, ephemeral);
    // The first follow-up fills what was deferred.
    if (isDeferred) interaction.originalId = message.id;
    return { body: viewMessage(rest.context, message) };
  },
  'GET /webhooks/:app/:token/messages/:message': (request, rest) => ({
    body: viewMessage(rest.context, made(request, rest)),
  }),
  'PATCH /webhooks/:app/:token/messages/:message': (request, rest) => {
    const interaction = living(request, rest);
    if (request.params['message'] === '@original' && interaction.originalId === null) {
      const message = speak(interaction, request, rest, isEphemeral(interaction.answer?.data ?? {}));
      interaction.originalId = message.id;
      return { body: viewMessage(rest.context, message) };
    }
    const message = made(request, rest);
    change(message, request, rest);
    return { body: viewMessage(rest.context, message) };
  },
  'DELETE /webhooks/:app/:token/messages/:message': (request, rest) => {
    remove(made(request, rest), rest);
    return {};
  },
};
