import { createHash } from 'node:crypto';
import type { Clock } from './clock.ts';
import type { FileFields } from './contents.ts';
import { contentOfBytes, digestOf, type FileContent, madeUpContent } from './file-content.ts';
import { type FileKind, type FileSpec, MIME_TYPES, PATHS, USUAL_BYTES } from './file-kinds.ts';

/** A file at the platform, as one bot knows it. */
export interface StoredFile {
  readonly fileId: string;
  readonly uniqueId: string;
  readonly botId: number;
  readonly kind: FileKind;
  readonly sizeBytes: number;
  readonly name: string | null;
  readonly mime: string;
  /** Hex. Worked out when asked for, unless it was uploaded. */
  sha256(): string;
  /** Null when it was uploaded and too large to be kept. */
  readonly content: FileContent | null;
  /** The content fields of the message it came in, for when it is sent on by its id. */
  fields: Readonly<Record<string, unknown>>;
}

export interface FileStore {
  take(botId: number, spec: FileSpec, kind: FileKind): StoredFile;
  /** The file with this id; ids of other bots' are unknown. */
  find(botId: number, fileId: string): StoredFile | null;
  /** The path under which the file can be fetched for an hour from now. */
  link(file: StoredFile): string;
  /** The file at a path, or null when there is none or its hour is over. */
  at(botId: number, path: string): StoredFile | null;
}

/** "It is guaranteed that the link will be valid for at least 1 hour" (Bot API, getFile); here it ends then. */
const LINK_MS = 3_600_000;
/** Files kept in all; of older ones the platform knows nothing more. */
const MAX_FILES = 100_000;

export function createFileStore(clock: Clock): FileStore {
  const files = new Map<string, StoredFile>();
  const links = new Map<string, { file: StoredFile; untilMs: number }>();
  const paths = new Map<StoredFile, string>();
  let count = 0;

  const keep = (file: StoredFile): void => {
    files.set(file.fileId, file);
    if (files.size <= MAX_FILES) return;
    const oldest = files.values().next();
    if (oldest.done === true) return;
    files.delete(oldest.value.fileId);
    links.delete(linkKey(oldest.value.botId, paths.get(oldest.value) ?? ''));
    paths.delete(oldest.value);
  };

  return {
    take(botId, spec, kind) {
      count += 1;
      const mime = spec.mime ?? MIME_TYPES[kind];
      const content = contentOf(spec, kind, mime);
      const digest = createHash('sha256').update(`${botId} ${kind} ${count}`).digest('base64url');
      let sha256 = spec.sha256 ?? null;
      const file: StoredFile = {
        fileId: `AgACAgIAAxkD${digest}`,
        uniqueId: `AQAD${digest.slice(-12)}`,
        botId,
        kind,
        sizeBytes: content?.sizeBytes ?? spec.sizeBytes ?? 0,
        name: spec.name ?? null,
        mime,
        sha256() {
          sha256 ??= content === null ? '' : digestOf(content);
          return sha256;
        },
        content,
        fields: {},
      };
      keep(file);
      return file;
    },
    find(botId, fileId) {
      const file = files.get(fileId);
      return file?.botId === botId ? file : null;
    },
    link(file) {
      const { folder, ending } = PATHS[file.kind];
      const nameEnding = /\.([A-Za-z0-9]{1,8})$/u.exec(file.name ?? '')?.[1] ?? ending;
      const path = paths.get(file) ?? `${folder}/file_${paths.size}.${nameEnding}`;
      paths.set(file, path);
      links.set(linkKey(file.botId, path), { file, untilMs: clock.nowMs() + LINK_MS });
      return path;
    },
    at(botId, path) {
      const link = links.get(linkKey(botId, path));
      return link === undefined || link.untilMs < clock.nowMs() ? null : link.file;
    },
  };
}

/** What the Bot API says about a file wherever it is named. */
export function fileFields(file: StoredFile): FileFields {
  return { file_id: file.fileId, file_unique_id: file.uniqueId, file_size: file.sizeBytes };
}

function contentOf(spec: FileSpec, kind: FileKind, mime: string): FileContent | null {
  if (spec.bytes !== undefined) return contentOfBytes(spec.bytes);
  if (spec.sha256 !== undefined) return null;
  return madeUpContent(spec.sizeBytes ?? USUAL_BYTES[kind], spec.seed ?? 0, mime);
}

function linkKey(botId: number, path: string): string {
  return `${botId}/${path}`;
}
