import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ServedAnswer, ServedRequest } from '../../../src/core/ports/channel.ts';
import { headerOf } from './answers.ts';

const FOLDER = join(import.meta.dirname, '..', 'widget');
const SCRIPT = 'text/javascript; charset=utf-8';
/** Everything there is; nothing else of the folder can be asked for. */
const TYPES: Readonly<Record<string, string>> = {
  'widget.js': SCRIPT,
  'chat.js': SCRIPT,
  'client.js': SCRIPT,
  'composer.js': SCRIPT,
  'kept-session.js': SCRIPT,
  'view.js': SCRIPT,
  'words.js': SCRIPT,
  'chat.css': 'text/css; charset=utf-8',
};
const CACHED_SECONDS = 300;

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/gu, (character) => `&#${character.charCodeAt(0)};`);
}

/** Files of the page of one account, read once. */
export interface Assets {
  /** The file of this name, or undefined. */
  find(name: string, request: ServedRequest): ServedAnswer | undefined;
}

/** @param origins sites that may show the page in a frame */
export function createAssets({ title, origins }: { title: string; origins: readonly string[] }): Assets {
  const kept = new Map<string, { plain: Buffer; small: Buffer }>();
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob:",
    "connect-src 'self'",
    `frame-ancestors ${origins.length === 0 ? "'none'" : origins.join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');

  function content(name: string): { plain: Buffer; small: Buffer } {
    const known = kept.get(name);
    if (known !== undefined) return known;
    const bytes = readFileSync(join(FOLDER, name));
    const plain =
      name === 'chat.html'
        ? Buffer.from(
            bytes
              .toString('utf8')
              .replaceAll(/\{(title|origins)\}/gu, (_all, what) =>
                escaped(what === 'title' ? title : origins.join(' ')),
              ),
          )
        : bytes;
    const made = { plain, small: gzipSync(plain, { level: 9 }) };
    kept.set(name, made);
    return made;
  }

  return {
    find(asked, request) {
      const name = asked === '' ? 'chat.html' : asked;
      const type = name === 'chat.html' && asked === '' ? 'text/html; charset=utf-8' : TYPES[asked];
      if (type === undefined || !(asked === '' || Object.hasOwn(TYPES, asked))) return undefined;
      const { plain, small } = content(name);
      const zipped = /\bgzip\b/u.test(headerOf(request, 'accept-encoding') ?? '');
      return {
        status: 200,
        headers: {
          'content-type': type,
          'cache-control': `public, max-age=${CACHED_SECONDS}`,
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
          'content-security-policy': policy,
          // Sites that isolate themselves (COEP) show it too.
          'cross-origin-resource-policy': 'cross-origin',
          'permissions-policy': 'camera=(), geolocation=(), microphone=()',
          vary: 'accept-encoding',
          ...(zipped ? { 'content-encoding': 'gzip' } : {}),
        },
        body: zipped ? small : plain,
      };
    },
  };
}
