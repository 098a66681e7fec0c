import { channelFactories } from '../channels/registry.ts';
import type { Config } from '../config/schema.ts';
import { isMereThanks } from './bot/thanks.ts';
import { ParleyError } from './core/errors.ts';
import { systemClock } from './core/ids-and-time.ts';
import { type AccountId, brandId } from './core/model/ids.ts';
import type { ChannelAccount, ConnectionState, InboundSink } from './core/ports/channel.ts';
import type { Log } from './core/ports/log.ts';
import type { BlobStore } from './files/blob-store.ts';
import type { KeyRing } from './files/crypto.ts';
import type { Finding } from './guard/finding.ts';
import { guardPayload, guardText } from './guard/guard.ts';
import { createIntake, type GuardFinding, type IntakeOptions } from './ingest/intake.ts';
import { type AccountHealthBoard, createAccountHealthBoard } from './observability/health.ts';
import type { Metrics } from './observability/metrics.ts';
import type { AccountStore } from './store/accounts.ts';

function toGuardFinding(finding: Finding): GuardFinding {
  const { rule, certain, path, start, length } = finding;
  return { rule, certain, path, start, length, secret: finding.certain ? null : finding.secret };
}

/** Makes every configured account. @throws {ParleyError} for a channel nobody knows */
export function createAccounts(
  config: Config,
  log: Log,
  onState: (id: AccountId, channel: string, state: ConnectionState) => void,
): Map<string, ChannelAccount> {
  const accounts = new Map<string, ChannelAccount>();
  for (const entry of config.accounts) {
    const factory = channelFactories.find((one) => one.channel === entry.channel);
    if (factory === undefined)
      throw new ParleyError('unknown_channel', `account ${entry.id} names the unknown channel ${entry.channel}`);
    const id = brandId<AccountId>(entry.id);
    const deps = { log, clock: systemClock, onState: (state: ConnectionState) => onState(id, entry.channel, state) };
    accounts.set(entry.id, factory.create(entry, deps));
  }
  return accounts;
}

/** Reports what becomes of an account's connection: to the log, the metrics and the store. */
export function watchAccounts(log: Log, metrics: Metrics, accountStore: AccountStore): AccountHealthBoard {
  return createAccountHealthBoard(systemClock, ({ accountId, channel, state }) => {
    const fields = { accountId, channel, state: state.state, ...('code' in state ? { code: state.code } : {}) };
    const said =
      'mend' in state
        ? `${state.message}; ${state.mend}`
        : 'message' in state
          ? state.message
          : 'account state changed';
    if (state.state === 'stopped') log.error(fields, said);
    else if (state.state === 'retrying') log.warn(fields, said);
    else log.info(fields, said);
    metrics.account(accountId, channel, state.state);
    accountStore.saveState(accountId, state).catch(() => undefined);
  });
}

/** What an account's intake shares with those of the others. */
type IntakeParts = Pick<IntakeOptions, 'store' | 'queue' | 'ids' | 'log'> & {
  keys: KeyRing;
  blobs: BlobStore;
  metrics: Metrics;
};

/** The way of one account's payloads into the store. */
export function intakeOf(account: ChannelAccount, { keys, blobs, metrics, ...parts }: IntakeParts): InboundSink {
  return createIntake({
    ...parts,
    account,
    guardPayload: (payload) => {
      const guarded = guardPayload(payload);
      for (const finding of guarded.findings) metrics.guarded(finding.rule, finding.certain);
      return { payload: guarded.payload, findings: guarded.findings.map(toGuardFinding) };
    },
    guardText: (text) => {
      const guarded = guardText(text);
      return { text: guarded.text, findings: guarded.findings.map(toGuardFinding) };
    },
    seal: (plain, row) => keys.seal(plain, { table: 'inbound', column: 'raw', row }),
    digest: (data) => keys.digest(data, 'event-key').toString('hex'),
    putBlob: async (data) => (await blobs.put(data)).id,
    isThanks: isMereThanks,
    onResult: (result) => metrics.ingested(account.channel, result.status),
  });
}
