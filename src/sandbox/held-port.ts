import { createServer } from 'node:net';

/** A port that is ours until it is given up. */
export interface HeldPort {
  readonly port: number;
  /** From now on somebody else may listen there. */
  release(): Promise<void>;
}

/**
 * Takes a port, or another one where it is taken, and keeps it: what is told of it before the real server listens stays true. Whoever
 * connects meanwhile is turned away.
 */
export async function holdPort(host: string, wanted: number): Promise<HeldPort> {
  const server = createServer((socket) => socket.destroy());
  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, exclusive: true }, () => {
        server.removeListener('error', reject);
        resolve();
      });
    });
  try {
    await listen(wanted);
  } catch {
    await listen(0);
  }
  const place = server.address();
  return {
    port: place !== null && typeof place === 'object' ? place.port : wanted,
    release: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
