/** The watcher on Lambda: the minute's tick, and everything that gave up. */
import type { EventBridgeEvent, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { eachMessage } from '../adapters/aws/each-message.ts';
import { awsServices } from '../adapters/aws/services.ts';
import { asFanfoldError } from '../errors.ts';
import type { Jobs, Services } from '../ports/services.ts';
import { bury } from './bury.ts';
import { parseDeadLetter } from './parse-dead-letter.ts';
import { watch } from './watch.ts';

type Tick = EventBridgeEvent<'Scheduled Event', unknown>;

export { deployedJobs } from '../adapters/aws/deployed-jobs.ts';

export type Handler = (event: SQSEvent | Tick) => Promise<SQSBatchResponse | undefined>;

export function watcherHandler(jobs: Jobs, services: Services = awsServices(jobs)): Handler {
  return async (event) => {
    if ('Records' in event) return eachMessage(event, services.log, (letter) => answer(letter, jobs, services));
    await watch(services);
    return undefined;
  };
}

async function answer(letter: unknown, jobs: Jobs, services: Services): Promise<void> {
  const { dead, why } = parseDeadLetter(letter, (job) => jobs.find(job)?.digest);
  if (dead.length === 0) services.log('dead letter of nobody', { letter });
  for (const each of dead) {
    try {
      await bury(each, why, services);
    } catch (thrown) {
      const error = asFanfoldError(thrown);
      if (error.retry === 'safe') throw error;
      // There is no dead-letter queue behind this one: what cannot be answered is told, and the deadline ends the run.
      services.log('dead letter without an answer', { dead: each, code: error.code, error: error.message });
    }
  }
}
