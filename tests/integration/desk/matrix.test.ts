import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { listRoutes } from '../../../src/api/describe.ts';
import type { Policy } from '../../../src/api/policy.ts';
import { at, type DeskClient } from '../../kit/desk/client.ts';
import { MEDIA, PICTURE, SAMPLES, type Sample } from '../../kit/desk/route-samples.ts';
import { type DeskStand, startDeskStand } from '../../kit/desk/stand.ts';
import { memoryChannel } from '../../kit/pipeline/memory-channel.ts';

/** Every route by everybody, with real requests. The list of routes is the router's own. */
const ACTORS = ['signed out', 'disabled', 'agent of the team', 'agent of another team', 'lead', 'admin'] as const;
type Actor = (typeof ACTORS)[number];

const ROLE_OF: Readonly<Record<Actor, Policy | null>> = {
  'signed out': null,
  disabled: null,
  'agent of the team': 'agent',
  'agent of another team': 'agent',
  lead: 'lead',
  admin: 'admin',
};
const RANK: readonly Policy[] = ['agent', 'lead', 'admin'];

/** What a route's policy says to somebody: the status, and the code of a refusal. */
function expected(policy: Policy, actor: Actor, sample: Sample): { status: number; code: string | undefined } {
  const role = ROLE_OF[actor];
  if (!RANK.includes(policy)) return { status: sample.ok, code: undefined };
  if (role === null) return { status: 401, code: 'signed_out' };
  if (RANK.indexOf(role) < RANK.indexOf(policy)) return { status: 403, code: 'forbidden' };
  if (sample.scoped === true && actor === 'agent of another team') return { status: 404, code: 'not_found' };
  return { status: sample.ok, code: undefined };
}

let stand: DeskStand;
beforeAll(async () => {
  const { capabilities } = memoryChannel();
  const channel = { capabilities: { ...capabilities, media: MEDIA, reactions: 'one' as const, typing: true } };
  const pictures = { fetch: () => Promise.resolve({ mime: 'image/png', bytes: PICTURE }) };
  stand = await startDeskStand({ withoutWorker: true, channel, pictures });
}, 60_000);
afterAll(() => stand.stop());

async function clientOf(actor: Actor): Promise<DeskClient> {
  if (actor === 'signed out') return stand.client();
  if (actor === 'lead' || actor === 'admin') return stand.signedIn(actor);
  const client = await stand.signedIn('agent', [actor === 'agent of another team' ? 'kyc' : 'support']);
  if (actor === 'disabled') {
    await stand.gateway.database.pool.query('UPDATE agent SET disabled_at = now() WHERE id = $1', [client.agentId]);
  }
  return client;
}

const routes = await listRoutes();

describe('every route by everybody', () => {
  test('has a sample, and every sample a route', () => {
    const declared = routes.filter((route) => route.method !== 'HEAD').map(({ method, url }) => `${method} ${url}`);
    expect(declared.toSorted()).toEqual(Object.keys(SAMPLES).toSorted());
  });

  test.each(routes.map(({ method, url, policy }) => [method, url, policy] as const))(
    '%s %s is for: %s',
    async (method, url, policy) => {
      const sample = SAMPLES[`${method === 'HEAD' ? 'GET' : method} ${url}`];
      if (sample === undefined) throw new Error('no sample');
      for (const actor of ACTORS) {
        const client = await clientOf(actor);
        const { path, ...asked } = await sample.call(stand, client);
        const answer = await client.ask(method, path, asked);
        const { status, code } = expected(policy, actor, sample);
        expect([actor, answer.status]).toEqual([actor, status]);
        if (code !== undefined && method !== 'HEAD') expect(at(answer.body, 'error.code')).toBe(code);
      }
    },
    30_000,
  );
});
