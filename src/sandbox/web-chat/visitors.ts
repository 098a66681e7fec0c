import { createHmac } from 'node:crypto';
import { Refused } from '../../core/errors.ts';
import type { ChatVisitor } from './contract.ts';

const MOST_VISITORS = 12;
/** Life of a token, s: as a careful site would choose; the page asks for another one when it needs it. */
const TOKEN_S = 600;

const READY_VISITORS: readonly ChatVisitor[] = [
  { id: 'customer-1', name: 'Grace Hall' },
  { id: 'customer-2', name: 'Diego Ramos' },
  { id: 'stranger', name: null },
];

/** The demo site's server, as far as the chat needs one: it knows its customers and says who is there. */
export interface ChatVisitors {
  list(): readonly ChatVisitor[];
  /** Somebody new whom the site knows. */
  add(name: string): void;
  /** A token as sites make it (channels/web/README.md); null for a stranger. @throws {Refused} for who is nobody */
  token(id: string): string | null;
}

/** @param secret that of the account in the configuration */
export function createChatVisitors(options: { secret: string; nowMs(): number; onChange(): void }): ChatVisitors {
  const visitors = [...READY_VISITORS];
  return {
    list: () => visitors,
    add(name) {
      if (visitors.length >= MOST_VISITORS) {
        throw new Refused('invalid', 'the sandbox holds no more visitors', { mend: 'write as one of them' });
      }
      visitors.push({ id: `customer-${visitors.length}`, name });
      options.onChange();
    },
    token(id) {
      const visitor = visitors.find((one) => one.id === id);
      if (visitor === undefined) {
        throw new Refused('not_found', `the demo site has no visitor ${id}`, { mend: 'choose one of the list' });
      }
      if (visitor.name === null) return null;
      const claims = { sub: visitor.id, name: visitor.name, exp: Math.floor(options.nowMs() / 1_000) + TOKEN_S };
      const said = [{ alg: 'HS256', typ: 'JWT' }, claims].map((part) =>
        Buffer.from(JSON.stringify(part)).toString('base64url'),
      );
      const signed = said.join('.');
      return `${signed}.${createHmac('sha256', options.secret).update(signed).digest('base64url')}`;
    },
  };
}
