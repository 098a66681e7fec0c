import { type Asked, type Said, type SmallServer, smallServer } from '../sending/small-server.ts';

/** A token endpoint as X's: refresh tokens are good for one use, and one used again ends the whole consent. */
export interface TokenServer {
  apiRoot: string;
  server: SmallServer;
  /** Refresh tokens that were offered, in order. */
  offered: string[];
  /** Access tokens that were given. */
  given(): number;
  isRevoked(): boolean;
  isGood(accessToken: string): boolean;
  /** What the next request meets: `before`: it is cut before X acts; `after`: X acts, and the answer is lost; or an answer of the test's. */
  next(fault: 'before' | 'after' | Said): void;
  /** Takes back a fault that nothing met. */
  clearFault(): void;
  /** Says that the last answer was lost: nobody has the tokens in it. */
  lose(): void;
  hasLost(): boolean;
  /** Whether an access token was given that somebody has. */
  isKept(accessToken: string): boolean;
  /** Something that happens while X acts. */
  during(act: () => Promise<void>): void;
  close(): Promise<void>;
}

export async function tokenServer(first: string, { lifeS = 7_200 } = {}): Promise<TokenServer> {
  const server = await smallServer();
  const offered: string[] = [];
  const good = new Set<string>();
  let current = first;
  let revoked = false;
  let count = 0;
  const lost = new Set<string>();
  let fault: 'before' | 'after' | Said | null = null;
  let act: () => Promise<void> = () => Promise.resolve();

  async function answer({ method, path, body }: Asked): Promise<Said> {
    const met = fault;
    fault = null;
    if (met === 'before') return 'cut';
    if (met !== null && met !== 'after') return met;
    if (method !== 'POST' || path !== '/2/oauth2/token') return { status: 404, json: {} };
    const form = new URLSearchParams(body);
    const token = form.get('refresh_token') ?? '';
    offered.push(token);
    await act();
    if (revoked || token !== current) {
      revoked = true;
      good.clear();
      return {
        status: 400,
        json: { error: 'invalid_request', error_description: 'Value passed for the token was invalid.' },
      };
    }
    count += 1;
    current = `refresh-${count}`;
    good.add(`access-${count}`);
    const json = {
      token_type: 'bearer',
      expires_in: lifeS,
      access_token: `access-${count}`,
      refresh_token: current,
      scope: 'tweet.read dm.read offline.access',
    };
    return met === 'after' ? 'cut' : { status: 200, json };
  }

  server.answer(answer);
  return {
    apiRoot: server.apiRoot,
    server,
    offered,
    given: () => count,
    isRevoked: () => revoked,
    isGood: (token) => good.has(token),
    next(given) {
      fault = given;
    },
    clearFault() {
      fault = null;
    },
    lose: () => void lost.add(`access-${count}`),
    hasLost: () => lost.size > 0,
    isKept: (token) => !lost.has(token),
    during(given) {
      act = given;
    },
    close: () => server.close(),
  };
}
