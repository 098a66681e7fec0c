import { type Catalogue, catalogue, type MessageId, type Text, useCatalogue } from '../i18n/text.ts';
import type en from './catalogues/en.json';

/** Ids of the dock's own messages. */
export type SandboxMessageId = keyof typeof en;

const words: Catalogue<SandboxMessageId> = catalogue<SandboxMessageId>({
  en: () => import('./catalogues/en.json', { with: { type: 'json' } }),
  zh: () => import('./catalogues/zh.json', { with: { type: 'json' } }),
});

/** Messages of the dock and of the page. Suspends until they are loaded. */
export function useWords(): Text<SandboxMessageId | MessageId> {
  return useCatalogue(words);
}
