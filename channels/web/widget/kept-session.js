/** Where a stranger's session outlives the page. */

const KEY = 'parley-chat-session';

/** In this browser; storage may be forbidden, then it lives as long as the page. @param {string} name what it is kept under */
export function keptHere(name = KEY) {
  /** @type {string | null} */
  let session = null;
  return {
    get() {
      try {
        return window.localStorage.getItem(name) ?? session;
      } catch {
        return session;
      }
    },
    /** @param {string} next */
    set(next) {
      session = next;
      try {
        window.localStorage.setItem(name, next);
      } catch {
        // Kept in memory.
      }
    },
  };
}

/**
 * With the site that shows us: browsers deny storage to frames of other sites. The site's own scripts can read it there; they could as
 * well read what is typed on their pages.
 */
export function keptAtSite() {
  /** @type {string | null} */
  let session = null;
  /** @type {string | null} */
  let site = null;
  return {
    get: () => session,
    /** @param {string} next */
    set(next) {
      session = next;
      // To the site that was recognised, and to nobody else.
      if (site !== null) window.parent.postMessage({ parleyChat: true, kind: 'keep', session: next }, site);
    },
    /** @param {string} origin @param {unknown} given */
    meet(origin, given) {
      site = origin;
      if (typeof given === 'string') session = given;
    },
  };
}
