import { recordOf } from '../../shared/read-unknown.ts';
import { structuredParameter } from './request-body.ts';
import { badRequest, type Refusal } from './text-checks.ts';

/** A button under a message: with `data` it calls back, with `url` it opens a page. */
export interface Button {
  text: string;
  data: string | null;
  url: string | null;
}

export interface Keyboard {
  /** As it goes into the message; null when there is none. */
  markup: Readonly<Record<string, unknown>> | null;
  rows: readonly (readonly Button[])[];
}

export const NO_KEYBOARD: Keyboard = { markup: null, rows: [] };
const MAX_DATA_BYTES = 64;
const MAX_BUTTONS = 100;

/**
 * Reads `reply_markup`. Only inline keyboards stay with a message; other kinds are taken and not shown, as they belong to
 * the customer's input line.
 */
export function readKeyboard(parameter: unknown): Keyboard | { refusal: Refusal } {
  const given = structuredParameter(parameter);
  if (given === undefined) return NO_KEYBOARD;
  const markup = recordOf(given);
  if (markup === null) return { refusal: badRequest('object expected as reply markup') };
  const rows = markup['inline_keyboard'];
  if (rows === undefined) return NO_KEYBOARD;
  if (!Array.isArray(rows)) {
    return { refusal: badRequest('can\'t parse inline keyboard: Field "inline_keyboard" must be of type Array') };
  }
  const read: Button[][] = [];
  for (const row of rows) {
    if (!Array.isArray(row)) {
      return { refusal: badRequest("can't parse inline keyboard: expected an Array of Arrays of buttons") };
    }
    const buttons: Button[] = [];
    for (const entry of row) {
      const button = readButton(recordOf(entry));
      if ('refusal' in button) return button;
      buttons.push(button);
    }
    if (buttons.length > 0) read.push(buttons);
  }
  if (read.length === 0) return NO_KEYBOARD;
  if (read.flat().length > MAX_BUTTONS) return { refusal: badRequest('reply markup is too long') };
  return { markup: { inline_keyboard: rows.filter((row) => row.length > 0) }, rows: read };
}

function readButton(entry: Readonly<Record<string, unknown>> | null): Button | { refusal: Refusal } {
  const text = entry?.['text'];
  if (entry === null || typeof text !== 'string' || text === '') {
    return { refusal: badRequest('can\'t parse inline keyboard button: Can\'t find field "text"') };
  }
  const { callback_data: data, url } = entry;
  if (typeof data === 'string') {
    const bytes = Buffer.byteLength(data);
    if (bytes < 1 || bytes > MAX_DATA_BYTES) return { refusal: badRequest('BUTTON_DATA_INVALID') };
    return { text, data, url: null };
  }
  if (typeof url === 'string') {
    if (isAddress(url)) return { text, data: null, url };
    return { refusal: badRequest(`inline keyboard button URL '${url}' is invalid: Wrong HTTP URL`) };
  }
  // The other kinds (games, payments, web apps …) lead out of the chat; a button must be of some kind.
  if (Object.keys(entry).some((key) => key !== 'text' && key !== 'style')) return { text, data: null, url: null };
  return {
    refusal: badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
  };
}

function isAddress(url: string): boolean {
  if (/^tg:\/\//iu.test(url)) return true;
  // As people write it: a name without a scheme is one too.
  const whole = /^[a-z][a-z0-9+.-]*:\/\//iu.test(url) ? url : `http://${url}`;
  if (!URL.canParse(whole)) return false;
  const { protocol, hostname } = new URL(whole);
  return (protocol === 'http:' || protocol === 'https:') && /\.|^localhost$|^\[/u.test(hostname);
}
