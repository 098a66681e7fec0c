import { createHash } from 'node:crypto';
import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
};
const COMPRESSED = ['.html', '.js', '.css', '.svg', '.json', '.webmanifest', '.txt'];

const compress = promisify(brotliCompress);

/** One file of the page, in memory. */
export interface PageFile {
  readonly type: string;
  readonly etag: string;
  readonly body: Buffer;
  /** Brotli, where it is worth it. */
  compressed(): Promise<Buffer | null>;
}

/** The built page: a few small files, each read once. Only what stands in the folder can be asked for, by its exact name. */
export interface PageFiles {
  /** By its path in the folder with slashes; undefined when there is none. */
  find(path: string): PageFile | undefined;
}

function read(file: string): PageFile {
  const body = readFileSync(file);
  const extension = extname(file);
  let small: Promise<Buffer | null> | undefined;
  return {
    type: TYPES[extension] ?? 'application/octet-stream',
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
    body,
    compressed() {
      const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: body.length };
      small ??= COMPRESSED.includes(extension) ? compress(body, { params }) : Promise.resolve(null);
      return small;
    },
  };
}

function filesIn(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  } catch {
    return [];
  }
}

function builtAtMs(folder: string): number {
  return statSync(join(folder, 'index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** The page in a folder; what a new build brings is found without a restart. */
export function createPageFiles(folder: string): PageFiles {
  let files = new Map<string, PageFile>();
  let seenMs = -1;
  return {
    find(path) {
      // The page itself is asked for once a visit, so that is when to look whether it is a newer one.
      if (seenMs < 0 || path === 'index.html') {
        const nowMs = builtAtMs(folder);
        if (nowMs !== seenMs) {
          files = new Map(
            filesIn(folder).map((entry) => {
              const file = join(entry.parentPath, entry.name);
              return [relative(folder, file).split(sep).join('/'), read(file)];
            }),
          );
          seenMs = nowMs;
        }
      }
      return files.get(path);
    },
  };
}
