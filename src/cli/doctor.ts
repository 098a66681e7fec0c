import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../../config/mistakes.ts';
import type { Config } from '../../config/schema.ts';
import { type AccountServices, lateServices, NO_SERVICES } from '../account-services.ts';
import type { Log } from '../core/ports/log.ts';
import { createAccountHealthStore } from '../store/account-health.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { configurationOf } from './configuration.ts';
import { checkAccounts } from './doctor-accounts.ts';
import { checkDataFolder } from './doctor-folder.ts';
import { checkAudit, checkMasterKey, checkQueue, checkSchema, checkServer, checkWork } from './doctor-store.ts';
import { type Finding, finding, findingLine } from './findings.ts';
import { openKeys } from './keys.ts';
import { say } from './output.ts';
import { commandLog, withStoreUrl } from './store-access.ts';

export interface DoctorOptions {
  config?: string | undefined;
  json?: boolean | undefined;
}

/** `parley doctor`: looks at everything the gateway needs. @returns whether nothing is wrong */
export async function doctor(options: DoctorOptions): Promise<boolean> {
  const findings: Finding[] = [];
  const report = (...found: Finding[]): void => {
    findings.push(...found);
    if (options.json !== true) for (const one of found) say(findingLine(one));
  };
  const config = checkConfiguration(options, report);
  if (config !== null) {
    report(await checkDataFolder(config));
    await checkStore(config, commandLog(), report);
  }
  const wrong = findings.filter((one) => one.result === 'wrong').length;
  if (options.json === true) say(JSON.stringify({ ok: wrong === 0, findings }, null, 2));
  else say(wrong === 0 ? '\nNothing is wrong.' : `\n${wrong} ${wrong === 1 ? 'thing is' : 'things are'} wrong.`);
  return wrong === 0;
}

type Report = (...found: Finding[]) => void;

/** What accounts remember, sealed as it is; without the master key nothing can be read, which is a finding of its own. */
async function servicesOf(config: Config, database: Database): Promise<AccountServices> {
  try {
    const { keys, blobs } = await openKeys(config);
    const services = lateServices();
    services.use({ blobs, database, keys, signatureOf: () => null });
    return services;
  } catch {
    return NO_SERVICES;
  }
}

function checkConfiguration(options: DoctorOptions, report: Report): Config | null {
  const check = 'configuration';
  try {
    const loaded = configurationOf(options);
    const { accounts } = loaded.config;
    if (loaded.source === 'sandbox') {
      report({
        check,
        result: 'note',
        message: 'there is none: "parley serve" runs the sandbox',
        mend: 'copy config/default.yaml to config/parley.yaml',
      });
    } else if (accounts.length === 0) {
      report({
        check,
        result: 'note',
        message: `${loaded.file} names no accounts: nothing can be received`,
        mend: 'add an entry to accounts',
      });
    } else {
      report({
        check,
        result: 'ok',
        message: `${loaded.file}, ${accounts.length} ${accounts.length === 1 ? 'account' : 'accounts'}`,
      });
    }
    return loaded.config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    report({ check, result: 'wrong', message: error.message });
    return null;
  }
}

async function checkStore(config: Config, log: Log, report: Report): Promise<void> {
  if (config.store.url === 'embedded' && !existsSync(join(config.dataFolder, 'postgres'))) {
    report({ check: 'store', result: 'note', message: 'embedded, not made yet: the first start makes it' });
    report(await checkQueue(config, null), ...(await checkAccounts(config, log, [])));
    return;
  }
  let opened = false;
  const reached = await finding('store', () =>
    withStoreUrl(config, log, async (url) => {
      opened = true;
      await checkOpenStore(config, url, log, report);
      return { result: 'ok', message: 'checked' };
    }),
  );
  if (reached.result !== 'wrong') return;
  report(reached);
  // What does not need the store is still worth knowing.
  if (!opened) report(await checkQueue(config, null), ...(await checkAccounts(config, log, [])));
}

async function checkOpenStore(config: Config, url: string, log: Log, report: Report): Promise<void> {
  const database = openDatabase({ url, log, max: 2, applicationName: 'parley-doctor' });
  try {
    report(await finding('store', () => checkServer(database)));
    const schema = await finding('schema', () => checkSchema(database));
    report(schema, await checkQueue(config, database));
    const records = schema.result === 'ok' ? await createAccountHealthStore(database).list() : [];
    if (schema.result === 'ok') {
      report(
        await finding('master key', () => checkMasterKey(config, database)),
        await finding('audit', () => checkAudit(database)),
        ...(await checkWork(database)),
      );
    }
    report(
      ...(await checkAccounts(
        config,
        log,
        records,
        schema.result === 'ok' ? await servicesOf(config, database) : NO_SERVICES,
      )),
    );
  } finally {
    await database.close();
  }
}
