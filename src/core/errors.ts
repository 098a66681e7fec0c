/** What every error of ours carries: a stable code for machines, a sentence for people, and the mend. */
export class ParleyError extends Error {
  readonly code: string;
  /** What to do about it. */
  readonly mend: string | undefined;

  constructor(code: string, message: string, options: { mend?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.mend = options.mend;
  }
}

/** The database is away or refused the connection; nothing was acknowledged. */
export class StoreUnavailable extends ParleyError {
  constructor(what: string, cause: unknown) {
    super('store_unavailable', `the store is not available: ${what}`, {
      mend: 'check that Postgres runs and accepts connections; work goes on by itself when it is back',
      cause,
    });
  }
}

/** The gateway holds as much unstored input as it may. Callers answer 503 or stop reading. */
export class IngestRefused extends ParleyError {
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs: number, cause?: unknown) {
    super('ingest_refused', message, { cause });
    this.retryAfterMs = retryAfterMs;
  }
}

/** A file of ours is lost for good: it is not in the storage, or what is there does not open. Any other trouble with one passes. */
export class FileLost extends ParleyError {
  constructor(cause: unknown) {
    super('file_lost', 'a file of this message does not open any more', {
      mend: 'attach it anew; `parley doctor` says whether the keys open what is stored',
      cause,
    });
  }
}

/** Another instance declared this one dead; its leases are gone. */
export class InstanceDead extends ParleyError {
  constructor(cause: unknown) {
    super('instance_dead', 'this instance was declared dead by another one', {
      mend: 'nothing: it registers anew; if it happens often, look for a blocked event loop or a paused machine',
      cause,
    });
  }
}

/** One item of a batch cannot be stored as it is (SQLSTATE class 22, 23 or 54). */
export class ItemRejected extends ParleyError {
  readonly sqlState: string;

  constructor(sqlState: string, cause: unknown) {
    super('item_rejected', `the database refused this item (SQLSTATE ${sqlState})`, { cause });
    this.sqlState = sqlState;
  }
}

/** Somebody asked for what cannot be done. `code` says why and stays; the API makes a status of it. */
export class Refused extends ParleyError {}

/** A file is larger than whoever takes it may take. */
export class FileTooLarge extends Refused {
  readonly limitBytes: number;

  constructor(limitBytes: number) {
    const limit =
      limitBytes < 1_000_000 ? `${Math.floor(limitBytes / 1_000)} kB` : `${Math.floor(limitBytes / 1_000_000)} MB`;
    super('file_too_large', `this file is larger than ${limit}, which is the most this channel takes`, {
      mend: 'make it smaller, or send a link instead',
    });
    this.limitBytes = limitBytes;
  }
}

/** What somebody sends is larger than whoever reads it takes; the rest of it was not read. */
export class BodyTooLarge extends Refused {
  constructor(limitBytes: number) {
    super('too_large', `the body is larger than ${limitBytes} bytes`);
  }
}

/** Too many attempts, or too many at once. */
export class TooMany extends Refused {
  readonly retryAfterMs: number;

  constructor(code: string, message: string, retryAfterMs: number) {
    super(code, message, { mend: `try again in ${Math.max(1, Math.ceil(retryAfterMs / 60_000))} min` });
    this.retryAfterMs = retryAfterMs;
  }
}

/** Somebody was faster: the conversation has another owner than the one this was asked about. */
export class OwnerChanged extends Refused {
  readonly owner: { kind: string; agentName: string | null; ownerVersion: number };

  constructor(code: 'owner_changed' | 'resolved', message: string, owner: OwnerChanged['owner']) {
    super(code, message, { mend: 'look at the conversation as it stands now, then decide again' });
    this.owner = owner;
  }
}
