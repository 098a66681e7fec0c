import { memoryPlace } from '../account-services.ts';
import type { SealedColumn } from '../store/maintenance/reseal.ts';
import { findingPlace, rawPlace } from './keys.ts';

/** Every column of the store that holds sealed values; a test holds the list against the schema. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  {
    table: 'inbound_event',
    column: 'raw',
    key: ['account_id', 'event_key'],
    placeOf: (account = '', eventKey = '') => rawPlace(account, eventKey),
  },
  { table: 'secret_finding', column: 'sealed', key: ['id'], placeOf: (id = '') => findingPlace(id) },
  {
    table: 'account_memory',
    column: 'sealed',
    key: ['account_id', 'name'],
    placeOf: (account = '', name = '') => memoryPlace(`${account}/${name}`),
  },
];
