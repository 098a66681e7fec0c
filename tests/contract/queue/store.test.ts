import { wakeQueueContract } from './contract.ts';
import { storeStand } from './stand.ts';

wakeQueueContract('Postgres', storeStand);
