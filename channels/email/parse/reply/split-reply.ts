import { SIGNATURE_MARK } from '../html/to-text.ts';
import { LIMITS } from '../limits.ts';
import { introductionAt } from './attribution.ts';
import { ABOVE_LINE, FORWARD_SUBJECT } from './languages.ts';
import { isProgramMark, tailOf } from './tail-rules.ts';

/** The newly written part of a text. */
export interface SplitReply {
  reply: string;
  isForward: boolean;
  /** Names of the rules that split something off. */
  rules: string[];
  /** A quote was found. */
  hasQuote: boolean;
  truncated: boolean;
}

/** What a line is: new, quoted, an introduction of a quote, a signature's. */
type Mark = 'new' | 'quote' | 'intro' | 'tail';

interface Work {
  lines: string[];
  marks: Mark[];
  rules: Set<string>;
  end: number;
  forward: boolean;
}

/**
 * Splits quotes, signatures and disclaimers off a body. Quotes below, above and around the new text go; where answers stand between
 * quoted lines the quotes stay, since "yes" and "no" mean nothing without them. A forward keeps everything. Never empty when the text
 * is not.
 * @param subject decides whether a quoted header is a forward's
 */
export function splitReply(text: string, subject: string): SplitReply {
  const truncated = text.length > LIMITS.replyText;
  const lines = (truncated ? text.slice(0, LIMITS.replyText) : text).split('\n').map(visibleLine);
  const work: Work = {
    lines,
    marks: lines.map((line) => (isQuotedLine(line) ? 'quote' : 'new')),
    rules: new Set(),
    end: lines.length,
    forward: false,
  };
  markSignatures(work);
  healBrokenQuotes(work);
  cutAboveLine(work);
  findIntroductions(work, FORWARD_SUBJECT.test(subject));
  const hasQuote = work.end < lines.length || work.marks.includes('quote') || work.marks.includes('intro');
  if (work.forward) {
    work.rules.add('forward');
    return { reply: unmarked(text).trim(), isForward: true, rules: [...work.rules], hasQuote, truncated };
  }
  const reply = compose(work);
  return {
    reply: reply === '' ? unmarked(text).trim() : reply,
    isForward: false,
    rules: [...work.rules],
    hasQuote,
    truncated,
  };
}

/** Text without the marks that the reader of HTML put in. */
function unmarked(text: string): string {
  return text.replaceAll(SIGNATURE_MARK, '');
}

/** A line of blanks that cannot be seen is an empty one. */
function visibleLine(line: string): string {
  return /^[\s\u200B-\u200D\u2060\u00AD\u3164]*$/.test(line) ? '' : line.trimEnd();
}

function isQuotedLine(line: string): boolean {
  return /^\s{0,4}(?:>|＞|&gt;)/.test(line) && !/^\s{0,4}>{1,3}\s?From /.test(line.slice(0, 12));
}

function markSignatures(work: Work): void {
  for (const [index, line] of work.lines.entries()) {
    if (!line.startsWith(SIGNATURE_MARK)) continue;
    work.lines[index] = line.slice(1);
    work.marks[index] = 'tail';
    work.rules.add('signature_element');
  }
}

/** A quoted line that was wrapped on the way leaves a short rest without its ">". */
function healBrokenQuotes(work: Work): void {
  for (let index = 1; index < work.lines.length - 1; index += 1) {
    if (work.marks[index] !== 'new' || work.marks[index - 1] !== 'quote' || work.marks[index + 1] !== 'quote') continue;
    const line = work.lines[index] ?? '';
    const before = work.lines[index - 1] ?? '';
    if (line !== '' && line.length < 40 && before.length > 60) work.marks[index] = 'quote';
  }
}

function cutAboveLine(work: Work): void {
  const at = work.lines.findIndex((line) => line.length < 300 && ABOVE_LINE.test(line));
  if (at <= 0 || !hasNew(work, 0, at)) return;
  work.end = at;
  // Ticket systems put their introduction above the line as well.
  work.rules.add('reply_above_line');
}

function hasNew(work: Work, from: number, to: number): boolean {
  for (let index = from; index < to; index += 1) {
    if (work.marks[index] === 'new' && /[\p{L}\p{N}\p{S}]/u.test(work.lines[index] ?? '')) return true;
  }
  return false;
}

function findIntroductions(work: Work, forwardSubject: boolean): void {
  const isQuoted = (index: number): boolean => work.marks[index] === 'quote';
  for (let index = 0; index < work.end; index += 1) {
    if (work.marks[index] === 'quote') continue;
    const found = introductionAt(work.lines, index, isQuoted);
    if (found === null) continue;
    if (found.kind === 'forwarded' || (forwardSubject && found.kind !== 'attribution')) {
      work.forward = true;
      return;
    }
    const behind = index + found.length;
    if (found.kind === 'attribution' && quoteFollows(work, behind)) {
      for (let line = index; line < behind; line += 1) work.marks[line] = 'intro';
      if (found.before !== '') {
        work.lines[index] = found.before;
        work.marks[index] = 'new';
      }
      work.rules.add('attribution');
      index = behind - 1;
      continue;
    }
    if (found.before !== '' || hasNew(work, 0, index)) {
      work.end = found.before === '' ? index : index + 1;
      if (found.before !== '') work.lines[index] = found.before;
      work.rules.add(found.kind);
      return;
    }
    // Nothing stands above: what is below may be the answer, behind the quoted lines.
    if (quoteFollows(work, behind)) {
      for (let line = index; line < behind; line += 1) work.marks[line] = 'intro';
      index = behind - 1;
    }
  }
}

function quoteFollows(work: Work, at: number): boolean {
  for (let index = at; index < Math.min(work.end, at + 4); index += 1) {
    if (work.marks[index] === 'quote') return true;
    if ((work.lines[index] ?? '') !== '') return false;
  }
  return false;
}

function compose(work: Work): string {
  const { lines, marks } = work;
  const runs = newRuns(work);
  for (const run of runs) {
    const tail = tailOf(lines, run.from, run.to);
    if (tail !== null) {
      work.rules.add(tail.rule);
      for (let index = tail.end; index < run.to; index += 1) marks[index] = 'tail';
    }
    dropProgramMarks(work, run.from, run.to);
  }
  const kept = newRuns(work).filter((run) => hasNew(work, run.from, run.to));
  const first = kept[0];
  const last = kept[kept.length - 1];
  if (first === undefined || last === undefined) return '';
  if (marks.includes('quote') || marks.includes('intro')) work.rules.add('quote');
  const interleaved =
    cited(work, kept) ||
    (kept.length > 1 &&
      kept.slice(1).some((run, index) => quotesBetween(work, kept[index]?.to ?? 0, run.from)) &&
      answersBetween(work, kept));
  const chosen: string[] = [];
  for (let index = interleaved ? leadIn(work, first.from) : first.from; index < last.to; index += 1) {
    if (marks[index] === 'new' || (interleaved && marks[index] !== 'tail')) chosen.push(lines[index] ?? '');
    // A gap where a quote was.
    else if (chosen.length > 0 && chosen[chosen.length - 1] !== '') chosen.push('');
  }
  return tidy(chosen);
}

interface Run {
  from: number;
  to: number;
}

/** Stretches of new lines, blank ones included. */
function newRuns(work: Work): Run[] {
  const runs: Run[] = [];
  let from = -1;
  for (let index = 0; index <= work.end; index += 1) {
    const isNew = index < work.end && work.marks[index] === 'new';
    if (isNew && from === -1) from = index;
    if (!isNew && from !== -1) {
      runs.push({ from, to: index });
      from = -1;
    }
  }
  return runs;
}

function quotesBetween(work: Work, from: number, to: number): boolean {
  for (let index = from; index < to; index += 1) if (work.marks[index] === 'quote') return true;
  return false;
}

/** A few quoted lines in the middle of new ones that no introduction leads to: the sender cites. */
function cited(work: Work, kept: readonly Run[]): boolean {
  const first = kept[0];
  const last = kept[kept.length - 1];
  if (first === undefined || last === undefined || kept.length < 2 || work.marks.includes('intro')) return false;
  let quotes = 0;
  for (let index = first.to; index < last.from; index += 1) if (work.marks[index] === 'quote') quotes += 1;
  return quotes > 0 && quotes <= 8;
}

/** Answers stand between quotes, not only above and below one. */
function answersBetween(work: Work, kept: readonly Run[]): boolean {
  const firstQuote = work.marks.indexOf('quote');
  const lastQuote = work.marks.lastIndexOf('quote', work.end - 1);
  return kept.some((run) => run.from > firstQuote && run.to <= lastQuote);
}

/** Answers that begin below a quote keep that quote, too. */
function leadIn(work: Work, first: number): number {
  for (let index = 0; index < first; index += 1)
    if (work.marks[index] === 'quote' || work.marks[index] === 'intro') return index;
  return first;
}

/** Takes out lines of phones and programs at the end of a run, and above a signature. */
function dropProgramMarks(work: Work, from: number, to: number): void {
  let seen = 0;
  for (let index = to - 1; index >= from && seen < 12; index -= 1) {
    const line = work.lines[index] ?? '';
    if (work.marks[index] !== 'new' || line.trim() === '') continue;
    seen += 1;
    const next = work.lines[index + 1] ?? '';
    const alone = /^[\s_*-]*$/.test(work.lines[index - 1] ?? '') || seen === 1;
    // The mark may be wrapped by the sender's program.
    if (
      alone &&
      (isProgramMark(line) ||
        (line.length > 20 &&
          next !== '' &&
          work.marks[index + 1] === 'new' &&
          isProgramMark(`${line} ${next}`) &&
          next.length < 60 &&
          seen === 2))
    ) {
      work.marks[index] = 'tail';
      if (!isProgramMark(line)) work.marks[index + 1] = 'tail';
      work.rules.add('program_mark');
    }
  }
}

function tidy(lines: readonly string[]): string {
  let end = lines.length;
  // Rules and blank lines that led to what was cut.
  while (end > 0 && /^[\s\-_=*~#+—–─ᐧ>|]*$/u.test(lines[end - 1] ?? '')) end -= 1;
  let start = 0;
  while (start < end && /^[\s—–─ᐧ]*$/u.test(lines[start] ?? '')) start += 1;
  return lines
    .slice(start, end)
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
}
