import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { nameLine } from '../shared/well-formed.ts';
import type { VisitorId } from './ids.ts';

/** How long a stranger's browser is known, and somebody the site vouches for, ms. */
const STRANGER_MS = 180 * 24 * 3_600_000;
const SIGNED_MS = 12 * 3_600_000;
/** Longest life of a site's token, and how far its clock may differ from ours, ms. */
const MAX_TOKEN_MS = 24 * 3_600_000;
const SKEW_MS = 60_000;
/** Longest token that is looked at, characters. */
const MAX_TOKEN = 4_096;

export interface Visitor {
  id: VisitorId;
  /** As the site says; empty for strangers. */
  name: string;
  /** The site vouches for who it is. */
  signed: boolean;
}

/** Why a site's token counts for nothing; for whoever builds it in, never a secret. */
export type TokenTrouble =
  | 'not_a_token'
  | 'wrong_algorithm'
  | 'wrong_signature'
  | 'expired'
  | 'too_long_lived'
  | 'no_subject';

const header = z.object({ alg: z.literal('HS256') });
const claims = z.object({
  sub: z.string().min(1).max(128),
  name: z.string().max(256).optional(),
  exp: z.number(),
  nbf: z.number().optional(),
});

function parsed(part: string | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}

function same(left: Buffer, right: Buffer): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Who the site says is there: a JWT of HS256 over the account's secret with `sub` and `exp` (RFC 7519). */
export function readSiteToken(token: string, secret: string, nowMs: number): Visitor | TokenTrouble {
  const parts = token.split('.');
  const [head = '', body = '', signature = ''] = parts;
  if (token.length > MAX_TOKEN || parts.length !== 3) return 'not_a_token';
  // Never what the token says about itself: a token that asks for no signature would be believed.
  if (!header.safeParse(parsed(head)).success) return 'wrong_algorithm';
  const expected = createHmac('sha256', secret).update(`${head}.${body}`).digest();
  if (!same(Buffer.from(signature, 'base64url'), expected)) return 'wrong_signature';
  const read = claims.safeParse(parsed(body));
  if (!read.success) return 'no_subject';
  const { sub, exp, nbf = 0, name = '' } = read.data;
  if (exp * 1_000 < nowMs - SKEW_MS || nbf * 1_000 > nowMs + SKEW_MS) return 'expired';
  if (exp * 1_000 > nowMs + MAX_TOKEN_MS + SKEW_MS) return 'too_long_lived';
  const subject = nameLine(sub);
  return subject === '' ? 'no_subject' : { id: `user:${subject}`, name: nameLine(name), signed: true };
}

export function newStranger(): Visitor {
  return { id: `anon:${randomBytes(16).toString('base64url')}`, name: '', signed: false };
}

const kept = z.object({ id: z.string(), name: z.string(), signed: z.boolean(), untilMs: z.number() });

/** Tokens of ours: which visitor a browser is, and which file it brought. */
export interface Sessions {
  issue(visitor: Visitor): { token: string; untilMs: number };
  /** Null where the token is not ours, is of another account, or has ended. */
  read(token: string): Visitor | null;
  /** A value only this visitor can bring back. */
  seal(visitor: VisitorId, value: object): string;
  open(visitor: VisitorId, sealed: string): unknown;
}

/** @param sign keyed digest of ours */
export function createSessions(account: string, sign: (value: string) => string, nowMs: () => number): Sessions {
  const seal = (what: string, value: object): string => {
    const body = Buffer.from(JSON.stringify(value)).toString('base64url');
    return `${body}.${sign(`${what}\n${account}\n${body}`)}`;
  };
  const open = (what: string, sealed: string): unknown => {
    const [body = '', signature = ''] = sealed.length > MAX_TOKEN ? [] : sealed.split('.');
    const expected = sign(`${what}\n${account}\n${body}`);
    return same(Buffer.from(signature), Buffer.from(expected)) ? parsed(body) : null;
  };
  return {
    issue(visitor) {
      const untilMs = nowMs() + (visitor.signed ? SIGNED_MS : STRANGER_MS);
      return { token: seal('chat session', { ...visitor, untilMs }), untilMs };
    },
    read(token) {
      const read = kept.safeParse(open('chat session', token));
      if (!read.success || read.data.untilMs < nowMs()) return null;
      const { id, name, signed } = read.data;
      return { id, name, signed };
    },
    seal: (visitor, value) => seal(`chat file of ${visitor}`, value),
    open: (visitor, sealed) => open(`chat file of ${visitor}`, sealed),
  };
}
