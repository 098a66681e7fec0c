import { xConfig } from '../../../../../channels/x/config.ts';
import { createMeter, type XMeter } from '../../../../../channels/x/meter.ts';
import { normalisePayload } from '../../../../../channels/x/normalise.ts';
import { createReceiving, type Receiving, type ReceivingTimes } from '../../../../../channels/x/receive.ts';
import { createXAgent } from '../../../../../channels/x/transport/agent.ts';
import { createCredentials } from '../../../../../channels/x/transport/authorisation/credentials.ts';
import { createXRest } from '../../../../../channels/x/transport/rest.ts';
import { createSelfSource } from '../../../../../channels/x/transport/self.ts';
import type { AccountDetail, ConnectionState, InboundSink } from '../../../../../src/core/ports/channel.ts';
import { type MemoryRecords, memoryRecords } from '../../../../kit/channels/memory-records.ts';
import { quietLog } from '../../../../kit/quiet-log.ts';

export const APP_SECRET = 'the secret of this test';

/** An account that receives, with what it reported and what was stored. */
export interface TestAccount {
  readonly receiving: Receiving;
  readonly states: ConnectionState[];
  readonly details: AccountDetail[];
  readonly records: MemoryRecords;
  readonly meter: XMeter;
  /** Keys of the events that were stored, in their order. */
  readonly keys: string[];
  readonly log: ReturnType<typeof quietLog>;
  sink: InboundSink;
  /** Receives until {@link close}. */
  begin(): void;
  close(): Promise<void>;
}

export function createTestAccount(
  apiRoot: string,
  settings: Readonly<Record<string, unknown>>,
  times: Partial<ReceivingTimes> = {},
  records = memoryRecords(),
): TestAccount {
  const config = xConfig.parse({
    id: 'x',
    channel: 'x',
    apiRoot,
    appKey: 'appkey',
    appSecret: APP_SECRET.replaceAll(' ', '-'),
    accessToken: '77-token',
    accessSecret: 'accesssecret',
    bearerToken: 'app-bearer',
    ...settings,
  });
  const log = quietLog();
  const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
  const states: ConnectionState[] = [];
  const details: AccountDetail[] = [];
  const keys: string[] = [];
  const agent = createXAgent(config.apiRoot);
  const meter = createMeter({ budgetPerDay: config.budgetPerDay, memory: records.memory, clock, log });
  const credentials = createCredentials(config, { agent, memory: records.memory, clock, log });
  const rest = createXRest({ agent, credentials, meter, clock });
  const self = createSelfSource({ rest, records, consent: () => credentials.consent(), nowMs: () => clock.nowMs() });
  const deps = {
    log,
    clock,
    records,
    onState: (state: ConnectionState) => void states.push(state),
    onDetail: (detail: AccountDetail) => void details.push(detail),
    files: {
      open: () => {
        throw new Error('no files here');
      },
      put: () => Promise.reject(new Error('no files here')),
    },
  };
  const receiving = createReceiving({ config, rest, meter, self, deps, agent, credentials, times });
  const stop = new AbortController();
  let running: Promise<void> = Promise.resolve();
  const account: TestAccount = {
    receiving,
    states,
    details,
    records,
    meter,
    keys,
    log,
    sink(payloads) {
      for (const payload of payloads) {
        const data = Buffer.isBuffer(payload) ? payload : payload.data;
        const context = { selfId: null, selfHandle: null, campaignTags: [] };
        for (const one of normalisePayload(JSON.parse(data.toString('utf8')), context)) {
          const key = one.outcome === 'event' ? one.event.eventKey : one.eventKey;
          if (!records.stored.has(key)) keys.push(key);
          records.stored.add(key);
        }
      }
      return Promise.resolve();
    },
    begin() {
      running = receiving.receive((payloads) => account.sink(payloads), stop.signal);
    },
    async close() {
      stop.abort();
      receiving.end?.();
      await running;
      await meter.close();
      rest.close();
    },
  };
  return account;
}
