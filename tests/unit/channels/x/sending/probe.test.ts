import { describe, expect, it } from '@jest/globals';
import { probeX } from '../../../../../channels/x/probe.ts';
import { SCOPES } from '../../../../../channels/x/transport/authorisation/consent.ts';
import type { XCredentials } from '../../../../../channels/x/transport/authorisation/credentials.ts';
import { BudgetUsedUp } from '../../../../../channels/x/transport/ports.ts';
import { refusal, scriptedRest } from './scripted-rest.ts';

const NEVER = new AbortController().signal;
const ME = { body: { data: { id: '7', name: 'Example', username: 'ExampleHelp' } } };

function granting(scopes: readonly string[] | null): Pick<XCredentials, 'scopes'> {
  return {
    scopes: () => Promise.resolve(scopes),
  };
}

describe('the probe', () => {
  it('says who answers', async () => {
    const result = await probeX({ rest: scriptedRest(ME, {}, {}), credentials: granting([...SCOPES]) }, NEVER);
    expect(result).toMatchObject({ ok: true });
    expect(result.message).toContain('@ExampleHelp');
  });

  it('says what the consent lacks', async () => {
    const result = await probeX({ rest: scriptedRest(ME), credentials: granting(['tweet.read', 'users.read']) }, NEVER);
    expect(result).toMatchObject({ ok: false });
    expect(result.message).toContain('dm.write');
  });

  it('says what the plan lacks', async () => {
    const forbidden = refusal({ status: 403, kind: 'client-forbidden' });
    const result = await probeX({ rest: scriptedRest(ME, {}, forbidden), credentials: granting(null) }, NEVER);
    expect(result).toMatchObject({ ok: false, message: "@ExampleHelp answers; the app's plan lacks direct messages" });
  });

  it.each([
    ['refused credentials', refusal({ status: 401, message: 'Unauthorized' }), /keys and tokens/u],
    ['used-up credits', refusal({ status: 402, kind: 'credits-depleted' }), /credits/u],
    ['a locked account', refusal({ status: 403, code: 326 }), /Log in/u],
    ['nobody there', refusal({ status: null, sent: 'no' }), /firewall/u],
    ['a used-up budget', new BudgetUsedUp('read', 0), /budgetPerDay/u],
  ])('names the mend for %s', async (_name, error, mend) => {
    const result = await probeX({ rest: scriptedRest(error), credentials: granting(null) }, NEVER);
    expect(result.ok).toBe(false);
    expect(result.mend).toMatch(mend);
  });
});
