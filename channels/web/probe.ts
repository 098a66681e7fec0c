import { ParleyError } from '../../src/core/errors.ts';
import type { ConnectionState, ProbeResult } from '../../src/core/ports/channel.ts';
import type { PlaceLog } from '../../src/core/ports/place-log.ts';
import type { WebConfig } from './config.ts';

const NO_SITE = {
  message: 'no site may show this chat',
  mend: 'name the sites in origins of the account, such as https://www.example.com',
};

/** How the account stands: there is no connection that could break, but without a site nobody can ever come. */
export function connectionOf(config: Pick<WebConfig, 'origins'>): ConnectionState {
  return config.origins.length === 0 ? { state: 'stopped', code: 'no_origins', ...NO_SITE } : { state: 'connected' };
}

/** For `doctor`: is there a site, and is there what visitors are shown. */
export async function probeWeb(config: Pick<WebConfig, 'origins' | 'secret'>, places: PlaceLog): Promise<ProbeResult> {
  if (config.origins.length === 0) return { ok: false, ...NO_SITE };
  const sites = `shown by ${config.origins.join(', ')}${config.secret === undefined ? '; every visitor is a stranger' : ''}`;
  try {
    await places.marks(['probe']);
    return { ok: true, message: sites };
  } catch (error) {
    // A command that opens no store looks at the settings alone.
    if (error instanceof ParleyError && error.code === 'not_started') return { ok: true, message: sites };
    return {
      ok: false,
      message: 'the store that keeps what visitors see is away',
      mend: 'check store.url and its server',
    };
  }
}
