import { wakeQueueContract } from './contract.ts';
import { redisStand } from './stand.ts';

wakeQueueContract('Redis', redisStand);
