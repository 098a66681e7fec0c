import { once } from 'node:events';
import net from 'node:net';

/** A TCP proxy on loopback that can cut, at a byte chosen before. */
export interface TcpProxy {
  readonly port: number;
  /** Connections made so far. */
  readonly connections: number;
  /** Cuts the connection on which so many bytes of the server came, counted from now; once. */
  cutAfter(bytes: number): void;
  /** The same for what the client sends; the server gets no byte more. */
  cutAfterSent(bytes: number): void;
  /** Passes nothing more on what is connected now, in both directions, without closing it. */
  freeze(): void;
  close(): Promise<void>;
}

export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const sockets = new Set<net.Socket>();
  let connections = 0;
  let leftBytes = Number.POSITIVE_INFINITY;
  let leftSentBytes = Number.POSITIVE_INFINITY;
  const server = net.createServer((client) => {
    connections += 1;
    const upstream = net.connect(target, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (chunk: Buffer) => {
      if (chunk.byteLength < leftSentBytes) {
        leftSentBytes -= chunk.byteLength;
        upstream.write(chunk);
        return;
      }
      const last = chunk.subarray(0, leftSentBytes);
      leftSentBytes = Number.POSITIVE_INFINITY;
      upstream.write(last, () => {
        client.resetAndDestroy();
        upstream.resetAndDestroy();
      });
    });
    upstream.on('data', (chunk: Buffer) => {
      if (chunk.byteLength < leftBytes) {
        leftBytes -= chunk.byteLength;
        client.write(chunk);
        return;
      }
      const last = chunk.subarray(0, leftBytes);
      leftBytes = Number.POSITIVE_INFINITY;
      client.write(last, () => client.resetAndDestroy());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no TCP address');
  return {
    port: address.port,
    get connections() {
      return connections;
    },
    cutAfter(bytes) {
      leftBytes = bytes;
    },
    cutAfterSent(bytes) {
      leftSentBytes = bytes;
    },
    freeze() {
      for (const socket of sockets) socket.removeAllListeners('data').pause();
    },
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
