import type { PhoneLanguage } from './contract.ts';

/** Somebody who has the bot on their phone. */
export interface Customer {
  readonly id: number;
  readonly name: string;
  readonly language: PhoneLanguage;
}

/** Who is there when the sandbox starts for the first time; each writes in another language. */
export const READY_CUSTOMERS: readonly Customer[] = [
  { id: 1001, name: 'Ann Miller', language: 'en' },
  { id: 1002, name: '王伟', language: 'zh' },
  { id: 1003, name: '佐藤美咲', language: 'ja' },
  { id: 1004, name: '김민준', language: 'ko' },
  { id: 1005, name: 'Lucía Fernández', language: 'es' },
  { id: 1006, name: 'Иван Петров', language: 'ru' },
];
