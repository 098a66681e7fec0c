import type { ProbeResult } from '../../src/core/ports/channel.ts';
import { recordOf, stringOf } from '../shared/read-unknown.ts';
import { describe, isHeld, isOutOfCredit, isRefusedToken, XCallError } from './errors.ts';
import { snowflakeOf } from './ids.ts';
import { SCOPES } from './transport/authorisation/consent.ts';
import type { XCredentials } from './transport/authorisation/credentials.ts';
import { BudgetUsedUp, type XCall, type XRest } from './transport/ports.ts';

/** What an account can do at X is tried by asking for as little as X gives. */
const ABILITIES: readonly { name: string; call: (selfId: string) => XCall }[] = [
  {
    name: 'reading mentions',
    call: (selfId) => ({
      endpoint: 'mentions',
      purpose: 'read',
      path: { id: selfId },
      query: { max_results: 5 },
      mostMicros: 5_000,
    }),
  },
  {
    name: 'direct messages',
    call: () => ({ endpoint: 'directEvents', purpose: 'read', query: { max_results: 1 }, mostMicros: 10_000 }),
  },
];

/**
 * Checks credentials, consent and what the app's plan gives, for `parley doctor`. It asks for as much as one poll does, so it costs a cent
 * or two. Never throws for trouble at X.
 */
export async function probeX(
  {
    rest,
    credentials,
    handle,
  }: {
    rest: Pick<XRest, 'call'>;
    credentials: Pick<XCredentials, 'scopes'>;
    /** The configured one; left out: there is none to compare. */
    handle?: string | undefined;
  },
  signal: AbortSignal,
): Promise<ProbeResult> {
  try {
    const { body } = await rest.call({ endpoint: 'me', purpose: 'read' }, signal);
    const me = recordOf(recordOf(body)?.['data']);
    const selfId = snowflakeOf(me?.['id']);
    if (selfId === null) return { ok: false, message: 'X does not say who this account is', mend: 'Check apiRoot.' };
    const name = `@${stringOf(me?.['username']) ?? selfId}`;
    const granted = await credentials.scopes();
    const missing = granted === null ? [] : SCOPES.filter((scope) => !granted.includes(scope));
    if (missing.length > 0) {
      return {
        ok: false,
        message: `${name}: the consent lacks ${missing.join(', ')}`,
        mend: "Allow these for the app in X's developer console, then give consent again.",
      };
    }
    // Whoever takes a name that we gave up is written to in our place.
    if (handle !== undefined && name.toLowerCase() !== `@${handle.toLowerCase()}`) {
      return {
        ok: false,
        message: `X calls this account ${name}, the configuration @${handle}`,
        mend: `Set handle of the account, and what its texts say, to ${name}; or log in as @${handle}.`,
      };
    }
    const lacks = await lackedBy(rest, selfId, signal);
    if (lacks.length > 0) {
      return {
        ok: false,
        message: `${name} answers; the app's plan lacks ${lacks.join(' and ')}`,
        mend: "Choose a plan with it in X's developer console; everything else works meanwhile.",
      };
    }
    return { ok: true, message: `${name} answers; mentions and direct messages can be read` };
  } catch (error) {
    return trouble(error);
  }
}

async function lackedBy(rest: Pick<XRest, 'call'>, selfId: string, signal: AbortSignal): Promise<string[]> {
  const lacks: string[] = [];
  for (const { name, call } of ABILITIES) {
    try {
      await rest.call(call(selfId), signal);
    } catch (error) {
      if (!(error instanceof XCallError) || !isLacking(error)) throw error;
      lacks.push(name);
    }
  }
  return lacks;
}

function isLacking({ failure }: XCallError): boolean {
  return failure.status === 403 && !isHeld(failure) && !isOutOfCredit(failure) && failure.problem !== null;
}

function trouble(error: unknown): ProbeResult {
  if (error instanceof BudgetUsedUp) {
    return { ok: false, message: error.message, mend: 'Wait for the next day (UTC), or raise budgetPerDay.' };
  }
  if (!(error instanceof XCallError)) throw error;
  return { ok: false, message: `X: ${describe(error.failure)}`, mend: mendOf(error) };
}

function mendOf({ failure }: XCallError): string {
  if (isOutOfCredit(failure)) return "Add credits in X's developer console.";
  if (isHeld(failure)) return 'Log in at X with this account and do what it asks, then resume the account.';
  if (isRefusedToken(failure)) {
    return "Take keys and tokens from X's developer console, or give consent anew, and set them in the configuration.";
  }
  return 'Check apiRoot, DNS, proxy and firewall, then try again.';
}
