import type http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { PLATFORM_API_ROOT } from '../config.ts';

/** Idle connections wait this long for the next call, ms; X closes its own later. */
const IDLE_MS = 30_000;

/**
 * Leads calls of the API to where `apiRoot` says. Host and path of a call stay the platform's own, because OAuth 1.0a signs them: only
 * the connection goes elsewhere. An `http:` root is plain TCP to its host and port; an `https:` root that is not the platform is TLS to
 * that host, whose certificate has to name it; the platform itself is an ordinary agent. Connections are kept.
 * @param apiRoot scheme, host and port, as the configuration checked it
 */
export function createXAgent(apiRoot: string): https.Agent {
  const options = { keepAlive: true, timeout: IDLE_MS } as const;
  const { protocol, hostname, port } = new URL(apiRoot);
  if (`${protocol}//${hostname}${port}` === PLATFORM_API_ROOT) return new https.Agent(options);
  const host = hostname.replace(/^\[(.*)\]$/u, '$1');
  return protocol === 'http:'
    ? new ElsewhereAgent(options, () => net.connect({ host, port: Number(port === '' ? 80 : port), noDelay: true }))
    : new ElsewhereAgent(options, () =>
        tls.connect({
          host,
          port: Number(port === '' ? 443 : port),
          // Addresses have no names to ask for (RFC 6066, 3).
          ...(net.isIP(host) === 0 ? { servername: host } : {}),
          ALPNProtocols: ['http/1.1'],
        }),
      );
}

/** An agent for requests to anywhere whose connections all go to one place. */
class ElsewhereAgent extends https.Agent {
  readonly #connect: () => net.Socket;

  constructor(options: https.AgentOptions, connect: () => net.Socket) {
    super(options);
    this.#connect = connect;
  }

  override createConnection(options: http.ClientRequestArgs): Duplex {
    const socket = this.#connect();
    // What `net.connect` would have done with the agent's own options.
    if (options.timeout !== undefined) socket.setTimeout(options.timeout);
    return socket;
  }
}
