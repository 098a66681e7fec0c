import { catalogue, type MessageId, type Text, useCatalogue } from '../i18n/text.ts';
import type en from './catalogues/en.json';

const blockWords = catalogue<keyof typeof en>({
  en: () => import('./catalogues/en.json', { with: { type: 'json' } }),
  zh: () => import('./catalogues/zh.json', { with: { type: 'json' } }),
});

/** Messages about blocked contacts, and of the page. Suspends until they are loaded. */
export function useBlockWords(): Text<keyof typeof en | MessageId> {
  return useCatalogue(blockWords);
}
