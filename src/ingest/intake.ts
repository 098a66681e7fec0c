import { isUtf8 } from 'node:buffer';
import { crashPoint } from '../core/crash-point.ts';
import { IngestRefused, StoreUnavailable } from '../core/errors.ts';
import type { UpdateOutcome } from '../core/model/account.ts';
import { brandId } from '../core/model/ids.ts';
import type { InboundEvent, Normalised } from '../core/model/inbound.ts';
import type { ChannelAccount, InboundPayload, InboundSink } from '../core/ports/channel.ts';
import type { IdGenerator } from '../core/ports/clock.ts';
import type { ThreadFinder } from '../core/ports/letter-store.ts';
import type { Log } from '../core/ports/log.ts';
import type { IngestItem, IngestResult, PipelineStore, StoredFinding } from '../core/ports/pipeline-store.ts';
import type { WakeQueue } from '../core/ports/queue.ts';
import { asksToStop } from '../core/rules/public-answers.ts';
import { keepHeldFiles, placeEvent } from './letters.ts';

/** Payloads over this size go to the file store, bytes. */
const BLOB_BYTES = 64 * 1024;
/** Keys longer than this are replaced by their digest, so that no sender can exceed an index. */
const MAX_KEY = 512;

/** How long a best-effort acknowledgement may take, ms. */
const ACKNOWLEDGE_MS = 5_000;

/** What the guard found; the masked original of an uncertain one comes along for sealed keeping. */
export interface GuardFinding {
  rule: string;
  certain: boolean;
  path: string;
  start: number;
  length: number;
  secret: string | null;
}

export interface IntakeOptions {
  account: ChannelAccount;
  store: Pick<PipelineStore, 'ingest'>;
  queue: Pick<WakeQueue, 'wake'>;
  ids: IdGenerator;
  log: Log;
  /** Masks secrets in every string of a parsed payload. */
  guardPayload(payload: unknown): { payload: unknown; findings: readonly GuardFinding[] };
  /** Masks secrets in text that is no JSON. */
  guardText(text: string): { text: string; findings: readonly GuardFinding[] };
  /** Encrypts for one row. */
  seal(plain: Buffer, row: string): Buffer;
  /** Keyed digest, hex. */
  digest(data: string | Buffer): string;
  /** Writes a large payload durably and returns its name. */
  putBlob(data: Buffer): Promise<string>;
  isThanks(text: string): boolean;
  /** Where an event belongs that names what it answers. Left out: nowhere but where it says itself. */
  threads?: ThreadFinder;
  /** Told what became of each event. */
  onResult(result: IngestResult): void;
  /** Told once what became of each payload; `refused`: nothing, it will come again. */
  onPayload?(outcome: UpdateOutcome | 'refused'): void;
}

interface Parsed {
  bytes: Buffer;
  normalised: Normalised[];
  findings: readonly GuardFinding[];
}

/** The way of a payload into the store: parse, guard, normalise, encrypt, one commit, then a wake. */
export function createIntake(options: IntakeOptions): InboundSink {
  const { account, store, queue, ids } = options;

  /** What is no JSON is kept as it came, guarded as text, and parked where a person sees it. */
  function malformed(payload: Buffer): Parsed {
    const eventKey = `malformed:${options.digest(payload)}`;
    const parked = (bytes: Buffer): Parsed => ({
      bytes,
      normalised: [{ outcome: 'parked', eventKey, reason: 'not JSON' }],
      findings: [],
    });
    const guarded = options.guardText(payload.toString('utf8'));
    if (guarded.findings.length > 0 || isUtf8(payload)) return parked(Buffer.from(guarded.text, 'utf8'));
    // Not UTF-8 either: Latin-1 reads and keeps every byte.
    const bytewise = options.guardText(payload.toString('latin1'));
    return parked(Buffer.from(bytewise.text.replaceAll('•', '*'), 'latin1'));
  }

  function parse(payload: Buffer): Parsed {
    let json: unknown;
    try {
      if (!isUtf8(payload)) return malformed(payload);
      // a byte order mark is no part of the text (RFC 8259, 8.1)
      json = JSON.parse(payload.toString('utf8').replace(/^\uFEFF/, ''));
    } catch {
      return malformed(payload);
    }
    const guarded = options.guardPayload(json);
    if (guarded.findings.length === 0)
      return { bytes: payload, normalised: account.normalise(guarded.payload), findings: guarded.findings };
    const kept = account.withoutCopies?.(guarded.payload) ?? guarded.payload;
    return {
      bytes: Buffer.from(JSON.stringify(kept), 'utf8'),
      normalised: account.normalise(kept),
      findings: guarded.findings,
    };
  }

  function storedFindings(findings: readonly GuardFinding[]): StoredFinding[] {
    return findings.map(({ rule, certain, path, start, length, secret }) => {
      const id = ids.uuid();
      const sealed =
        certain || secret === null ? null : options.seal(Buffer.from(secret, 'utf8'), `secret_finding/${id}`);
      return { id, rule, certain, path, start, length, sealed };
    });
  }

  function keyOf(key: string): string {
    return key.length <= MAX_KEY ? key : `digest:${options.digest(key)}`;
  }

  /** Whoever has the conversation: the wish holds for what the bot would say later. */
  function asksUsToStop(event: InboundEvent): boolean {
    if (event.type !== 'message' || event.thread.kind === 'private' || account.publicAnswers === undefined)
      return false;
    return event.attachments === undefined && asksToStop(event.text);
  }

  function contentOf(normalised: Normalised, findings: readonly GuardFinding[]): IngestItem['content'] {
    if (normalised.outcome === 'moved') {
      return { outcome: 'moved', fromChatKey: normalised.fromChatKey, toChatKey: normalised.toChatKey };
    }
    if (normalised.outcome !== 'event') return { outcome: normalised.outcome, reason: normalised.reason };
    const event: InboundEvent = normalised.event;
    return {
      outcome: 'event',
      event,
      // With a file it is more than mere thanks.
      thanks: event.type === 'message' && event.attachments === undefined && options.isThanks(event.text),
      ...(asksUsToStop(event) ? { stops: true } : {}),
      findings: storedFindings(findings),
    };
  }

  function attachmentIds(normalised: Normalised): { attachments?: string[] } {
    if (normalised.outcome !== 'event' || !('attachments' in normalised.event)) return {};
    return { attachments: (normalised.event.attachments ?? []).map(() => ids.uuid()) };
  }

  /** What an event needs of the store before it is stored: its thread, and its files that are at hand already. */
  async function prepared(
    one: Normalised,
    original: Buffer | undefined,
    findings: Parsed['findings'],
  ): Promise<Normalised> {
    const placed = options.threads === undefined ? one : await placeEvent(one, account.id, options.threads);
    // As it came it would say what the guard has hidden.
    return keepHeldFiles(placed, findings.length > 0 ? undefined : original, options.putBlob);
  }

  async function itemsOf(received: Buffer | InboundPayload): Promise<IngestItem[]> {
    const { data, original, bookmark } = Buffer.isBuffer(received) ? { data: received } : received;
    const { bytes, normalised: read, findings } = parse(data);
    const normalised = needsStore(read, original)
      ? await Promise.all(read.map((one) => prepared(one, original, findings)))
      : read;
    const rawBlob = bytes.length > BLOB_BYTES ? await options.putBlob(bytes) : null;
    // Raw once per payload, with its first event; noise keeps its key alone.
    const keeper = normalised.findIndex((one) => one.outcome !== 'filed');
    return normalised.map((one, index) => {
      const eventKey = keyOf(one.outcome === 'event' ? one.event.eventKey : one.eventKey);
      const keepsRaw = index === keeper;
      return {
        accountId: account.id,
        channel: account.channel,
        eventKey,
        raw: keepsRaw && rawBlob === null ? options.seal(bytes, `inbound_event/${account.id}/${eventKey}`) : null,
        rawBlob: keepsRaw ? rawBlob : null,
        // With the last of its events: a bookmark stands behind everything that came before it.
        ...(bookmark !== undefined && index === normalised.length - 1 ? { bookmark } : {}),
        reopenWindowMs: account.capabilities.reopenWindowMs,
        content: contentOf(one, findings),
        ids: {
          thread: brandId(ids.uuid()),
          identity: brandId(ids.uuid()),
          contact: brandId(ids.uuid()),
          conversation: brandId(ids.uuid()),
          message: brandId(ids.uuid()),
          ...attachmentIds(one),
        },
      };
    });
  }

  /** Best effort and never waited for: what a platform shows for a press on a button. */
  function acknowledge(item: IngestItem | undefined): void {
    if (item?.content.outcome !== 'event' || item.content.event.type !== 'message') return;
    const what = item.content.event.acknowledge;
    if (what === undefined || account.acknowledge === undefined) return;
    account.acknowledge(what, AbortSignal.timeout(ACKNOWLEDGE_MS)).catch((error: unknown) => {
      const { log } = options;
      log.debug(
        { accountId: account.id, error: error instanceof Error ? error.name : typeof error },
        'not acknowledged',
      );
    });
  }

  /** The items of each payload. */
  async function groupsOf(payloads: readonly (Buffer | InboundPayload)[]): Promise<IngestItem[][]> {
    try {
      return await Promise.all(payloads.map(itemsOf));
    } catch (error) {
      for (let left = payloads.length; left > 0; left -= 1) options.onPayload?.('refused');
      throw error;
    }
  }

  return async function take(payloads) {
    crashPoint('ingest.received');
    const groups = await groupsOf(payloads);
    const items = groups.length === 1 && groups[0] !== undefined ? groups[0] : groups.flat();
    crashPoint('ingest.before-commit');
    const outcomes = await Promise.allSettled(items.map((item) => store.ingest(item)));
    crashPoint('ingest.after-commit');
    if (options.onPayload !== undefined) tellOutcomes(groups, outcomes, options.onPayload);
    const shards = new Set<number>();
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.status === 'rejected') continue;
      options.onResult(outcome.value);
      acknowledge(items[index]);
      if (outcome.value.due && outcome.value.shard !== null) shards.add(outcome.value.shard);
    }
    crashPoint('wake.before');
    for (const shard of shards) queue.wake(shard);
    crashPoint('wake.after');
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed === undefined) return;
    const reason: unknown = failed.reason;
    if (reason instanceof IngestRefused) throw reason;
    if (reason instanceof StoreUnavailable) throw new IngestRefused(reason.message, 1_000, reason);
    throw reason;
  };
}

/** Whether anything of it asks for more than its own bytes; most payloads do not, and are not waited for. */
function needsStore(normalised: readonly Normalised[], original: Buffer | undefined): boolean {
  return original !== undefined || normalised.some((one) => one.outcome === 'event' && asksStore(one.event));
}

function asksStore(event: InboundEvent): boolean {
  if (event.type !== 'message') return event.type === 'receipt';
  return event.references !== undefined || event.attachments?.some((file) => file.content !== undefined) === true;
}

/** Says what became of each payload: the most that became of any of its events. */
function tellOutcomes(
  groups: readonly (readonly IngestItem[])[],
  outcomes: readonly PromiseSettledResult<IngestResult>[],
  tell: (outcome: UpdateOutcome | 'refused') => void,
): void {
  let at = 0;
  for (const group of groups) {
    const settled = outcomes.slice(at, at + group.length);
    at += group.length;
    tell(outcomeOf(group, settled));
  }
}

function outcomeOf(
  items: readonly IngestItem[],
  settled: readonly PromiseSettledResult<IngestResult>[],
): UpdateOutcome | 'refused' {
  const became = new Set<UpdateOutcome>();
  for (const [index, one] of settled.entries()) {
    if (one.status === 'rejected') return 'refused';
    const meant = items[index]?.content.outcome;
    if (one.value.status !== 'stored') became.add(one.value.status);
    else became.add(meant === 'filed' || meant === 'parked' ? meant : 'stored');
  }
  // A payload without events is understood and holds nothing.
  return (['stored', 'parked', 'duplicate'] as const).find((one) => became.has(one)) ?? 'filed';
}
