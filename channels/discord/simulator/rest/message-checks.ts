import { invalidForm } from './errors.ts';

type Json = Readonly<Record<string, unknown>>;

const MAX_TEXT = 2_000;
const MAX_NONCE = 25;
const MAX_EMBEDS = 10;
const MAX_ROWS = 5;
/** Type of a list to choose from. */
const SELECT = 3;
const MAX_OPTIONS = 25;
const MAX_OPTION = 100;
const MAX_BUTTONS = 5;
const MAX_CUSTOM_ID = 100;
const MAX_LABEL = 80;
const LINK_STYLE = 5;

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function recordOf(value: unknown): Json {
  return isRecord(value) ? value : {};
}

/** The text of a message. @throws {ApiError} */
export function checkContent(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw invalidForm('content', 'STRING_TYPE_CONVERT', 'Could not interpret as string.');
  if (value.length > MAX_TEXT) {
    throw invalidForm('content', 'BASE_TYPE_MAX_LENGTH', `Must be ${MAX_TEXT} or fewer in length.`);
  }
  return value.trim();
}

/** @throws {ApiError} */
export function checkNonce(value: unknown): string | number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  if (typeof value === 'string' && value.length <= MAX_NONCE) return value;
  throw invalidForm('nonce', 'NONCE_TYPE_TOO_LONG', `Must be ${MAX_NONCE} or fewer in length.`);
}

/** @throws {ApiError} */
export function checkEmbeds(value: unknown): unknown[] {
  const embeds = listOf(value);
  if (embeds.length > MAX_EMBEDS) throw invalidForm('embeds', 'BASE_TYPE_MAX_LENGTH', 'Must be 10 or fewer in length.');
  return embeds.map((embed) => ({ type: 'rich', ...recordOf(embed) }));
}

/** Rows of buttons and selects (docs, "Component Reference"). @throws {ApiError} */
export function checkComponents(value: unknown): unknown[] {
  const rows = listOf(value);
  if (rows.length > MAX_ROWS)
    throw invalidForm('components', 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 5 in length.');
  const seen = new Set<string>();
  return rows.map((row, at) => {
    const inner = listOf(recordOf(row)['components']);
    // A list fills its row.
    const most = inner.some((one) => recordOf(one)['type'] === SELECT) ? 1 : MAX_BUTTONS;
    if (recordOf(row)['type'] !== 1 || inner.length === 0 || inner.length > most) {
      throw invalidForm(`components.${at}.components`, 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 5 in length.');
    }
    return {
      type: 1,
      id: at + 1,
      components: inner.map((one, index) =>
        checkComponent(recordOf(one), `components.${at}.components.${index}`, seen),
      ),
    };
  });
}

function checkComponent(component: Json, path: string, seen: Set<string>): Json {
  const { label, custom_id: customId, url, style, type } = component;
  if (typeof label === 'string' && label.length > MAX_LABEL) {
    throw invalidForm(`${path}.label`, 'BASE_TYPE_MAX_LENGTH', 'Must be 80 or fewer in length.');
  }
  if (type === 2 && (typeof label !== 'string' || label === '') && component['emoji'] === undefined) {
    throw invalidForm(path, 'BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED', 'A label or emoji is required.');
  }
  if (type === 2 && style === LINK_STYLE) {
    if (typeof url !== 'string' || !/^(?:https?|discord):\/\//.test(url) || url.length > 512) {
      throw invalidForm(`${path}.url`, 'URL_TYPE_INVALID_URL', 'Not a well formed URL.');
    }
    return component;
  }
  if (typeof customId !== 'string' || customId.length === 0 || customId.length > MAX_CUSTOM_ID) {
    throw invalidForm(`${path}.custom_id`, 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 100 in length.');
  }
  if (seen.has(customId)) {
    throw invalidForm(
      `${path}.custom_id`,
      'COMPONENT_CUSTOM_ID_DUPLICATED',
      'Component custom id cannot be duplicated',
    );
  }
  seen.add(customId);
  if (type === SELECT) checkOptions(listOf(component['options']), path);
  return component;
}

/** Of a list (docs, "String Select"). @throws {ApiError} */
function checkOptions(options: readonly unknown[], path: string): void {
  if (options.length === 0 || options.length > MAX_OPTIONS) {
    throw invalidForm(`${path}.options`, 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 25 in length.');
  }
  const values = options.map((option, at) => {
    const { label, value } = recordOf(option);
    for (const [key, text] of [
      ['label', label],
      ['value', value],
    ] as const) {
      if (typeof text !== 'string' || text === '' || text.length > MAX_OPTION) {
        throw invalidForm(
          `${path}.options.${at}.${key}`,
          'BASE_TYPE_BAD_LENGTH',
          'Must be between 1 and 100 in length.',
        );
      }
    }
    return value;
  });
  if (new Set(values).size < values.length) {
    throw invalidForm(
      `${path}.options`,
      'SELECT_COMPONENT_OPTION_VALUE_DUPLICATED',
      'The specified option value is already used',
    );
  }
}
