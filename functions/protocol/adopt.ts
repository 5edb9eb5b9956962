/** A redrive takes over what an earlier run has made of a chunk, if that is good, and looks as every writer does. */
import type { Head } from '../core/counts.ts';
import { partialKey } from '../core/keys.ts';
import type { ChunkMessage } from '../core/messages.ts';
import type { Summary } from '../core/summary.ts';
import { FanfoldError } from '../errors.ts';
import type { Job } from '../job.ts';
import type { Services } from '../ports/services.ts';
import { type Node, reportBy } from './report.ts';
import { storedPartial } from './stored-summary.ts';
import { workOf } from './work-of.ts';

/** What became of a chunk in earlier runs: its partial stands now; or it had run out of memory or time; or neither. */
export type Earlier = 'adopted' | 'exhausted' | 'nothing';

/** Unless `adopted`, the chunk must be worked. */
export async function adopt(services: Services, message: ChunkMessage, job: Job, node: Node): Promise<Earlier> {
  let earlier: Earlier = 'nothing';
  for (const { run } of message.adopts ?? []) {
    const found = await storedPartial(services, partialKey(run, 0, message.chunk, message.groupSize));
    if (found === undefined) continue;
    if (found.summary.failures[0]?.code === 'FANFOLD_RECEIVES_EXHAUSTED') earlier = 'exhausted';
    if (!isGood(found.summary, message, job)) continue;
    try {
      await reportBy(services, node, (name) => services.store.copyIfAbsent(found.object, name, found.note));
      return 'adopted';
    } catch (error) {
      // Expired since it was looked at.
      if (!(error instanceof FanfoldError) || error.code !== 'FANFOLD_INPUT_GONE') throw error;
    }
  }
  return earlier;
}

/** Of a run that the plan adopts from, of the very same work, and free of failures. */
function isGood({ run, digest, work, failures, chunks, lanes }: Summary, message: ChunkMessage, job: Job): boolean {
  const { adopts = [], bisect = false } = message;
  const adopted = adopts.some((maker) => maker.run === run && maker.digest === digest);
  const heads = lanes?.heads.map((head) => isSound(head, bisect)) ?? [];
  // What a head fails with is what its records come to, and would come to again by the same code; mostly it is the head
  // that nobody will choose. Other code may do better, and so may leaving records out.
  const again = digest === message.digest && !bisect;
  const begins = heads.length === 0 || (again ? heads.includes(true) : !heads.includes(false));
  return adopted && isSound({ chunks, failures }, bisect) && begins && work === workOf(message, job);
}

/** A record that was left out is a failure to a run that leaves none out. */
const isSound = ({ chunks, failures }: Pick<Summary, 'chunks' | 'failures'> | Head, bisect: boolean) =>
  chunks.failed === 0 && failures.every(({ record }) => bisect && record !== undefined);
