import { resolve as resolveDns } from 'node:dns/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import type { ParsedEmail } from './parse/parsed-email.ts';

/** Whether the sender's domain vouches for a mail, and why we think so or not. */
export interface SenderTrust {
  proof: 'proven' | 'claimed';
  reason: string;
}

/** Looks records up in the DNS; names of types as Node has them. */
export type Resolver = (name: string, type: string) => Promise<string[][] | string[]>;

/** What a server of ours found out when it took the mail in (RFC 8601). */
export interface AuthenticationResult {
  method: string;
  result: string;
  /** Such as `header.d`, lower case. */
  properties: Readonly<Record<string, string>>;
}

/** More signatures than this is no mail but an attack on our resolver. */
const MAX_SIGNATURES = 8;
const MAX_RESULTS = 30;
const VERIFY_MS = 5_000;

/** The clauses of a header without comments (RFC 8601, 2.2): what stands in quotes or comments may be a stranger's words. */
function clausesOf(value: string): string[] {
  const clauses = [''];
  let depth = 0;
  let quoted = false;
  for (let index = 0; index < value.length; index += 1) {
    let char = value.charAt(index);
    if (char === '\\' && (quoted || depth > 0)) {
      // A quoted pair stands for the character behind it, which means nothing here.
      index += 1;
      char = '_';
    } else if (char === '"' && depth === 0) quoted = !quoted;
    else if (quoted) char = /[\w.@+-]/u.test(char) ? char : '_';
    else if (char === '(') depth += 1;
    else if (char === ')' && depth > 0) {
      depth -= 1;
      continue;
    }
    if (depth > 0) continue;
    if (char === ';' && !quoted) clauses.push('');
    else clauses[clauses.length - 1] += char;
  }
  return clauses;
}

/**
 * Reads an Authentication-Results header (RFC 8601, 2.2). Null when it is not of one of these servers.
 * @param value the header's value, unfolded
 */
export function readAuthenticationResults(
  value: string,
  authservIds: readonly string[],
): AuthenticationResult[] | null {
  const [head = '', ...rest] = clausesOf(value.slice(0, 10_000));
  const id = head.trim().split(/\s+/u)[0]?.toLowerCase() ?? '';
  if (!authservIds.some((ours) => ours.toLowerCase() === id)) return null;
  return rest.slice(0, MAX_RESULTS).flatMap((clause) => {
    const pairs = [...clause.matchAll(/([A-Za-z0-9.-]{1,60})(?:\/\d)?\s*=\s*("[^"]{0,300}"|[^\s;"]{1,300})/gu)];
    const [first, ...others] = pairs.map(
      ([, key = '', given = '']) => [key.toLowerCase(), given.replaceAll('"', '').toLowerCase()] as const,
    );
    if (first === undefined) return [];
    return [{ method: first[0], result: first[1], properties: Object.fromEntries(others) }];
  });
}

function domainOf(address: string): string {
  return address
    .slice(address.lastIndexOf('@') + 1)
    .toLowerCase()
    .replace(/\.$/u, '');
}

/** Relaxed alignment (RFC 7489, 3.1) as far as it can be told without a list of public suffixes: one domain is the other's parent. */
function aligned(from: string, signer: string): boolean {
  if (from === signer) return true;
  const [shorter, longer] = from.length < signer.length ? [from, signer] : [signer, from];
  return shorter.includes('.') && longer.endsWith(`.${shorter}`);
}

/** What our own server says; null: nothing that decides. */
function judgeResults(results: readonly AuthenticationResult[], from: string): SenderTrust | null {
  for (const { method, result, properties } of results) {
    const of = properties['header.from'];
    if (method === 'dmarc' && result === 'pass' && (of === undefined || aligned(from, domainOf(of)))) {
      return { proof: 'proven', reason: `our mail server checked ${from}: DMARC pass` };
    }
  }
  for (const { method, result, properties } of results) {
    const domain =
      method === 'dkim'
        ? (properties['header.d'] ?? properties['header.i'])
        : method === 'spf'
          ? properties['smtp.mailfrom']
          : undefined;
    if (result === 'pass' && domain !== undefined && aligned(from, domainOf(domain))) {
      return { proof: 'proven', reason: `our mail server checked ${from}: ${method.toUpperCase()} pass` };
    }
  }
  const failed = results.find(({ method, result }) => method === 'dmarc' && result === 'fail');
  return failed === undefined ? null : { proof: 'claimed', reason: `our mail server checked ${from}: DMARC fail` };
}

/** Our own check of the signatures (RFC 6376): one that passes, is of the sender's domain and covers the whole body. */
async function judgeSignatures(raw: Buffer, from: string, resolver: Resolver): Promise<SenderTrust> {
  const cancel = new AbortController();
  try {
    const verified = await Promise.race([
      dkimVerify(raw, { resolver }),
      sleep(VERIFY_MS, null, { signal: cancel.signal, ref: false }),
    ]);
    if (verified === null) return { proof: 'claimed', reason: `the signature of ${from} could not be checked in time` };
    const good = verified.results.find(
      ({ status, signingDomain }) =>
        status.result === 'pass' && status.underSized === undefined && aligned(from, signingDomain.toLowerCase()),
    );
    return good === undefined
      ? { proof: 'claimed', reason: `no signature of ${from} passes` }
      : { proof: 'proven', reason: `signed by ${good.signingDomain}` };
  } catch {
    return { proof: 'claimed', reason: `the signature of ${from} could not be checked` };
  } finally {
    cancel.abort();
  }
}

function countSignatures(raw: Buffer): number {
  const end = raw.indexOf('\r\n\r\n');
  const head = raw.toString('latin1', 0, Math.min(end === -1 ? raw.length : end, 256 * 1024));
  return [...head.matchAll(/^dkim-signature:/gimu)].length;
}

/**
 * Decides whether a mail is from whom it says. Our own server's topmost Authentication-Results speak first (it removes those that
 * somebody else forged under its name, RFC 8601, 5), then the signatures as we check them. Several From never are proven.
 */
export async function judgeSender(
  raw: Buffer,
  parsed: Pick<ParsedEmail, 'from' | 'warnings' | 'headers'>,
  { authservIds, resolver = resolveDns }: { authservIds: readonly string[]; resolver?: Resolver | undefined },
): Promise<SenderTrust> {
  const { from } = parsed;
  if (from === null || !from.includes('@')) return { proof: 'claimed', reason: 'it names no sender' };
  if (parsed.warnings.includes('several_from') || parsed.warnings.includes('group_from')) {
    return { proof: 'claimed', reason: 'it names several senders' };
  }
  const domain = domainOf(from);
  for (const header of parsed.headers['authentication-results'] ?? []) {
    const results = readAuthenticationResults(header, authservIds);
    if (results === null) continue;
    const judged = judgeResults(results, domain);
    if (judged !== null) return judged;
    break;
  }
  const signatures = countSignatures(raw);
  if (signatures === 0) return { proof: 'claimed', reason: `nothing vouches for ${domain}` };
  if (signatures > MAX_SIGNATURES) return { proof: 'claimed', reason: 'it has too many signatures to be checked' };
  return judgeSignatures(raw, domain, resolver);
}
