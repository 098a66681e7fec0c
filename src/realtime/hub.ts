import type { Viewer } from '../core/model/agent.ts';
import type { Change, ChangeLookup, Standing, ThreadPlace } from '../core/ports/changes.ts';
import type { Log } from '../core/ports/log.ts';
import { maySee } from '../core/visibility.ts';
import { nameOfChange } from './change-words.ts';

/** One page that listens. */
export interface Listener {
  readonly sessionId: string;
  viewer: Viewer;
  send(frame: Buffer): void;
  /** The session is over. */
  signOut(): void;
}

/** What the page is told about a conversation; null: it left the agent's reach. */
interface Told {
  id: string;
  version: number | null;
}

/** Brings changes to the pages whose agents may see them. */
export interface Hub {
  add(listener: Listener): void;
  remove(listener: Listener): void;
  /** Changes that any process told of. */
  changed(changes: readonly Change[]): void;
  /** Customers who write just now, as any process told of. */
  typing(places: readonly ThreadPlace[]): void;
  /** Ends the looking after sessions and the log. */
  stop(): void;
}

/** How often it is looked whether sessions last: whoever is signed out or disabled stops listening within a second. */
const SESSIONS_MS = 750;
/** How often the log of changes is read for what no push told. */
const LOG_MS = 2_000;
const LOG_LIMIT = 1_000;
/** Longer lists are no help: fetching what is shown is cheaper. */
const MOST_TOLD = 200;
/** Conversations whose standing is remembered, to tell those that lose sight of one. */
const REMEMBERED = 20_000;

const REFETCH = Buffer.from(JSON.stringify({ type: 'refetch' }));

export function createHub(lookup: ChangeLookup, log: Log): Hub {
  const listeners = new Set<Listener>();
  const known = new Map<string, Standing>();
  let waiting = new Map<string, Change>();
  let resolving = false;
  let cursor: string | null = null;
  let busy = { sessions: false, log: false };
  /** A change was read from bus or log and then not looked up: nobody names it again. */
  let missed = false;

  function remember(standing: Standing): void {
    known.delete(standing.id);
    known.set(standing.id, standing);
    if (known.size <= REMEMBERED) return;
    const [oldest] = known.keys();
    if (oldest !== undefined) known.delete(oldest);
  }

  /** What one page is to know of these; `before`: how they stood when last told. */
  function toldTo(viewer: Viewer, standings: readonly Standing[], before: ReadonlyMap<string, Standing>): Told[] {
    return standings.flatMap((now): Told[] => {
      if (maySee(viewer, now)) return [{ id: now.id, version: now.version }];
      const was = before.get(now.id);
      return was !== undefined && maySee(viewer, was) ? [{ id: now.id, version: null }] : [];
    });
  }

  function tell(standings: readonly Standing[]): void {
    const before = new Map<string, Standing>();
    const news = standings.filter((now) => {
      const was = known.get(now.id);
      if (was !== undefined) before.set(now.id, was);
      return was === undefined || was.version < now.version;
    });
    for (const now of news) remember(now);
    if (news.length === 0) return;
    // Pages that are told the same share one frame.
    const frames = new Map<string, Buffer>();
    for (const listener of listeners) {
      const conversations = toldTo(listener.viewer, news, before);
      if (conversations.length === 0) continue;
      if (conversations.length > MOST_TOLD) {
        listener.send(REFETCH);
        continue;
      }
      const text = JSON.stringify({ type: 'changed', conversations });
      let frame = frames.get(text);
      if (frame === undefined) {
        frame = Buffer.from(text);
        frames.set(text, frame);
      }
      listener.send(frame);
    }
  }

  /** What comes while the store is asked waits and is asked together. */
  async function resolve(): Promise<void> {
    if (resolving) return;
    resolving = true;
    try {
      while (waiting.size > 0 && listeners.size > 0) {
        const changes = [...waiting.values()];
        waiting = new Map();
        tell(await lookup.standings(changes));
      }
    } catch (error) {
      missed = true;
      log.debug({ err: error instanceof Error ? error.message : 'unknown' }, 'a push could not be looked up');
    } finally {
      resolving = false;
    }
  }

  /** Best effort: nothing is made good, since it is over before that. */
  async function tellTyping(places: readonly ThreadPlace[]): Promise<void> {
    try {
      for (const standing of await lookup.standings(places)) {
        const frame = Buffer.from(JSON.stringify({ type: 'typing', conversation: standing.id }));
        for (const listener of listeners) if (maySee(listener.viewer, standing)) listener.send(frame);
      }
    } catch (error) {
      log.debug({ err: error instanceof Error ? error.message : 'unknown' }, 'who writes could not be looked up');
    }
  }

  function refetchAll(): void {
    for (const listener of listeners) listener.send(REFETCH);
  }

  function changed(changes: readonly Change[]): void {
    if (listeners.size === 0) return;
    for (const change of changes) waiting.set(nameOfChange(change), change);
    void resolve();
  }

  async function readLog(): Promise<void> {
    for (;;) {
      const { items, next } = await lookup.logged(cursor, LOG_LIMIT);
      const first = cursor === null;
      cursor = next;
      if (missed) {
        missed = false;
        refetchAll();
      }
      if (first) return;
      changed(items.filter(({ conversationId, version }) => (known.get(conversationId)?.version ?? 0) < version));
      if (items.length < LOG_LIMIT) return;
    }
  }

  async function checkSessions(): Promise<void> {
    // Whoever connects while the store is asked was not asked about.
    const asked = [...listeners];
    const living = await lookup.living([...new Set(asked.map((listener) => listener.sessionId))]);
    for (const listener of asked) {
      if (!listeners.has(listener)) continue;
      const viewer = living.get(listener.sessionId);
      if (viewer === undefined) {
        listeners.delete(listener);
        listener.signOut();
        continue;
      }
      const was = listener.viewer;
      listener.viewer = viewer;
      const same = was.role === viewer.role && String(was.teamIds) === String(viewer.teamIds);
      // Another set of conversations: what is shown may hold what must no longer be seen.
      if (!same) listener.send(REFETCH);
    }
  }

  function regularly(what: 'sessions' | 'log', ms: number, run: () => Promise<void>): NodeJS.Timeout {
    const timer = setInterval(() => {
      if (busy[what] || listeners.size === 0) return;
      busy = { ...busy, [what]: true };
      run()
        .catch((error: unknown) => {
          if (what === 'log' && typeof error === 'object' && error !== null && 'code' in error) {
            // Too old after a long outage: begin anew, and let the pages look for themselves.
            if (error.code === 'events_expired') {
              cursor = null;
              refetchAll();
            }
          }
          log.debug(
            { what, err: error instanceof Error ? error.message : 'unknown' },
            'the live side waits for the store',
          );
        })
        .finally(() => {
          busy = { ...busy, [what]: false };
        });
    }, ms);
    timer.unref();
    return timer;
  }

  const timers = [regularly('sessions', SESSIONS_MS, checkSessions), regularly('log', LOG_MS, readLog)];

  return {
    add(listener) {
      if (listeners.size === 0) {
        // Nobody listened: what was known is old.
        known.clear();
        cursor = null;
        missed = false;
        readLog().catch(() => undefined);
      }
      listeners.add(listener);
    },
    remove: (listener) => void listeners.delete(listener),
    changed,
    typing(places) {
      if (listeners.size > 0 && places.length > 0) void tellTyping(places);
    },
    stop() {
      for (const timer of timers) clearInterval(timer);
      listeners.clear();
    },
  };
}
