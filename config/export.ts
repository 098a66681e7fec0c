import { stringify } from 'yaml';
import { formatDuration } from './duration.ts';
import type { Config } from './schema.ts';

const REDACTED = '(redacted)';

/** Names under which channels keep what must not be shown. Erring on the side of hiding: an export is pasted into chats. */
const SECRET_NAME = /token|secret|password|passphrase|credential|private|(?:^|[a-z_-])key$/i;

/** Hides user names, passwords and query strings of an address, keeping scheme, host and path. */
function redactUrl(text: string): string {
  return text.replace(
    /^([a-z][a-z0-9+.-]*:\/\/)(?:[^/\s]*@)?([^\s?#]*)(?:[?#].*)?$/is,
    (_, scheme: string, rest: string) => {
      const hidden = text.length > scheme.length + rest.length;
      return hidden ? `${scheme}${rest} ${REDACTED}` : text;
    },
  );
}

function redact(name: string, value: unknown): unknown {
  if (value === null || value === undefined || typeof value === 'boolean') return value;
  if (SECRET_NAME.test(name)) return REDACTED;
  if (typeof value === 'string') return redactUrl(value);
  if (Array.isArray(value)) return value.map((entry) => redact('', entry));
  if (typeof value === 'object') return redactEntries(value);
  return value;
}

function redactEntries(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, redact(name, entry)]));
}

/**
 * The configuration in force as YAML in the form of the file, every default written out and every secret replaced.
 * For `parley config export`.
 */
export function configExport(config: Config): string {
  const file = {
    data: config.dataFolder,
    store: config.store,
    queue: config.queue,
    http: {
      ...config.http,
      healthPort: config.http.healthPort ?? undefined,
      publicUrl: config.http.publicUrl ?? undefined,
    },
    masterKey: config.masterKey ?? undefined,
    masterKeys: config.masterKeys ?? undefined,
    storage: config.storage,
    retention: {
      raw: formatDuration(config.retention.rawMs),
      attachments: formatDuration(config.retention.attachmentsMs),
      identityDocuments: formatDuration(config.retention.identityDocumentsMs),
      conversations: formatDuration(config.retention.conversationsMs),
      audit: formatDuration(config.retention.auditMs),
    },
    accounts: config.accounts,
    bot: {
      brains: config.bot.brains,
      faqFolder: config.bot.faqFolder ?? undefined,
      turnPause: formatDuration(config.bot.turnPauseMs),
      turnPauseMax: formatDuration(config.bot.turnPauseMaxMs),
      greeting: config.bot.greeting,
    },
    teams: config.teams,
    telemetry: { ...config.telemetry, otlpUrl: config.telemetry.otlpUrl ?? undefined },
    log: config.log,
  };
  return stringify(redactEntries(file), { lineWidth: 0, aliasDuplicateObjects: false });
}
