import type { CustomerLanguage } from '../core/model/conversation.ts';
import type { Brain } from '../core/ports/brain.ts';
import type { FaqArticle } from './faq-articles.ts';
import { termsOf } from './faq-terms.ts';

/** An article that fits a question, best first. */
export interface FaqMatch {
  articleId: string;
  /** Sum of how telling the matched terms are; comparable within one set of articles only. */
  score: number;
}

/** Finds articles. Narrow on purpose: a knowledge base with search takes its place later. */
export interface FaqIndex {
  /** Articles that fit well enough, best first; empty when nothing does. */
  search(text: string): FaqMatch[];
  /** An article's answer, in English where the language is missing; null for an unknown id. */
  answer(articleId: string, language: CustomerLanguage): string | null;
}

/** Two words that several articles share, or one that a single article has, are enough. */
const THRESHOLD = 1.8;

/** A handful of articles is weighed as if it were this many, or no word in them could be telling enough. */
const FEWEST = 8;

/** The best must lead the second by this much, or the question may mean either. */
const LEAD = 1.08;

/** What further matched phrases add to the best one. */
const FURTHER = 0.25;

interface Phrase {
  article: number;
  terms: readonly string[];
  weight: number;
}

function phrasesOf(articles: readonly FaqArticle[]): Phrase[] {
  const raw = articles.flatMap((entry, article) =>
    Object.values(entry.keywords).flatMap((list) =>
      (list ?? []).map((keyword) => ({ article, terms: [...termsOf(keyword, 'keyword')] })),
    ),
  );
  const holders = new Map<string, Set<number>>();
  for (const { article, terms } of raw) {
    for (const term of terms) holders.set(term, (holders.get(term) ?? new Set()).add(article));
  }
  return raw
    .filter(({ terms }) => terms.length > 0)
    .map(({ article, terms }) => {
      const weights = terms.map((term) =>
        Math.log(1 + Math.max(FEWEST, articles.length) / (holders.get(term)?.size ?? 1)),
      );
      return { article, terms, weight: weights.reduce((sum, weight) => sum + weight, 0) };
    });
}

/** Indexes articles for lookup by the rarest term of each keyword. Built once; a search reads only what may match. */
export function createFaqIndex(articles: readonly FaqArticle[]): FaqIndex {
  const byTerm = new Map<string, Phrase[]>();
  for (const phrase of phrasesOf(articles)) {
    const first = phrase.terms[0] ?? '';
    byTerm.set(first, [...(byTerm.get(first) ?? []), phrase]);
  }
  const byId = new Map(articles.map((article) => [article.id, article]));

  return {
    search(text) {
      const terms = termsOf(text, 'message');
      const best = new Map<number, { top: number; sum: number }>();
      for (const term of terms) {
        for (const { article, terms: wanted, weight } of byTerm.get(term) ?? []) {
          if (!wanted.every((other) => terms.has(other))) continue;
          const so = best.get(article) ?? { top: 0, sum: 0 };
          best.set(article, { top: Math.max(so.top, weight), sum: so.sum + weight });
        }
      }
      return [...best]
        .map(([article, { top, sum }]) => ({
          articleId: articles[article]?.id ?? '',
          score: top + FURTHER * (sum - top),
        }))
        .filter(({ score }) => score >= THRESHOLD)
        .sort((left, right) => right.score - left.score);
    },
    answer(articleId, language) {
      const article = byId.get(articleId);
      return article === undefined ? null : (article.answers[language] ?? article.answers.en);
    },
  };
}

/** Answers from articles; passes when none fits clearly. */
export function createFaqBrain(index: FaqIndex): Brain {
  return {
    name: 'faq',
    deadlineMs: 1_000,
    waits: false,
    decide({ messages, language }) {
      const written = messages.filter(({ standIn }) => standIn === undefined || standIn === null);
      const [best, second] = index.search(written.map(({ text }) => text).join('\n'));
      if (best === undefined) return { kind: 'pass', why: 'no article fits' };
      if (second !== undefined && best.score < second.score * LEAD) {
        return { kind: 'pass', why: `articles ${best.articleId} and ${second.articleId} fit alike` };
      }
      const text = index.answer(best.articleId, language);
      if (text === null) return { kind: 'pass', why: `article ${best.articleId} is gone` };
      const why = `article ${best.articleId}, score ${best.score.toFixed(2)}`;
      return { kind: 'reply', why, replies: [{ content: { text }, class: 'repeatable' }] };
    },
  };
}
