import type { ProbeResult } from '../../src/core/ports/channel.ts';
import { integerOf, recordOf, stringOf } from '../shared/read-unknown.ts';
import type { TelegramConfig } from './config.ts';
import { describe, TelegramCallError } from './errors.ts';
import type { TelegramApi } from './transport/api.ts';
import { troubleOf } from './transport/connection-state.ts';

/** Checks token, reachability and webhook, for `parley doctor`. Never throws for trouble at Telegram. */
export async function probeTelegram(
  api: TelegramApi,
  config: TelegramConfig,
  signal: AbortSignal,
): Promise<ProbeResult> {
  try {
    const me = recordOf(await api.call('getMe', {}, signal));
    const webhook = recordOf(await api.call('getWebhookInfo', {}, signal));
    return judge(config, me, webhook);
  } catch (error) {
    if (!(error instanceof TelegramCallError)) throw error;
    const { state } = troubleOf(error.failure);
    const mend = state.state === 'stopped' ? state.mend : 'Check apiRoot, DNS, proxy and firewall, then try again.';
    return { ok: false, message: `Telegram: ${describe(error.failure)}`, mend };
  }
}

type Fields = Readonly<Record<string, unknown>> | null;

function judge(config: TelegramConfig, me: Fields, webhook: Fields): ProbeResult {
  const name = `@${stringOf(me?.['username']) ?? '?'}`;
  const url = stringOf(webhook?.['url']) ?? '';
  if (config.mode === 'polling' && url !== '' && !config.registerWebhook) {
    return {
      ok: false,
      message: `${name} has a webhook, so it cannot be polled`,
      mend: 'Set registerWebhook: true to have it removed, or mode: webhook to use it.',
    };
  }
  if (config.mode === 'webhook' && url === '' && !config.registerWebhook) {
    return {
      ok: false,
      message: `${name} has no webhook`,
      mend: 'Set registerWebhook: true, or register the address with webhookSecret as its secret_token yourself.',
    };
  }
  const waiting = integerOf(webhook?.['pending_update_count']) ?? 0;
  const lastError = stringOf(webhook?.['last_error_message']);
  if (config.mode === 'webhook' && lastError !== null && waiting > 0) {
    return {
      ok: false,
      message: `Telegram cannot deliver to ${name}'s webhook (${waiting} updates wait): ${lastError}`,
      mend: 'Check http.publicUrl, the reverse proxy and its certificate.',
    };
  }
  const privacy = me?.['can_read_all_group_messages'] === true ? 'reads all group messages' : 'group privacy is on';
  if (config.groups === 'all' && me?.['can_read_all_group_messages'] !== true) {
    return {
      ok: false,
      message: `${name} shall take all group messages, but Telegram hides them from it (${privacy})`,
      mend: 'Switch group privacy off with @BotFather (/setprivacy), then add the bot to its groups again.',
    };
  }
  return { ok: true, message: `${name} answers; ${privacy}; ${waiting} updates wait` };
}
