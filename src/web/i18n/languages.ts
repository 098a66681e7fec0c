import { changePreferences, type Language } from '../preferences/preferences.ts';
import { speak } from './text.ts';

/** Each in its own words, so that whoever needs it can read it. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', zh: '中文' };

/** Changes the page's language once its words are there. */
export function chooseLanguage(language: Language): void {
  changePreferences({ language });
  void speak(language);
}
