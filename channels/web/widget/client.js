/**
 * Speaks with the gateway: a session, what is sent (again, until it is taken), and the stream of what is new. Tokens go in a header,
 * never into an address; cookies are never sent.
 */

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 15_000;

/** What is refused for good. */
export class Refusal extends Error {
  /** @param {number} status @param {string} code */
  constructor(status, code) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

/** @param {number} ms */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * @param {string} base address of the chat, with a slash at its end
 * @param {() => string | null} siteToken what the site says who is there
 * @param {{get(): string | null, set(session: string): void}} kept where a stranger's session outlives the page
 * @param {(state: 'online' | 'offline' | 'waiting' | 'sign_in') => void} onState
 */
export function createClient(base, siteToken, kept, onState) {
  /** @type {Promise<string> | null} */
  let session = null;
  let last = 0;
  /** @type {AbortController | null} */
  let stream = null;
  /** Whose turn it is: what was begun for somebody before is never said as the next one. */
  let generation = 0;

  /** @param {number} own @throws {Refusal} once somebody else is there */
  function stay(own) {
    if (own !== generation) throw new Refusal(0, 'left');
  }

  /** @param {string} path @param {RequestInit} [init] */
  async function ask(path, init = {}) {
    const response = await fetch(base + path, { ...init, credentials: 'omit', cache: 'no-store' });
    if (response.ok) return response;
    const said = await response.json().catch(() => null);
    const refusal = new Refusal(response.status, said?.error?.code ?? 'unknown');
    throw refusal;
  }

  async function newSession() {
    const token = siteToken();
    const body = token === null ? { session: kept.get() ?? undefined } : { token };
    const headers = { 'content-type': 'application/json' };
    const response = await ask('session', { method: 'POST', headers, body: JSON.stringify(body) });
    const made = await response.json();
    // Whom the site signed in is asked for again each time: signing out brings the stranger back.
    if (!made.signed) kept.set(String(made.session));
    return String(made.session);
  }

  /** One session, however many ask at once; a beginning that failed is begun again. */
  function begin() {
    if (session !== null) return session;
    const own = newSession();
    session = own;
    own.catch(() => {
      if (session === own) session = null;
    });
    return own;
  }

  /** One call with the session; a session that ended is begun anew once. @param {string} path @param {RequestInit} [init] */
  async function call(path, init = {}) {
    const own = generation;
    for (let attempt = 0; ; attempt += 1) {
      const token = await begin();
      stay(own);
      const headers = new Headers(init.headers);
      headers.set('authorization', `Bearer ${token}`);
      try {
        return await ask(path, { ...init, headers });
      } catch (error) {
        stay(own);
        if (!(error instanceof Refusal) || error.code !== 'no_session' || attempt > 0) throw error;
        session = null;
      }
    }
  }

  /** Again until it is taken, for as long as the same person is there; refused for good is thrown. @param {() => Promise<Response>} attempt */
  async function until(attempt) {
    const own = generation;
    for (let waitMs = FIRST_RETRY_MS; ; waitMs = Math.min(waitMs * 2, LAST_RETRY_MS)) {
      try {
        const response = await attempt();
        stay(own);
        onState('online');
        return response;
      } catch (error) {
        stay(own);
        const status = error instanceof Refusal ? error.status : 0;
        if (status === 401 && error instanceof Refusal) onState('sign_in');
        if (status !== 0 && status !== 429 && status < 500) throw error;
        onState(status === 429 ? 'waiting' : 'offline');
      }
      await pause(waitMs);
      stay(own);
    }
  }

  /** @param {string} path @param {object} body */
  const post = (path, body) =>
    until(() =>
      call(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    );

  /** @param {(event: string, data: any) => void} take @param {AbortSignal} signal */
  async function read(take, signal) {
    const own = generation;
    const response = await call('events', { headers: { 'last-event-id': String(last) }, signal });
    onState('online');
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const piece = await reader?.read();
      stay(own);
      if (piece === undefined || piece.done) return;
      rest += piece.value;
      const blocks = rest.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const event = /^event: (.*)$/m.exec(block)?.[1];
        const data = /^data: (.*)$/m.exec(block)?.[1];
        if (event === undefined || data === undefined) continue;
        const said = JSON.parse(data);
        if (typeof said.seq === 'number') last = Math.max(last, said.seq);
        take(event, said);
      }
    }
  }

  return {
    /** The newest messages, or those before one. @param {number | null} before */
    async history(before) {
      const own = generation;
      const response = await until(() => call(before === null ? 'history' : `history?before=${before}`));
      const page = await response.json();
      stay(own);
      if (before === null) last = page.last;
      return page;
    },

    /** What is new, for as long as the page is there. @param {(event: string, data: any) => void} take */
    async follow(take) {
      const whose = generation;
      for (let waitMs = FIRST_RETRY_MS; ; waitMs = Math.min(waitMs * 2, LAST_RETRY_MS)) {
        const own = new AbortController();
        stream = own;
        try {
          await read((event, data) => {
            waitMs = FIRST_RETRY_MS;
            take(event, data);
          }, own.signal);
        } catch (error) {
          if (own.signal.aborted) return;
          if (error instanceof Refusal && error.status === 401) {
            onState('sign_in');
            return;
          }
          onState('offline');
        }
        if (own.signal.aborted) return;
        await pause(waitMs);
        if (whose !== generation) return;
      }
    },

    /** @param {string} clientId @param {string} text @param {readonly string[]} files */
    send: (clientId, text, files) => post('messages', { clientId, text, ...(files.length === 0 ? {} : { files }) }),
    /** @param {string} clientId @param {number} message @param {number} row @param {number} column */
    press: (clientId, message, row, column) => post('presses', { clientId, message, row, column }),
    /** Best effort: the next one says it again. @param {number} seq */
    read: (seq) =>
      call('read', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ seq }),
      }).catch(() => undefined),
    /** Best effort: somebody writes. */
    typing: () => call('typing', { method: 'POST' }).catch(() => undefined),
    /** @param {File} file @returns {Promise<string>} what a message names it by */
    async upload(file) {
      const headers = {
        'content-type': file.type || 'application/octet-stream',
        'x-file-name': encodeURIComponent(file.name),
      };
      const response = await until(() => call('files', { method: 'POST', headers, body: file }));
      return String((await response.json()).file);
    },
    /** @param {number} seq @param {number} index */
    async download(seq, index) {
      return (await call(`files/${seq}/${index}`)).blob();
    },
    /** Somebody else is there now. */
    reset() {
      generation += 1;
      stream?.abort();
      session = null;
      last = 0;
    },
  };
}
