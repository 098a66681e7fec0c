import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionState, InboundSink } from '../../../../src/core/ports/channel.ts';
import type { ToyConfig } from './config.ts';

/** One call of the toy platform; rejects when the connection fails. */
export type ToyCall = (
  method: string,
  path: string,
  body: object | null,
  signal: AbortSignal,
) => Promise<{ status: number; value: unknown }>;

export function createToyCall(config: ToyConfig): ToyCall {
  return async (method, path, body, signal) => {
    const response = await fetch(new URL(path, config.url), {
      method,
      signal,
      headers: { authorization: `Bearer ${config.key}`, connection: 'close' },
      ...(body === null ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, value: text === '' ? null : JSON.parse(text) };
  };
}

const PAUSE_MS = 20;

/** Polls until aborted; what was stored is confirmed by the next question. */
export async function pollToy(
  call: ToyCall,
  sink: InboundSink,
  signal: AbortSignal,
  onState: (state: ConnectionState) => void,
): Promise<void> {
  let after = 0;
  while (!signal.aborted) {
    try {
      const { status, value } = await call('GET', `/inbox?after=${after}`, null, signal);
      if (status === 401) {
        onState({ state: 'stopped', code: 'bad_key', message: 'the key is refused', mend: 'Set the right key.' });
      } else if (Array.isArray(value)) {
        onState({ state: 'connected' });
        const messages: readonly unknown[] = value;
        if (messages.length > 0) await sink(messages.map((message) => Buffer.from(JSON.stringify(message))));
        for (const message of messages) after = Math.max(after, numberOf(message));
      }
    } catch {
      if (!signal.aborted) onState({ state: 'retrying', code: 'trouble', message: 'not stored or not reached' });
    }
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}

function numberOf(message: unknown): number {
  return typeof message === 'object' && message !== null && 'n' in message && typeof message.n === 'number'
    ? message.n
    : 0;
}
