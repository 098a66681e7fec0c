import type { ProbeResult } from '../../src/core/ports/channel.ts';
import { integerOf, recordOf, stringOf } from '../shared/read-unknown.ts';
import type { DiscordConfig } from './config.ts';
import { describe, isRefusedToken } from './errors.ts';
import { DiscordCallError, type DiscordRest } from './transport/ports.ts';

/** GATEWAY_MESSAGE_CONTENT and its limited form (resources/application#application-object-application-flags). */
const MESSAGE_CONTENT = (1 << 18) | (1 << 19);

/** Checks token, reachability and the intent that lets us read, for `parley doctor`. Never throws for trouble at Discord. */
export async function probeDiscord(
  rest: DiscordRest,
  config: DiscordConfig,
  signal: AbortSignal,
): Promise<ProbeResult> {
  try {
    const me = recordOf(await rest.call('GET', '/users/@me', undefined, signal));
    const name = `@${stringOf(me?.['username']) ?? '?'}`;
    const application = recordOf(await rest.call('GET', '/applications/@me', undefined, signal));
    const flags = integerOf(application?.['flags']);
    if (flags !== null && (flags & MESSAGE_CONTENT) === 0) {
      return {
        ok: false,
        message: `${name} may not read messages of servers: the privileged intent "Message Content" is not granted`,
        mend: 'Switch it on in the developer portal, page "Bot", then restart the account.',
      };
    }
    const { channels, forums } = config.support;
    return {
      ok: true,
      message: `${name} answers; ${channels.length} channels and ${forums.length} forums are support`,
    };
  } catch (error) {
    if (!(error instanceof DiscordCallError)) throw error;
    return {
      ok: false,
      message: `Discord: ${describe(error)}`,
      mend: isRefusedToken(error)
        ? 'Take the token from the developer portal, page "Bot" (a reset makes a new one), and set it in the configuration.'
        : 'Check apiRoot, DNS, proxy and firewall, then try again.',
    };
  }
}
