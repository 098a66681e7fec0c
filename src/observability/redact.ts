/**
 * What may be logged. Field names decide first: contents and credentials are never written, whatever they hold. Strings
 * that remain are cut, and credentials inside addresses are taken out, since error messages quote them.
 */

const HIDDEN_NAME =
  /token|passw|passphrase|secret|authori[sz]ation|cookie|credential|master_?key|api_?key|app_?key|private_?key|^(?:text|body|caption|subject|html|content|payload|raw|headers|key|seed|answer|reply|replies|messages)$/i;

/** Camel or snake case, so that `messageText` is hidden and `context` is not. */
const HIDDEN_ENDING = /(?:Text|Body|Caption|Subject|Html|_text|_body|_caption|_subject|_html)$/;

/** Longest string written; the rest adds nothing that ids do not tell. */
const LONGEST = 600;
const DEEPEST = 5;
const MOST_ITEMS = 50;

const HIDDEN = '(hidden)';

/** Takes credentials out of addresses and cuts; line breaks stay for the writer to escape. */
export function cleanString(text: string): string {
  const cleaned = text
    .slice(0, LONGEST * 4)
    .replaceAll(/\d{6,12}:[A-Za-z0-9_-]{30,}/g, HIDDEN)
    .replaceAll(/([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@]{1,300}@/gi, `$1${HIDDEN}@`)
    .replaceAll(/\b(Bearer|Basic|Bot|OAuth) [A-Za-z0-9+/=_.~-]{8,}/g, `$1 ${HIDDEN}`)
    .replaceAll(/([?&][A-Za-z_-]*(?:token|secret|key|signature|password)=)[^&\s]+/gi, `$1${HIDDEN}`);
  return cleaned.length > LONGEST ? `${cleaned.slice(0, LONGEST)}…` : cleaned;
}

function cleanError(error: Error, depth: number): Record<string, unknown> {
  const clean: Record<string, unknown> = { type: error.name, message: cleanString(error.message) };
  if ('code' in error && (typeof error.code === 'string' || typeof error.code === 'number')) clean['code'] = error.code;
  if (error.stack !== undefined) clean['stack'] = cleanString(error.stack.split('\n').slice(1, 8).join('\n'));
  if (error.cause !== undefined && depth < DEEPEST) clean['cause'] = cleanValue('cause', error.cause, depth + 1);
  return clean;
}

function isError(value: object): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

function cleanValue(name: string, value: unknown, depth: number): unknown {
  if (value === null || value === undefined) return value;
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return value.toString();
  if (HIDDEN_NAME.test(name) || HIDDEN_ENDING.test(name)) return HIDDEN;
  if (typeof value === 'string') return cleanString(value);
  if (typeof value !== 'object') return `(${typeof value})`;
  if (isError(value)) return cleanError(value, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '(no date)' : value.toISOString();
  if (ArrayBuffer.isView(value)) return `(${value.byteLength} bytes)`;
  if (depth >= DEEPEST) return '(deeper)';
  if (Array.isArray(value)) return value.slice(0, MOST_ITEMS).map((entry) => cleanValue('', entry, depth + 1));
  return cleanFields(value, depth + 1);
}

/** The fields of one log line as they may be written. Numbers and truth values always pass: counts and durations. */
export function cleanFields(fields: object, depth = 0): Record<string, unknown> {
  if (isError(fields)) return { error: cleanError(fields, depth) };
  const entries = Object.entries(fields).slice(0, MOST_ITEMS);
  return Object.fromEntries(entries.map(([name, value]) => [name, cleanValue(name, value, depth)]));
}
