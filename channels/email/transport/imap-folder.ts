import type { ConnectionState } from '../../../src/core/ports/channel.ts';
import type { Clock } from '../../../src/core/ports/clock.ts';
import { createBackoff, pause } from '../../shared/backoff.ts';
import { markStored } from './after-storing.ts';
import { countMissing } from './imap-count.ts';
import { fetchMail, isAnswer, type MailSummary, summariesOf, uidsFrom } from './imap-fetch.ts';
import { handOver } from './imap-hand-over.ts';
import { connectImap, type ImapLink, type LinkOptions } from './imap-link.ts';
import { openFolder } from './imap-open.ts';
import { isLargerThanSaid, troubleOf } from './imap-trouble.ts';
import { News, waitForNews } from './imap-wait.ts';
import type { Bookmark, MailIntake, ReceivedMail } from './received-mail.ts';

export interface FolderOptions extends LinkOptions, MailIntake {
  /** The one watched. */
  folder: string;
  /** Whether it is the one for spam: its mails are left where they are. */
  isSpam: boolean;
  clock: Pick<Clock, 'nowMs'>;
  onState: (state: ConnectionState) => void;
}

/** The connection broke this often while the same mail was fetched: a person is told which. */
const STUCK_AFTER = 5;
/** Refused this often, over about two minutes, a mail counts as one the server cannot give. */
const WITHHELD_AFTER = 8;
/** Larger mails are not fetched ahead, so that at most one of them is in memory. */
const AHEAD_BYTES = 1_000_000;
/** A backlog from here on is told. */
const BACKLOG = 50;
/** Mail older than this when it comes counts as late. */
const LATE_MS = 60_000;

/** Takes in one folder until aborted, over a connection of its own that is made anew whenever it breaks. */
export async function watchFolder(options: FolderOptions, signal: AbortSignal): Promise<void> {
  const watch = new FolderWatch(options, signal);
  while (!signal.aborted) await watch.connectOnce();
}

class FolderWatch {
  readonly #options: FolderOptions;
  readonly #signal: AbortSignal;
  readonly #backoff;
  #idleRefused = false;
  /** The mail being fetched, and how often the connection broke over it. */
  #current: number | null = null;
  #breaks = { uid: 0, times: 0 };
  /** Mails that turned out larger than the server had said. */
  readonly #tooLarge = new Set<number>();
  /** Mails the server refuses to give, again and again. */
  readonly #withheld = new Set<number>();
  #countedAtMs: number | null = null;
  #missing: ConnectionState | null = null;

  constructor(options: FolderOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    const { firstRetryMs, maxRetryMs } = options.times;
    this.#backoff = createBackoff({ firstMs: firstRetryMs, maxMs: maxRetryMs });
  }

  /** One connection from its beginning to its end, and the wait for the next. */
  async connectOnce(): Promise<void> {
    const { times, log, onState } = this.#options;
    const signal = this.#signal;
    let link: ImapLink | null = null;
    try {
      link = await connectImap(this.#options, signal);
      await this.#work(link);
    } catch (error) {
      if (signal.aborted) return;
      const larger = isLargerThanSaid(error);
      // Once: of a server that sends more than its header block was asked for, too, nothing else is to be had by asking again.
      if (larger && this.#current !== null && !this.#tooLarge.has(this.#current)) {
        this.#tooLarge.add(this.#current);
        return;
      }
      const { state, slow } = troubleOf(error, this.#options.config);
      const waitMs = slow ? times.slowRetryMs : this.#backoff.nextMs();
      log.warn({ code: state.code, waitMs }, 'mail folder lost');
      onState(this.#stuck(larger || isAnswer(error)) ?? state);
      await pause(waitMs, signal);
    } finally {
      link?.end();
    }
  }

  async #work(link: ImapLink): Promise<void> {
    const { onState, times, config, log } = this.#options;
    const signal = this.#signal;
    const news = new News(link);
    let bookmark = await openFolder(link, this.#options);
    while (!signal.aborted && link.open) {
      bookmark = await this.#catchUp(link, bookmark, news);
      if (signal.aborted) return;
      if (this.#isCountDue()) {
        // Opened anew as well: a server may renumber a folder without a word to those who have it open.
        bookmark = await openFolder(link, this.#options);
        bookmark = await this.#catchUp(link, bookmark, news);
        await this.#count(link, bookmark);
      }
      if (signal.aborted) return;
      onState(this.#missing ?? { state: 'connected' });
      const idle = config.idle === 'auto' && !this.#idleRefused;
      const came = await waitForNews(link, news, { idle, lookMs: times.lookMs, pollMs: config.pollMs }, signal);
      if (came === 'idle_refused') {
        this.#idleRefused = true;
        log.info({ everyMs: config.pollMs }, 'the mail server refuses IDLE; the folder is polled');
      }
    }
    if (!signal.aborted) throw Object.assign(new Error('the server closed the connection'), { code: 'NoConnection' });
  }

  /** Takes everything above the bookmark, one by one in order of UID. @returns the bookmark after it */
  async #catchUp(link: ImapLink, from: Bookmark, news: News): Promise<Bookmark> {
    // Makes the server tell what came since, and proves that it is there.
    await link.run((client) => client.noop());
    // What is announced from here on may be missing from the answer.
    news.forget();
    const uids = await uidsFrom(link, from.lastUid + 1);
    if (uids.length === 0) return from;
    const summaries = await summariesOf(link, uids);
    let bookmark = from;
    // While one mail is being stored the next one is on its way.
    let ahead: Promise<ReceivedMail | null> | null = null;
    for (const [at, uid] of uids.entries()) {
      const summary = summaries.get(uid);
      // Gone between the search and now: somebody took it out of the folder.
      if (summary === undefined) continue;
      this.#tellLag(summary, uids.length - at);
      this.#current = uid;
      const mail: ReceivedMail | null = await (ahead ?? this.#fetch(link, summary, bookmark.uidValidity));
      ahead = this.#fetchAhead(link, summaries.get(uids[at + 1] ?? 0), bookmark.uidValidity);
      const next = { ...bookmark, lastUid: uid };
      if (!(await this.#hand(link, mail, uid, next))) break;
      bookmark = next;
    }
    return bookmark;
  }

  #fetch(link: ImapLink, summary: MailSummary, uidValidity: string): Promise<ReceivedMail | null> {
    const { folder, config } = this.#options;
    if (this.#withheld.has(summary.uid)) {
      return Promise.resolve({ folder, uidValidity, ...summary, raw: null, head: null, attempt: 1 });
    }
    const sizeBytes = this.#tooLarge.has(summary.uid) ? config.maxMailBytes + 1 : summary.sizeBytes;
    const place = { folder, uidValidity, maxMailBytes: config.maxMailBytes };
    return fetchMail(link, { ...summary, sizeBytes }, place);
  }

  /** Begins with the next mail if it is small; a failure is met when its turn comes. */
  #fetchAhead(
    link: ImapLink,
    summary: MailSummary | undefined,
    uidValidity: string,
  ): Promise<ReceivedMail | null> | null {
    if (summary === undefined || summary.sizeBytes > AHEAD_BYTES) return null;
    const fetching = this.#fetch(link, summary, uidValidity);
    fetching.catch(() => undefined);
    return fetching;
  }

  /** @returns false when aborted before the mail was taken */
  async #hand(link: ImapLink, mail: ReceivedMail | null, uid: number, next: Bookmark): Promise<boolean> {
    const { take, onState, times, log, config } = this.#options;
    this.#current = null;
    this.#breaks = { uid: 0, times: 0 };
    if (mail === null) {
      log.info({ uid }, 'a mail was taken out of the folder before it was fetched');
      return true;
    }
    if (!(await handOver(mail, next, { take, log, onState, firstRetryMs: times.takeRetryMs }, this.#signal))) {
      return false;
    }
    this.#backoff.reset();
    if (!this.#options.isSpam) await markStored(link, uid, config.afterStoring, log);
    return true;
  }

  async #count(link: ImapLink, bookmark: Bookmark): Promise<void> {
    const { folder, clock, log } = this.#options;
    this.#countedAtMs = performance.now();
    const before = await countMissing(link, bookmark, this.#options);
    for (const summary of before.values()) {
      this.#current = summary.uid;
      const mail = await this.#fetch(link, summary, bookmark.uidValidity);
      // The bookmark stays: these lie below it.
      if (!(await this.#hand(link, mail, summary.uid, bookmark))) return;
    }
    const after = before.size === 0 ? before : await countMissing(link, bookmark, this.#options);
    if (before.size > 0) log.warn({ found: before.size, left: after.size }, 'mails were missing and fetched again');
    const oldestMs = Math.min(...[...after.values()].map(({ internalDateMs }) => internalDateMs));
    this.#missing =
      after.size === 0
        ? null
        : {
            state: 'lagging',
            code: 'count_mismatch',
            message: `${after.size} ${after.size === 1 ? 'mail' : 'mails'} in ${folder} of the mail server ${after.size === 1 ? 'is' : 'are'} not stored here`,
            mend: 'They were fetched again and still are missing. Look into the log for their UIDs and at the store: parley doctor says what is wrong with it.',
            behindMs: Math.max(0, clock.nowMs() - oldestMs),
            waiting: after.size,
          };
    if (after.size > 0) log.error({ uids: [...after.keys()].slice(0, 50) }, 'mails are missing');
  }

  #isCountDue(): boolean {
    return this.#countedAtMs === null || performance.now() - this.#countedAtMs >= this.#options.times.countMs;
  }

  #tellLag({ internalDateMs }: MailSummary, waiting: number): void {
    const behindMs = this.#options.clock.nowMs() - internalDateMs;
    if (waiting < BACKLOG || waiting % BACKLOG !== 0 || behindMs < LATE_MS) return;
    this.#options.onState({
      state: 'lagging',
      code: 'behind',
      message: `${waiting} mails wait in ${this.#options.folder} of the mail server`,
      mend: 'It catches up by itself. If it does not, look at the load of the store.',
      behindMs,
      waiting,
    });
  }

  /** After several failures over one mail: a state that names it. A mail the server keeps refusing to give is handed over so. */
  #stuck(refused: boolean): ConnectionState | null {
    const uid = this.#current;
    if (uid === null) return null;
    this.#breaks = { uid, times: this.#breaks.uid === uid ? this.#breaks.times + 1 : 1 };
    if (refused && this.#breaks.times >= WITHHELD_AFTER) this.#withheld.add(uid);
    if (this.#breaks.times < STUCK_AFTER) return null;
    return {
      state: 'retrying',
      code: 'mail_stuck',
      message: `The connection breaks whenever the mail with UID ${uid} in ${this.#options.folder} is fetched`,
      mend: 'It is tried on and on, and those behind it wait. If it never comes, move this mail out of the folder by hand.',
    };
  }
}
