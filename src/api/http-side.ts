import type { Server } from 'node:http';
import type { Config } from '../../config/schema.ts';
import { ParleyError } from '../core/errors.ts';
import type { Log } from '../core/ports/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import { createHttp, type HttpOptions } from './http.ts';
import type { WebhookOptions } from './routes/webhooks.ts';

export interface HttpSideOptions {
  config: Config;
  log: Log;
  metrics: Metrics;
  /** Where to listen; 0: any free port. */
  port: number;
  /** Left out where no platform calls. */
  webhook?: WebhookOptions['webhook'] | undefined;
  /** Left out where no people work. */
  deskSide?: HttpOptions['deskSide'];
  ready: HttpOptions['ready'];
  onAnswered?: HttpOptions['onAnswered'];
  /** A port that is taken is no error: another one does as well. */
  anyPortIfTaken?: boolean;
  /** Reads what only a look can tell, right before the metrics are given out. */
  beforeMetrics(): void;
}

/** The listening HTTP side. */
export interface HttpSide {
  readonly address: string;
  /** For protocols that begin as HTTP. */
  readonly server: Server;
  /** Stops accepting, answers what is under way. */
  stop(): Promise<void>;
}

/** Listens. @throws {ParleyError} when the port is taken or may not be used */
export async function startHttpSide(options: HttpSideOptions): Promise<HttpSide> {
  const { config, metrics, webhook, deskSide } = options;
  const { app } = await createHttp({
    log: options.log,
    trustedProxies: config.http.trustedProxies,
    webhooks:
      webhook === undefined
        ? undefined
        : { webhook, onWebhook: (channel, tookMs) => metrics.ingestLatency(channel, tookMs) },
    deskSide,
    ready: options.ready,
    onAnswered: options.onAnswered,
    metrics: async () => {
      options.beforeMetrics();
      metrics.ready((await options.ready()).ready);
      return { contentType: metrics.contentType, text: await metrics.text() };
    },
  });
  const listen = (port: number): Promise<string> => app.listen({ host: config.http.host, port });
  try {
    const address = await listen(options.port).catch((error: unknown) => {
      // Between looking for a free port and now somebody took it.
      if (options.anyPortIfTaken !== true || codeOf(error) !== 'EADDRINUSE') throw error;
      return listen(0);
    });
    return { address, server: app.server, stop: () => app.close() };
  } catch (error) {
    await app.close();
    const code = codeOf(error);
    const place = `${config.http.host}:${options.port}`;
    const setting = webhook === undefined && deskSide === undefined ? 'http.healthPort' : 'http.port';
    throw new ParleyError('http_listen', `cannot listen on ${place} (${code})`, {
      mend:
        code === 'EADDRINUSE'
          ? `another program uses this port: stop it or set ${setting}`
          : `check http.host and ${setting}`,
      cause: error,
    });
  }
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
}
