import { openLocalQueue } from './local.ts';
import { queueConformance } from './queue.conformance.ts';

queueConformance('the queue of a laptop', openLocalQueue);
