import { catalogue } from '../i18n/text.ts';
import type en from './catalogues/en.json';

/** The words of the settings. */
export const settingsCatalogue = catalogue<keyof typeof en>({
  en: () => import('./catalogues/en.json', { with: { type: 'json' } }),
  zh: () => import('./catalogues/zh.json', { with: { type: 'json' } }),
});
