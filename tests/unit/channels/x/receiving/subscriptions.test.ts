import { describe, expect, test } from '@jest/globals';
import { XCallError } from '../../../../../channels/x/errors.ts';
import type { XCall, XRest } from '../../../../../channels/x/transport/ports.ts';
import { subscribe } from '../../../../../channels/x/transport/subscriptions.ts';

const NEVER = new AbortController().signal;
const US = { selfId: '1500000000000000001', webhookId: null };

/** An X with no subscriptions that refuses some of them. */
function refusing(isRefused: (call: XCall) => number | null): XRest & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    call(call) {
      asked.push(call.endpoint);
      const status = isRefused(call);
      if (status === null) return Promise.resolve({ status: 200, headers: {}, body: { data: [] } });
      const problem = { kind: null, code: null, message: 'no' };
      const failure = { status, problem, message: 'no', retryAfterMs: null, sent: 'maybe' as const };
      return Promise.reject(new XCallError(call.endpoint, failure));
    },
    close: () => undefined,
  };
}

const ofDirect = ({ json }: XCall): boolean => JSON.stringify(json ?? {}).includes('dm.received');

describe('subscriptions', () => {
  test.each([400, 401, 403])('that X refuses the app with %i are asked for as the account', async (status) => {
    const rest = refusing((call) => (call.endpoint === 'subscribe' && ofDirect(call) ? status : null));
    expect(await subscribe(rest, US, NEVER)).toEqual({ pushed: ['mentions', 'quotes', 'directEvents'], lacks: [] });
    expect(rest.asked.filter((endpoint) => endpoint === 'subscribeAsUser')).toHaveLength(1);
  });

  test('that are refused to both are lacking, and what X finds bad of both is told', async () => {
    const closed = refusing((call) => (call.endpoint !== 'subscriptions' && ofDirect(call) ? 403 : null));
    expect(await subscribe(closed, US, NEVER)).toEqual({
      pushed: ['mentions', 'quotes'],
      lacks: ['activity dm.received'],
    });
    const bad = refusing((call) => (call.endpoint !== 'subscriptions' && ofDirect(call) ? 400 : null));
    await expect(subscribe(bad, US, NEVER)).rejects.toThrow(XCallError);
  });
});
