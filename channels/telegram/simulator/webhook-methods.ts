import type { Bot } from './bot.ts';
import { isTrue } from './chat-place.ts';
import type { MethodContext, MethodResult } from './method.ts';
import { integerParameter, type Parameters, structuredParameter } from './request-body.ts';
import { badRequest } from './text-checks.ts';

export function setWebhook(parameters: Parameters, { bot }: Pick<MethodContext, 'bot'>): MethodResult {
  const url = typeof parameters['url'] === 'string' ? parameters['url'] : '';
  if (url === '') return deleteWebhook(parameters, { bot });
  if (!URL.canParse(url)) return { refusal: badRequest('bad webhook: invalid URL specified') };
  const { protocol, hostname } = new URL(url);
  // The real server asks for https; on loopback, as its own --local mode, http is fine.
  if (protocol !== 'https:' && !['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) {
    return { refusal: badRequest('bad webhook: An HTTPS URL must be provided for webhook') };
  }
  const secret = parameters['secret_token'];
  if (secret !== undefined && (typeof secret !== 'string' || !/^[A-Za-z0-9_-]{1,256}$/u.test(secret))) {
    return { refusal: badRequest('secret token contains unallowed characters') };
  }
  setAllowedUpdates(parameters, bot);
  if (isTrue(parameters['drop_pending_updates'])) bot.queue.drop();
  const maxConnections = Math.min(Math.max(integerParameter(parameters['max_connections']) ?? 40, 1), 100);
  bot.setWebhook({ url, secretToken: secret ?? null, maxConnections });
  return { result: true, description: 'Webhook was set' };
}

export function deleteWebhook(parameters: Parameters, { bot }: Pick<MethodContext, 'bot'>): MethodResult {
  if (isTrue(parameters['drop_pending_updates'])) bot.queue.drop();
  const description = bot.webhook() === null ? 'Webhook is already deleted' : 'Webhook was deleted';
  bot.deleteWebhook();
  return { result: true, description };
}

export function getWebhookInfo(_: Parameters, { bot }: MethodContext): MethodResult {
  const webhook = bot.webhook();
  const lastError = webhook?.lastError ?? null;
  const result = {
    url: webhook?.target.url ?? '',
    has_custom_certificate: false,
    pending_update_count: bot.queue.pending.size,
    ...(webhook === null ? {} : { max_connections: webhook.target.maxConnections }),
    ...(bot.allowedUpdates.length === 0 ? {} : { allowed_updates: bot.allowedUpdates }),
    ...(lastError === null
      ? {}
      : { last_error_date: Math.floor(lastError.atMs / 1_000), last_error_message: lastError.message }),
  };
  return { result };
}

/** Takes over `allowed_updates`; when it is absent the earlier list stays in force. */
export function setAllowedUpdates(parameters: Parameters, bot: Bot): void {
  const kinds = structuredParameter(parameters['allowed_updates']);
  if (Array.isArray(kinds)) bot.allowedUpdates = kinds.filter((kind) => typeof kind === 'string');
}
