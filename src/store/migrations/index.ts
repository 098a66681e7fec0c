import { tables } from './0001-tables.ts';
import { ingest } from './0002-ingest.ts';
import { drain } from './0003-drain.ts';
import { steps } from './0004-steps.ts';
import { people } from './0005-people.ts';
import { desk } from './0006-desk.ts';
import { limits } from './0007-limits.ts';
import { media } from './0008-media.ts';
import { letters } from './0009-letters.ts';
import { places } from './0010-places.ts';
import { continued } from './0011-continued.ts';
import { inPublic } from './0012-public.ts';
import { authors } from './0013-authors.ts';
import { answered } from './0014-answered.ts';

/** One forward-only step of the schema. Never changed after a release: a new step is added instead. */
export interface Migration {
  id: number;
  name: string;
  sql: string;
}

export const migrations: readonly Migration[] = [
  { id: 1, name: 'tables', sql: tables },
  { id: 2, name: 'ingest', sql: ingest },
  { id: 3, name: 'drain', sql: drain },
  { id: 4, name: 'steps', sql: steps },
  { id: 5, name: 'people', sql: people },
  { id: 6, name: 'desk', sql: desk },
  { id: 7, name: 'limits', sql: limits },
  { id: 8, name: 'media', sql: media },
  { id: 9, name: 'letters', sql: letters },
  { id: 10, name: 'places', sql: places },
  { id: 11, name: 'continued', sql: continued },
  { id: 12, name: 'public', sql: inPublic },
  { id: 13, name: 'authors', sql: authors },
  { id: 14, name: 'answered', sql: answered },
];
