import type { Server } from 'node:http';
import { shippedPageFolder } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { createAccess } from './access/access.ts';
import { createPasswords } from './access/passwords.ts';
import { API_PREFIX, type ExtraRoutes } from './api/api.ts';
import type { ApiDesk } from './api/desk-side.ts';
import type { DeskSide } from './api/http.ts';
import { createLiveGate } from './api/live-gate.ts';
import { botText } from './bot/texts.ts';
import { StoreUnavailable } from './core/errors.ts';
import { systemClock } from './core/ids-and-time.ts';
import type { ChangeSink } from './core/ports/changes.ts';
import type { ChannelAccount } from './core/ports/channel.ts';
import type { IdGenerator } from './core/ports/clock.ts';
import type { Log } from './core/ports/log.ts';
import type { WakeQueue } from './core/ports/queue.ts';
import type { RemotePictures } from './core/ports/remote-pictures.ts';
import type { BlobStore } from './files/blob-store.ts';
import { createKeptBytes } from './files/kept-bytes.ts';
import { createPreviewMaker } from './files/preview/preview.ts';
import { createAccountOverview } from './inbox/accounts.ts';
import { createAmends } from './inbox/amend.ts';
import { createAttachments } from './inbox/attachments.ts';
import { createBlocks } from './inbox/blocks.ts';
import { createChannelOverview } from './inbox/channels.ts';
import { createInbox } from './inbox/inbox.ts';
import { createLetters } from './inbox/letters.ts';
import { createTyping } from './inbox/typing.ts';
import { createGuardedFetch } from './net/guarded-fetch.ts';
import { officialAccounts } from './official-accounts.ts';
import type { Bus } from './realtime/bus.ts';
import { decodeChanges, decodeTyping } from './realtime/change-words.ts';
import { createHub } from './realtime/hub.ts';
import { startLiveServer } from './realtime/live-server.ts';
import { createPostgresBus } from './realtime/postgres-bus.ts';
import { type ChangePublisher, createChangePublisher } from './realtime/publisher.ts';
import { createRedisBus } from './realtime/redis-bus.ts';
import { createAccessStore } from './store/access-store.ts';
import { createAccountHealthStore } from './store/account-health.ts';
import { createAttachmentStore } from './store/attachment-store.ts';
import { createBlockStore } from './store/block-store.ts';
import { createChangeLookup } from './store/change-lookup.ts';
import type { Database } from './store/database.ts';
import { createDeskStore } from './store/desk-store.ts';
import { createInboxStore } from './store/inbox-store.ts';
import { readParkedEvents } from './store/parked-events.ts';
import { createQueueDesk } from './store/queue-desk.ts';
import { VERSION } from './version.ts';

/** What makes a gateway a sandbox: the sign-in anybody may use, and routes under /api/v1/sandbox. */
export interface SandboxSide {
  demo: { email: string; password: string };
  routes: ExtraRoutes | null;
  /** The one path whose pages the page may show in a frame. */
  frame?: string;
  /** Stands between customers and an account that serves them, to do what bad networks do. */
  between?(account: ChannelAccount): ChannelAccount;
}

/** What the desk stands on, once the store is there. */
export interface DeskParts {
  database: Database;
  ids: IdGenerator;
  log: Log;
  queue: Pick<WakeQueue, 'wake' | 'look' | 'rebuild'>;
  shards: number;
  account(id: string): ChannelAccount | undefined;
  changes: Changes;
  /** Where files are kept. */
  blobs: BlobStore;
  /** What fetches pictures from elsewhere; left out: {@link createGuardedFetch} as it is. */
  pictures?: RemotePictures;
  /** Where pages connect for pushes; null where nobody listens on HTTP. */
  server: Server | null;
}

/** The desk of one process: what people work with. */
export interface Desk {
  readonly http: DeskSide;
  /** From here on requests are served; before, they are answered 503. */
  open(parts: DeskParts): Promise<void>;
  /** Ends the pages' connections, so that the HTTP server can close. */
  stop(): Promise<void>;
}

/** How word of changes goes from process to process. */
export interface Changes {
  readonly bus: Bus;
  readonly publisher: ChangePublisher;
  close(): Promise<void>;
}

/** Opens the way changes go: Redis where the queue has one, else the store itself. */
export function openChanges(queueUrl: string, database: Database, log: Log): Changes {
  const bus = /^rediss?:/.test(queueUrl) ? createRedisBus(queueUrl) : createPostgresBus(database, log);
  const publisher = createChangePublisher(bus, log);
  return {
    bus,
    publisher,
    async close() {
      await publisher.flush();
      await bus.close();
    },
  };
}

function joinDesk(parts: Omit<DeskParts, 'changes' | 'server'>, changes: ChangeSink, ours: readonly string[]): ApiDesk {
  const { database, ids, log, queue, shards, account } = parts;
  const access = createAccess({ store: createAccessStore(database), passwords: createPasswords(), ids, log });
  const store = createInboxStore(database);
  const onChange: ChangeSink['changed'] = (change) => changes.changed(change);
  const desk = createDeskStore(database, ids);
  const attachmentStore = createAttachmentStore(database);
  const bytes = createKeptBytes({ blobs: parts.blobs, previews: createPreviewMaker(), ids });
  const health = createAccountHealthStore(database);
  const clock = systemClock;
  const inbox = createInbox({
    store,
    desk,
    uploads: attachmentStore,
    account,
    queue,
    ids,
    shards,
    goPrivateLabel: (language) => botText('goPrivate', language),
    ours,
    onChange,
  });
  const blocks = createBlocks({
    store,
    blocks: createBlockStore(database),
    account,
    ids,
    notice: (language) => botText('blocked', language),
    onChange,
  });
  const accounts = createAccountOverview({
    store: health,
    parked: () => readParkedEvents(database),
    clock,
    knows: (id) => account(id) !== undefined,
  });
  return {
    access,
    inbox,
    attachments: createAttachments({ store, attachments: attachmentStore, bytes, account, clock, onChange }),
    letters: createLetters({
      store,
      desk,
      bytes,
      pictures: parts.pictures ?? createGuardedFetch(),
      queue,
      shards,
      onChange,
    }),
    amends: createAmends({ store, desk, account, queue, ids, clock, shards, ours, onChange }),
    typing: createTyping({ store, account, clock, log }),
    channels: createChannelOverview({ store: health, account }),
    blocks,
    accounts,
    queue: createQueueDesk(database, queue),
  };
}

/** Joins the desk: sign-in, inbox, API, page and pushes. */
export function createDesk(
  { http: { publicUrl }, accounts }: { http: Pick<Config['http'], 'publicUrl'> } & Pick<Config, 'accounts'>,
  sandbox: SandboxSide | null,
): Desk {
  let opened: ApiDesk | undefined;
  const stops: (() => void | Promise<void>)[] = [];

  function desk(): ApiDesk {
    if (opened === undefined) throw new StoreUnavailable('starting', undefined);
    return opened;
  }

  return {
    http: {
      desk,
      version: VERSION,
      publicUrl,
      pageFolder: shippedPageFolder(),
      sandbox: sandbox === null ? null : { demo: sandbox.demo },
      extra: sandbox?.routes ?? null,
      frame: sandbox?.frame ?? null,
    },
    async open(parts) {
      const { changes, server, log } = parts;
      opened = joinDesk(
        parts,
        changes.publisher,
        officialAccounts({ accounts }).map(({ name }) => name),
      );
      if (server === null) return;
      const hub = createHub(createChangeLookup(parts.database), log);
      const live = startLiveServer({
        server,
        path: `${API_PREFIX}/live`,
        hub,
        log,
        version: VERSION,
        admit: createLiveGate(publicUrl, () => desk().access),
      });
      stops.push(
        () => hub.stop(),
        () => live.stop(),
      );
      await changes.bus.listen((payload) => {
        hub.changed(decodeChanges(payload));
        hub.typing(decodeTyping(payload));
      });
    },
    async stop() {
      for (const stop of stops.splice(0)) await stop();
    },
  };
}
