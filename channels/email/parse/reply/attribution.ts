import { FORWARDED, headerLine, ORIGINAL, WROTE, WROTE_START } from './languages.ts';

/** Where a quoted mail begins. */
export interface Introduction {
  kind: 'attribution' | 'header' | 'original' | 'forwarded';
  /** Lines of the introduction itself. */
  length: number;
  /** Words of the sender's on the same line, before it. */
  before: string;
}

const MAX_LINES = 5;
const ADDRESS = /[^\s<>"'(),;:[\]@]{1,64}@[^\s<>"'(),;:[\]@]{1,255}\.[^\s<>"'(),;:[\]@]{2,24}|mailto:/iu;
const DATE =
  /\d{1,4}\s{0,2}[./年년-]\s{0,2}\d{1,2}|\b\d{1,2}[:.h]\d{2}\b|\b(?:19|20)\d\d\b|\d{1,2}(?:st|nd|rd|th)?,? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? \d{1,2}\b|\d{1,2}(?:月|월)/iu;
const ENDS = /(?:[:：]|wrote[.,]?|写道|寫道|작성)[\s*_>"”]{0,6}$/iu;
/** Gmail of old: "2013/11/1 Jane <jane@…>", without a colon. */
const BARE = /^\s{0,4}\d{4}[-/.]\d{1,2}[-/.]\d{1,2}[\s(].{0,120}<[^<>\s]+@[^<>\s]+>\s*$/u;
/** "On …, Jane wrote:" on the sender's own line. */
const INLINE =
  /^(.{1,300}?[.!?。！？]?)\s{1,3}(On (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|\d)[^\n]{5,200}(?:wrote|writes):)\s*$/u;

/**
 * The introduction of a quoted mail that begins at line `at`, in any of the languages we know. @param isQuoted tells which lines
 * carry ">"
 */
export function introductionAt(
  lines: readonly string[],
  at: number,
  isQuoted: (index: number) => boolean,
): Introduction | null {
  const line = lines[at] ?? '';
  if (line === '' || line.length > 1_000) return null;
  if (FORWARDED.test(line)) return { kind: 'forwarded', length: 1, before: '' };
  if (ORIGINAL.test(line)) return { kind: 'original', length: 1, before: '' };
  const rule = separatorAt(lines, at);
  if (rule !== null) return rule;
  const block = headerBlockLength(lines, at, false);
  if (block > 0) return { kind: 'header', length: block, before: '' };
  return attributionAt(lines, at, isQuoted);
}

/** A rule of dashes or underscores, with or without words, above the header of the old mail. */
function separatorAt(lines: readonly string[], at: number): Introduction | null {
  const line = lines[at] ?? '';
  const isRule = /^[\s*]{0,4}[-_=—─*‐]{5,}[\s*]{0,4}$/.test(line);
  const isTitled = !isRule && /^[\s*]{0,4}[-_=—─]{2,60}\s{0,3}[^-_=—─]{2,50}[-_=—─]{2,60}[\s*]{0,4}$/u.test(line);
  const isWord =
    /^\s{0,4}(?:原始邮件|原始郵件|原邮件|回复的原邮件|original|original message|元のメッセージ|원본 메일)\s*$/iu.test(
      line,
    );
  if (!isRule && !isTitled && !isWord) return null;
  let next = at + 1;
  while (next < lines.length && next <= at + 2 && (lines[next] ?? '').trim() === '') next += 1;
  const block = headerBlockLength(lines, next, true);
  return block === 0 ? null : { kind: isTitled ? 'original' : 'header', length: next - at + block, before: '' };
}

/**
 * Lines of the header block ("From: … Sent: … To: … Subject: …") at `at`; 0 when there is none. A list of a traveller ("From: Rome, To:
 * Oslo, Date: …") is none: a subject or an address must be there. @param introduced a rule stands above, two fields suffice
 */
export function headerBlockLength(lines: readonly string[], at: number, introduced: boolean): number {
  const first = headerLine(lines[at] ?? '');
  if (first === null || first.kind === 'other' || first.kind === 'cc') return 0;
  const kinds = new Set<string>();
  let addressed = false;
  let length = 0;
  let gap = 0;
  for (let index = at; index < Math.min(lines.length, at + 24); index += 1) {
    const line = lines[index] ?? '';
    const field = headerLine(line);
    if (field === null) {
      gap += 1;
      // Folded lists of recipients, and the blank lines that HTML leaves between.
      if (gap > (line.trim() === '' ? 1 : 3) || (line.trim() === '' && kinds.has('subject'))) break;
      if (gap > 1 && line.length > 200) break;
      continue;
    }
    gap = 0;
    if (kinds.has(field.kind) && field.kind === 'from') break;
    kinds.add(field.kind);
    if (ADDRESS.test(field.value.slice(0, 400))) addressed = true;
    length = index - at + 1;
  }
  if (!kinds.has('from')) return introduced && kinds.has('date') && kinds.has('subject') ? length : 0;
  const telling = ['from', 'date', 'to', 'subject'].filter((kind) => kinds.has(kind)).length;
  if (introduced) return telling >= 2 || addressed ? length : 0;
  return (telling >= 3 && (kinds.has('subject') || addressed)) || (telling === 2 && kinds.has('date') && addressed)
    ? length
    : 0;
}

function attributionAt(
  lines: readonly string[],
  at: number,
  isQuoted: (index: number) => boolean,
): Introduction | null {
  const first = (lines[at] ?? '').trim();
  const inline = INLINE.exec(first);
  if (inline !== null && !WROTE_START.test(first)) return { kind: 'attribution', length: 1, before: inline[1] ?? '' };
  const starts = WROTE_START.test(first.replace(/^-{2,}\s?/, ''));
  let joined = '';
  for (let count = 1; count <= MAX_LINES; count += 1) {
    const line = lines[at + count - 1];
    if (line === undefined || line.trim() === '' || isQuoted(at + count - 1)) return null;
    joined = count === 1 ? first : `${joined} ${line.trim()}`;
    // Zoho puts dashes around it.
    if (isBetweenDashes(joined)) joined = `${joined.replaceAll(/^-+\s?|\s?-+$/g, '')}:`;
    if (joined.length > 500) return null;
    // Only a line that looks like the start of one reaches over several lines.
    if (count > 1 && !starts && !(count <= 3 && ADDRESS.test(first) && first.length < 150)) return null;
    if (!ENDS.test(joined) && !(count <= 2 && BARE.test(joined))) continue;
    const quoteFollows = followedByQuote(lines, at + count, isQuoted);
    if (isAttribution(joined, starts, quoteFollows)) return { kind: 'attribution', length: count, before: '' };
    if (count === 1 && !starts) return null;
  }
  return null;
}

function isAttribution(text: string, starts: boolean, quoteFollows: boolean): boolean {
  const addressed = ADDRESS.test(text);
  const dated = DATE.test(text);
  if (BARE.test(text)) return quoteFollows;
  const wrote = WROTE.test(text);
  if (wrote && addressed && (dated || quoteFollows || starts)) return true;
  if (wrote && dated && (quoteFollows || (starts && text.length < 250))) return true;
  if (addressed && dated && (quoteFollows || text.length < 200)) return true;
  return wrote && quoteFollows && text.length < 200;
}

function followedByQuote(lines: readonly string[], at: number, isQuoted: (index: number) => boolean): boolean {
  for (let index = at; index < Math.min(lines.length, at + 4); index += 1) {
    if (isQuoted(index)) return true;
    if ((lines[index] ?? '').trim() !== '') return false;
  }
  return false;
}

/** Told without looking for the dashes from every place: a long line of them would take seconds. */
function isBetweenDashes(line: string): boolean {
  return line.length >= 4 && line.length < 300 && line.startsWith('--') && line.endsWith('--');
}
