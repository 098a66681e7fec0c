import { i18n } from '@lingui/core';
import { useLingui } from '@lingui/react';
import { use, useMemo } from 'react';
import type { Language } from '../preferences/preferences.ts';
import en from './catalogues/en.json' with { type: 'json' };

/** Ids of the messages that the first paint may need. */
export type MessageId = keyof typeof en;
type Messages = Parameters<typeof i18n.load>[1];

/** Writes a message in the agent's language. */
export type Text<Id extends string = MessageId> = (id: Id, values?: Readonly<Record<string, unknown>>) => string;

/** The messages of one part of the page, each language loaded when it is wanted. */
export interface Catalogue<Id extends string> {
  readonly load: Readonly<Record<Language, () => Promise<{ default: Record<Id, string> }>>>;
  readonly loaded: Map<Language, Promise<void>>;
}

/** Names the catalogues of a lazy part: `catalogue({en: () => import('./catalogues/en.json'), zh: …})`. */
export function catalogue<Id extends string>(load: Catalogue<Id>['load']): Catalogue<Id> {
  return { load, loaded: new Map() };
}

const first = catalogue<MessageId>({
  en: async () => ({ default: en }),
  zh: () => import('./catalogues/zh.json', { with: { type: 'json' } }),
});
const inUse = new Set<{ ready(language: Language): Promise<void> }>();

function ready<Id extends string>(part: Catalogue<Id>, language: Language): Promise<void> {
  const known = part.loaded.get(language);
  if (known !== undefined) return known;
  const loading = part.load[language]().then(({ default: messages }) => {
    const compiled: Messages = messages;
    i18n.load(language, compiled);
  });
  part.loaded.set(language, loading);
  // A chunk that did not arrive is asked for again by the next one who needs it.
  loading.catch(() => part.loaded.delete(language));
  return loading;
}

/** Shows the page in a language once all its messages in use are there. */
export async function speak(language: Language): Promise<void> {
  await Promise.all([ready(first, language), ...[...inUse].map((part) => part.ready(language))]);
  i18n.activate(language, language === 'zh' ? 'zh-CN' : language);
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : language;
}

function useWriter<Id extends string>(): Text<Id> {
  const { i18n: active } = useLingui();
  const { locale } = active;
  return useMemo<Text<Id>>(() => {
    // One function a language, so that what is memoised on it is written again after a switch.
    const inLocale = (id: Id, values?: Readonly<Record<string, unknown>>): string => active._(id, { ...values });
    return Object.assign(inLocale, { locale });
  }, [active, locale]);
}

/** Messages of the page. */
export function useText(): Text {
  return useWriter<MessageId>();
}

/** Messages of a lazy part and of the page. Suspends until the part's are loaded. */
export function useCatalogue<Id extends string>(part: Catalogue<Id>): Text<Id | MessageId> {
  const { i18n: active } = useLingui();
  const language: Language = active.locale === 'zh' ? 'zh' : 'en';
  if (!part.loaded.has(language)) inUse.add({ ready: (wanted) => ready(part, wanted) });
  use(ready(part, language));
  return useWriter<Id | MessageId>();
}
