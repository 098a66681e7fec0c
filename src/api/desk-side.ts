import type { Access } from '../access/access.ts';
import type { QueueDesk } from '../core/ports/queue-desk.ts';
import type { AccountOverview } from '../inbox/accounts.ts';
import type { Amends } from '../inbox/amend.ts';
import type { Attachments } from '../inbox/attachments.ts';
import type { Blocks } from '../inbox/blocks.ts';
import type { ChannelOverview } from '../inbox/channels.ts';
import type { Inbox } from '../inbox/inbox.ts';
import type { Letters } from '../inbox/letters.ts';
import type { Typing } from '../inbox/typing.ts';

/** What the routes of the desk stand on. */
export interface ApiDesk {
  access: Access;
  inbox: Inbox;
  attachments: Attachments;
  letters: Letters;
  amends: Amends;
  typing: Typing;
  channels: ChannelOverview;
  blocks: Blocks;
  queue: QueueDesk;
  accounts: AccountOverview;
}

/** How the desk's API is served. */
export interface ApiOptions {
  /** Asked for each request. @throws {StoreUnavailable} while the store is not there yet */
  desk(): ApiDesk;
  /** The public address is https: cookies are for it alone. */
  secure: boolean;
  version: string;
  /** The demo sign-in; null outside the sandbox. */
  sandbox: { demo: { email: string; password: string } } | null;
}
