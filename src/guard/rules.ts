import { findOneTimeCodes, findTokens } from './codes.ts';
import type { Budget, Span } from './finding.ts';
import { findKeystores } from './keystore.ts';
import { findCards, findIbans } from './numbers.ts';
import { findKeyBlocks, findPrivateKeys } from './private-keys.ts';
import { findSeedPhrases } from './seed-phrase.ts';
import { survey } from './survey.ts';

/** Everything that must be masked in a text, unordered and possibly overlapping. One look decides which rules read it. */
export function findSpans(text: string): Span[] {
  const seen = survey(text);
  const spans: Span[] = [];
  const budget: Budget = { checksums: 2_000, decodes: 300, cards: 20_000, contexts: 200, curves: 20 };
  if (seen.longRuns.length > 0) spans.push(...findPrivateKeys(text, seen.longRuns, budget));
  if (seen.words >= 12) spans.push(...findSeedPhrases(text, budget));
  if (seen.digitRuns.length > 0 && seen.digits >= 13) spans.push(...findCards(text, seen.digitRuns, budget));
  if (seen.digits >= 11 && seen.capitals >= 2) spans.push(...findIbans(text));
  if (seen.brackets && text.length >= 100) spans.push(...findKeyBlocks(text, budget), ...findKeystores(text));
  if (seen.codes && seen.words > 0) spans.push(...findOneTimeCodes(text));
  if (seen.longestToken >= 20 && seen.digits > 0 && seen.words > 0) spans.push(...findTokens(text));
  return spans;
}

/** More secrets than anybody pastes into one text: it is masked from the first to the last, as one. */
const MOST_SPANS = 500;

function spanOver(spans: readonly Span[]): Span {
  let { rule, start, end } = spans[0] ?? { rule: 'repeat', start: 0, end: 0 };
  for (const span of spans) {
    if (span.certain) rule = span.rule;
    start = Math.min(start, span.start);
    end = Math.max(end, span.end);
  }
  return { rule, certain: true, start, end };
}

/** Overlapping stretches become one; it is certain if any part of it is. */
export function merge(spans: Span[]): Span[] {
  if (spans.length < 2) return spans;
  if (spans.length > MOST_SPANS) return [spanOver(spans)];
  const merged: Span[] = [];
  for (const span of spans.toSorted((left, right) => left.start - right.start || right.end - left.end)) {
    const last = merged.at(-1);
    if (last === undefined || span.start >= last.end) {
      merged.push({ ...span });
      continue;
    }
    last.end = Math.max(last.end, span.end);
    if (span.certain && !last.certain) {
      last.certain = true;
      last.rule = span.rule;
    }
  }
  return merged;
}
