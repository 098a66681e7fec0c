import { resolve } from 'node:path';
import { z } from 'zod';
import { type KeyPath, type Mistake, mistakesOf, type SchemaNode, suggest } from './mistakes.ts';
import {
  type AccountConfig,
  accountBase,
  type ChannelSchemas,
  type Config,
  fileSchema,
  type ParsedFile,
} from './schema.ts';

/** Either the configuration or everything that is wrong with it. */
export type Checked = { config: Config; mistakes: [] } | { config: null; mistakes: [Mistake, ...Mistake[]] };

/** What a schema accepts as people write it, in JSON Schema form; for suggestions and for the test of the example. */
export function schemaTree(schema: z.ZodType): SchemaNode {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as SchemaNode;
}

function checkAccount(raw: unknown, index: number, channels: ChannelSchemas): AccountConfig | Mistake[] {
  const prefix: KeyPath = ['accounts', index];
  const base = accountBase.safeParse(raw);
  const wrong = base.success ? [] : mistakesOf(base.error.issues, schemaTree(accountBase), prefix, raw);
  const channel = typeof raw === 'object' && raw !== null && 'channel' in raw ? raw.channel : undefined;
  if (typeof channel !== 'string') return wrong;
  const schema = channels.get(channel);
  if (schema === undefined) {
    const mend = suggest(channel, [...channels.keys()]);
    return [...wrong, { path: [...prefix, 'channel'], line: null, message: '`channel` names no known channel', mend }];
  }
  const parsed = schema.safeParse(raw);
  if (!parsed.success) {
    wrong.push(...mistakesOf(parsed.error.issues, schemaTree(schema), prefix, raw));
  }
  return wrong.length === 0 && parsed.success ? { ...parsed.data } : wrong;
}

function duplicates(list: readonly unknown[], place: 'accounts' | 'teams'): Mistake[] {
  const first = new Map<string, number>();
  return list.flatMap((entry, index): Mistake[] => {
    if (typeof entry !== 'object' || entry === null || !('id' in entry) || typeof entry.id !== 'string') return [];
    const earlier = first.get(entry.id);
    if (earlier === undefined) {
      first.set(entry.id, index);
      return [];
    }
    const message = `the id \`${entry.id}\` is already taken by ${place}[${earlier}]`;
    return [{ path: [place, index, 'id'], line: null, message, mend: 'give each its own id' }];
  });
}

function listAt(raw: unknown, key: 'accounts' | 'teams'): readonly unknown[] {
  const list: unknown =
    typeof raw === 'object' && raw !== null && key in raw ? (raw as Record<string, unknown>)[key] : [];
  return Array.isArray(list) ? list : [];
}

function distinct(mistakes: readonly Mistake[]): Mistake[] {
  const seen = new Map<string, Mistake>();
  for (const mistake of mistakes) {
    const key = JSON.stringify(mistake.path);
    // The common rule and the channel's own may both complain about an id; once is enough.
    if (!seen.has(key)) seen.set(key, mistake);
  }
  return [...seen.values()];
}

function toConfig(file: ParsedFile, accounts: readonly AccountConfig[], folder: string): Config {
  return {
    dataFolder: resolve(folder, file.data),
    store: file.store,
    queue: file.queue,
    http: { ...file.http, healthPort: file.http.healthPort ?? null, publicUrl: file.http.publicUrl ?? null },
    masterKey: file.masterKey ?? null,
    masterKeys: file.masterKeys ?? null,
    storage: file.storage,
    retention: {
      rawMs: file.retention.raw,
      attachmentsMs: file.retention.attachments,
      identityDocumentsMs: file.retention.identityDocuments,
      conversationsMs: file.retention.conversations,
      auditMs: file.retention.audit,
    },
    accounts,
    bot: {
      brains: file.bot.brains,
      faqFolder: file.bot.faqFolder === undefined ? null : resolve(folder, file.bot.faqFolder),
      turnPauseMs: file.bot.turnPause,
      turnPauseMaxMs: file.bot.turnPauseMax,
      greeting: file.bot.greeting,
    },
    teams: file.teams,
    telemetry: { otlpUrl: file.telemetry.otlpUrl ?? null, sampleRatio: file.telemetry.sampleRatio },
    log: file.log,
  };
}

/**
 * Checks a parsed file against the schema and every account against its channel's. Pure. `folder` is what relative paths
 * in the file start from. All mistakes come at once, without lines: the loader knows those.
 */
export function checkConfig(raw: unknown, channels: ChannelSchemas, folder: string): Checked {
  const parsed = fileSchema.safeParse(raw);
  const mistakes = parsed.success ? [] : mistakesOf(parsed.error.issues, schemaTree(fileSchema), [], raw);
  const accounts: AccountConfig[] = [];
  for (const [index, entry] of listAt(raw, 'accounts').entries()) {
    const account = checkAccount(entry, index, channels);
    if (Array.isArray(account)) mistakes.push(...account);
    else accounts.push(account);
  }
  mistakes.push(...duplicates(listAt(raw, 'accounts'), 'accounts'), ...duplicates(listAt(raw, 'teams'), 'teams'));
  const [first, ...rest] = distinct(mistakes);
  if (first !== undefined) return { config: null, mistakes: [first, ...rest] };
  if (!parsed.success) throw new Error('the configuration is refused without a reason; this is a bug');
  return { config: toConfig(parsed.data, accounts, folder), mistakes: [] };
}
