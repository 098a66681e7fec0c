import { catalogue, type MessageId, type Text, useCatalogue } from '../i18n/text.ts';
import type en from './catalogues/en.json';

const channelsCatalogue = catalogue<keyof typeof en>({
  en: () => import('./catalogues/en.json', { with: { type: 'json' } }),
  zh: () => import('./catalogues/zh.json', { with: { type: 'json' } }),
});

/** The words about our accounts. Suspends until they are there. */
export function useChannelWords(): Text<keyof typeof en | MessageId> {
  return useCatalogue(channelsCatalogue);
}
