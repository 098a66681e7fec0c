import { channelFactories } from '../channels/registry.ts';
import type { Config } from '../config/schema.ts';
import { type AccountServices, NO_SERVICES } from './account-services.ts';
import { isMereThanks } from './bot/thanks.ts';
import { ParleyError } from './core/errors.ts';
import { systemClock } from './core/ids-and-time.ts';
import { type AccountId, brandId, type InstanceId } from './core/model/ids.ts';
import type { AccountHealthStore } from './core/ports/account-health-store.ts';
import type { AccountDetail, ChannelAccount, ConnectionState, InboundSink } from './core/ports/channel.ts';
import type { Log } from './core/ports/log.ts';
import type { BlobStore } from './files/blob-store.ts';
import type { KeyRing } from './files/crypto.ts';
import type { Finding } from './guard/finding.ts';
import { guardPayload, guardText } from './guard/guard.ts';
import { createIntake, type GuardFinding, type IntakeOptions } from './ingest/intake.ts';
import { createTally, type Tally } from './ingest/tally.ts';
import { startAccountAlarms } from './observability/account-alarms.ts';
import { type AccountReporter, startAccountReporter } from './observability/account-reporter.ts';
import { type AccountHealthBoard, createAccountHealthBoard } from './observability/health.ts';
import type { Metrics } from './observability/metrics.ts';

function toGuardFinding(finding: Finding): GuardFinding {
  const { rule, certain, path, start, length } = finding;
  return { rule, certain, path, start, length, secret: finding.certain ? null : finding.secret };
}

/** Makes every configured account. @throws {ParleyError} for a channel nobody knows */
export function createAccounts(
  config: Config,
  log: Log,
  onState: (id: AccountId, channel: string, state: ConnectionState) => void,
  services: AccountServices = NO_SERVICES,
  onDetail: (id: AccountId, detail: AccountDetail) => void = () => undefined,
): Map<string, ChannelAccount> {
  const accounts = new Map<string, ChannelAccount>();
  for (const entry of config.accounts) {
    const factory = channelFactories.find((one) => one.channel === entry.channel);
    if (factory === undefined)
      throw new ParleyError('unknown_channel', `account ${entry.id} names the unknown channel ${entry.channel}`);
    const id = brandId<AccountId>(entry.id);
    const report = (state: ConnectionState): void => onState(id, entry.channel, state);
    const learned = (detail: AccountDetail): void => onDetail(id, detail);
    const deps = {
      log,
      clock: systemClock,
      onState: report,
      onDetail: learned,
      onTyping: (threadKey: string): void => services.typing({ accountId: id, threadKey }),
      files: services.files,
      records: services.records(id),
    };
    accounts.set(entry.id, factory.create(entry, deps));
  }
  return accounts;
}

/** What this process knows of its accounts' health. */
export interface AccountWatch {
  readonly board: AccountHealthBoard;
  detail(id: AccountId, detail: AccountDetail): void;
  /** The counts of an account's updates in this process. */
  tallyOf(id: AccountId): Tally;
  /** From here on the store is told, and what gets worse by lasting is told to the log. */
  start(parts: AccountHealthParts): { stop(): Promise<void> };
}

interface AccountHealthParts {
  store: AccountHealthStore;
  accounts: ReadonlyMap<string, ChannelAccount>;
  instance(): InstanceId;
  /** It receives for accounts; it takes updates, of platforms that call or of its own connections. */
  roles: { connector: boolean; takesUpdates: boolean };
}

/** Reports what becomes of the accounts: to the log, the metrics and, once it is there, the store. */
export function watchAccounts(log: Log, metrics: Metrics): AccountWatch {
  const details = new Map<AccountId, AccountDetail>();
  const tallies = new Map<AccountId, Tally>();
  let reporter: AccountReporter | null = null;
  const board = createAccountHealthBoard(systemClock, ({ accountId, channel, state }) => {
    const fields = { accountId, channel, state: state.state, ...('code' in state ? { code: state.code } : {}) };
    const said =
      'mend' in state && state.mend !== undefined
        ? `${state.message}; ${state.mend}`
        : 'message' in state
          ? state.message
          : 'account state changed';
    if (state.state === 'stopped') log.error(fields, said);
    else if (state.state === 'retrying' || state.state === 'lagging') log.warn(fields, said);
    else log.info(fields, said);
    metrics.account(accountId, channel, state.state);
    reporter?.soon();
  });
  function tallyOf(id: AccountId): Tally {
    const tally = tallies.get(id) ?? createTally(() => systemClock.monotonicMs());
    tallies.set(id, tally);
    return tally;
  }
  return {
    board,
    detail: (id, detail) => {
      details.set(id, detail);
      reporter?.soon();
    },
    tallyOf,
    start({ store, accounts, instance, roles }) {
      const started = startAccountReporter({
        store,
        instance,
        log,
        nowMs: () => systemClock.monotonicMs(),
        accounts: [...accounts.values()].map(({ id, capabilities }) => ({
          id,
          report: roles.connector
            ? () => ({
                state: board.get(id)?.state ?? null,
                detail: details.get(id) ?? null,
                keepsMs: capabilities.keepsUndeliveredMs ?? null,
              })
            : undefined,
          tally: roles.takesUpdates ? () => tallyOf(id).snapshot() : undefined,
        })),
      });
      reporter = started;
      const alarms = startAccountAlarms({
        list: () => store.list(),
        knows: (id) => accounts.has(id),
        instance: roles.connector ? instance : null,
        metrics,
        log,
      });
      return {
        async stop() {
          alarms.stop();
          await started.stop();
        },
      };
    },
  };
}

/** What an account's intake shares with those of the others. */
type IntakeParts = Pick<IntakeOptions, 'store' | 'queue' | 'ids' | 'log' | 'threads'> & {
  tally: Tally;
  keys: KeyRing;
  blobs: BlobStore;
  metrics: Metrics;
};

/** The way of one account's payloads into the store. */
export function intakeOf(account: ChannelAccount, { keys, blobs, metrics, tally, ...parts }: IntakeParts): InboundSink {
  const take = createIntake({
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
    onPayload(outcome) {
      metrics.accountUpdates(account.id, outcome, 1);
      if (outcome === 'refused') tally.refused();
      else tally.settled(outcome);
    },
  });
  const counted = tally.around(take);
  return (payloads) => {
    metrics.accountUpdates(account.id, 'seen', payloads.length);
    return counted(payloads);
  };
}
