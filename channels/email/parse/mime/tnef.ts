import { LIMITS } from '../limits.ts';
import { decodeBytes } from './charset.ts';

/** What a winmail.dat (MS-OXTNEF) holds. */
export interface TnefContent {
  files: { filename: string; contentType: string; contentId: string; content: Buffer }[];
  /** The body, where the mail itself has none. */
  text: string;
  html: string;
}

const SIGNATURE = 0x22_3e_9f_78;
const ATTRIBUTE = {
  body: 0x0002_800c,
  renderData: 0x0006_9002,
  title: 0x0001_8010,
  data: 0x0006_800f,
  attachment: 0x0006_9005,
  messageProps: 0x0006_9003,
  codepage: 0x0006_9007,
};
const PROPERTY = {
  body: 0x1000,
  bodyHtml: 0x1013,
  data: 0x3701,
  filename: 0x3704,
  longFilename: 0x3707,
  displayName: 0x3001,
  mime: 0x370e,
  contentId: 0x3712,
};

/** Sizes of fixed property types; the others carry a count. */
const FIXED: Readonly<Record<number, number>> = {
  0x0002: 4,
  0x0003: 4,
  0x0004: 4,
  0x0005: 8,
  0x0006: 8,
  0x0007: 8,
  0x000a: 4,
  0x000b: 4,
  0x0014: 8,
  0x0040: 8,
  0x0048: 16,
};
const COUNTED = new Set([0x001e, 0x001f, 0x0102, 0x000d]);

/** Reads winmail.dat. @returns null when it is none; what can be read of a damaged one otherwise */
export function readTnef(data: Buffer): TnefContent | null {
  if (data.length < 6 || data.readUInt32LE(0) !== SIGNATURE) return null;
  const result: TnefContent = { files: [], text: '', html: '' };
  let codepage = 'windows-1252';
  let file: TnefContent['files'][number] | undefined;
  let at = 6;
  while (at + 9 <= data.length) {
    const id = data.readUInt32LE(at + 1);
    const length = data.readUInt32LE(at + 5);
    const start = at + 9;
    if (length > data.length - start) break;
    const value = data.subarray(start, start + length);
    at = start + length + 2;
    if (id === ATTRIBUTE.codepage && length >= 4) codepage = codepageName(value.readUInt32LE(0));
    else if (id === ATTRIBUTE.renderData) {
      if (result.files.length >= LIMITS.tnefFiles) break;
      file = { filename: '', contentType: '', contentId: '', content: Buffer.alloc(0) };
      result.files.push(file);
    } else if (id === ATTRIBUTE.title && file !== undefined) {
      if (file.filename === '') file.filename = textOf(value, codepage);
    } else if (id === ATTRIBUTE.data && file !== undefined) file.content = value;
    else if (id === ATTRIBUTE.body) result.text = textOf(value, codepage);
    else if (id === ATTRIBUTE.attachment && file !== undefined) readFileProperties(value, file, codepage);
    else if (id === ATTRIBUTE.messageProps) readBody(value, result, codepage);
  }
  return result;
}

function readFileProperties(value: Buffer, file: TnefContent['files'][number], codepage: string): void {
  for (const { tag, type, content } of properties(value)) {
    const text = type === 0x001f ? decodeUtf16(content) : textOf(content, codepage);
    if (tag === PROPERTY.longFilename && text !== '') file.filename = text;
    else if ((tag === PROPERTY.filename || tag === PROPERTY.displayName) && file.filename === '') file.filename = text;
    else if (tag === PROPERTY.mime) file.contentType = text.toLowerCase();
    else if (tag === PROPERTY.contentId) file.contentId = text;
    else if (tag === PROPERTY.data && file.content.length === 0) file.content = content;
  }
}

function readBody(value: Buffer, result: TnefContent, codepage: string): void {
  for (const { tag, type, content } of properties(value)) {
    if (tag === PROPERTY.body && result.text === '')
      result.text = type === 0x001f ? decodeUtf16(content) : textOf(content, codepage);
    if (tag === PROPERTY.bodyHtml && result.html === '')
      result.html = type === 0x001f ? decodeUtf16(content) : textOf(content, codepage);
  }
}

interface Property {
  tag: number;
  type: number;
  content: Buffer;
}

/** MAPI properties; stops at the first one it cannot measure. */
function* properties(value: Buffer): Generator<Property> {
  if (value.length < 4) return;
  const count = Math.min(value.readUInt32LE(0), 2_000);
  let at = 4;
  const has = (bytes: number): boolean => at + bytes <= value.length;
  for (let index = 0; index < count && has(4); index += 1) {
    const fullType = value.readUInt16LE(at);
    const tag = value.readUInt16LE(at + 2);
    at += 4;
    if (tag >= 0x8000) {
      // A named property: GUID, kind, then an id or a name.
      if (!has(24)) return;
      const kind = value.readUInt32LE(at + 16);
      const size = value.readUInt32LE(at + 20);
      at += 24 + (kind === 1 ? padded(size) : 0);
    }
    const type = fullType & 0x0fff;
    const many = (fullType & 0x1000) !== 0;
    const counted = COUNTED.has(type);
    let items = 1;
    if (many || counted) {
      if (!has(4)) return;
      items = value.readUInt32LE(at);
      at += 4;
    }
    for (let item = 0; item < items; item += 1) {
      let size = FIXED[type];
      if (counted) {
        if (!has(4)) return;
        size = value.readUInt32LE(at);
        at += 4;
      }
      if (size === undefined || !has(size)) return;
      let content = value.subarray(at, at + size);
      // An embedded object begins with the id of its interface.
      if (type === 0x000d) content = content.subarray(16);
      yield { tag, type, content };
      at += counted ? padded(size) : size;
    }
  }
}

function padded(size: number): number {
  return Math.ceil(size / 4) * 4;
}

function textOf(value: Buffer, codepage: string): string {
  const end = value.indexOf(0);
  return decodeBytes(end === -1 ? value : value.subarray(0, end), codepage).text;
}

function decodeUtf16(value: Buffer): string {
  return value
    .subarray(0, value.length - (value.length % 2))
    .toString('utf16le')
    .replace(/\0[\s\S]*$/, '');
}

function codepageName(page: number): string {
  if (page === 932) return 'shift_jis';
  if (page === 936) return 'gb18030';
  if (page === 949) return 'euc-kr';
  if (page === 950) return 'big5';
  if (page === 65_001) return 'utf-8';
  return page >= 1_250 && page <= 1_258 ? `windows-${page}` : 'windows-1252';
}
