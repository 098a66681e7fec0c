import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { CUSTOMER_LANGUAGES, type CustomerLanguage } from '../core/model/conversation.ts';

/** One answer to a common question. */
export interface FaqArticle {
  id: string;
  /** What customers write when they mean it: words or short phrases, by language. */
  keywords: Readonly<Partial<Record<CustomerLanguage, readonly string[]>>>;
  /** Plain text; English is always there and stands in for a missing language. */
  answers: Readonly<Partial<Record<CustomerLanguage, string>> & { en: string }>;
}

/** An article's file is not right; the message names the file and the place. */
export class FaqArticleError extends Error {
  override readonly name = 'FaqArticleError';
}

const perLanguage = <Value extends z.ZodType>(value: Value) => z.partialRecord(z.enum(CUSTOMER_LANGUAGES), value);

const article = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  keywords: perLanguage(z.array(z.string().trim().min(1)).min(1)),
  answers: perLanguage(z.string().trim().min(1)),
});

/** Reads one article. @throws {FaqArticleError} */
export function parseArticle(text: string, file: string): FaqArticle {
  let raw: unknown;
  try {
    raw = parse(text);
  } catch (error) {
    throw new FaqArticleError(`${file} is not valid YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = article.safeParse(raw);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new FaqArticleError(
      `${file}: ${issue?.message ?? 'not an article'} at ${issue?.path.join('.') || 'the top level'}`,
    );
  }
  const { id, keywords, answers } = parsed.data;
  if (answers.en === undefined)
    throw new FaqArticleError(`${file}: answers.en is missing; English stands in for other languages`);
  return { id, keywords, answers: { ...answers, en: answers.en } };
}

/** Reads every `*.yaml` of a folder, once at start. @throws {FaqArticleError} for a bad file, two equal ids or no folder. */
export function readArticles(folder: string): FaqArticle[] {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  } catch {
    throw new FaqArticleError(`the folder of articles ${folder} cannot be read; check bot.faqFolder`);
  }
  const articles = names
    .sort()
    .map((name) => parseArticle(readFileSync(join(folder, name), 'utf8'), join(folder, name)));
  const ids = new Set<string>();
  for (const { id } of articles) {
    if (ids.has(id)) throw new FaqArticleError(`two articles in ${folder} have the id ${id}`);
    ids.add(id);
  }
  return articles;
}
