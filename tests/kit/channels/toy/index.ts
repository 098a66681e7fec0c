import { type AccountId, brandId } from '../../../../src/core/model/ids.ts';
import type { ChannelFactory } from '../../../../src/core/ports/channel.ts';
import { toyCapabilities } from './capabilities.ts';
import { type ToyConfig, toyConfig } from './config.ts';
import { normaliseToy } from './normalise.ts';
import { renderToy } from './render.ts';
import { reconcileToy, sendToy } from './send.ts';
import { createToyCall, pollToy } from './transport.ts';

/** The smallest channel that keeps the contract. */
export const toy: ChannelFactory<ToyConfig> = {
  channel: 'toy',
  capabilities: toyCapabilities,
  configSchema: toyConfig,
  create(config, deps) {
    const call = createToyCall(config);
    return {
      id: brandId<AccountId>(config.id),
      channel: 'toy',
      capabilities: toyCapabilities,
      pace: null,
      render: renderToy,
      normalise: normaliseToy,
      send: (request, signal) => sendToy(call, request, signal),
      reconcile: (request, signal) => reconcileToy(call, request, signal),
      receive: (sink, signal) => pollToy(call, sink, signal, (state) => deps.onState(state)),
      async probe(signal) {
        const mend = 'Check url and key.';
        try {
          const { status } = await call('GET', '/inbox?after=0', null, signal);
          return status === 200
            ? { ok: true, message: 'it answers' }
            : { ok: false, message: `status ${status}`, mend };
        } catch {
          return { ok: false, message: 'it does not answer', mend };
        }
      },
      async close() {},
    };
  },
};
