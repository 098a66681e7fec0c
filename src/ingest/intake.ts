import { isUtf8 } from 'node:buffer';
import { crashPoint } from '../core/crash-point.ts';
import { IngestRefused, StoreUnavailable } from '../core/errors.ts';
import { brandId } from '../core/model/ids.ts';
import type { InboundEvent, Normalised } from '../core/model/inbound.ts';
import type { ChannelAccount, InboundSink } from '../core/ports/channel.ts';
import type { IdGenerator } from '../core/ports/clock.ts';
import type { Log } from '../core/ports/log.ts';
import type { IngestItem, IngestResult, PipelineStore, StoredFinding } from '../core/ports/pipeline-store.ts';
import type { WakeQueue } from '../core/ports/queue.ts';

/** Payloads over this size go to the file store, bytes. */
const BLOB_BYTES = 64 * 1024;
/** Keys longer than this are replaced by their digest, so that no sender can exceed an index. */
const MAX_KEY = 512;

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
  /** Told what became of each event. */
  onResult(result: IngestResult): void;
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
    const bytes = guarded.findings.length === 0 ? payload : Buffer.from(JSON.stringify(guarded.payload), 'utf8');
    return { bytes, normalised: account.normalise(guarded.payload), findings: guarded.findings };
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

  function contentOf(normalised: Normalised, findings: readonly GuardFinding[]): IngestItem['content'] {
    if (normalised.outcome !== 'event') return { outcome: normalised.outcome, reason: normalised.reason };
    const event: InboundEvent = normalised.event;
    return {
      outcome: 'event',
      event,
      thanks: event.type === 'message' && options.isThanks(event.text),
      findings: storedFindings(findings),
    };
  }

  async function itemsOf(payload: Buffer): Promise<IngestItem[]> {
    const { bytes, normalised, findings } = parse(payload);
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
        content: contentOf(one, findings),
        ids: {
          thread: brandId(ids.uuid()),
          identity: brandId(ids.uuid()),
          contact: brandId(ids.uuid()),
          conversation: brandId(ids.uuid()),
          message: brandId(ids.uuid()),
        },
      };
    });
  }

  return async function take(payloads) {
    crashPoint('ingest.received');
    const items =
      payloads.length === 1 && payloads[0] !== undefined
        ? await itemsOf(payloads[0])
        : (await Promise.all(payloads.map(itemsOf))).flat();
    crashPoint('ingest.before-commit');
    const outcomes = await Promise.allSettled(items.map((item) => store.ingest(item)));
    crashPoint('ingest.after-commit');
    const shards = new Set<number>();
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') continue;
      options.onResult(outcome.value);
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
