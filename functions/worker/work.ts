/** The worker's step: a chunk message in, one partial out, and a look at the group. */
import type { ChunkMessage } from '../core/messages.ts';
import type { ScratchFiles } from '../core/scratch-file.ts';
import type { Reach } from '../core/summary.ts';
import { asFanfoldError } from '../errors.ts';
import type { Job } from '../job.ts';
import type { Services } from '../ports/services.ts';
import { adopt } from '../protocol/adopt.ts';
import { codeChanged } from '../protocol/code-changed.ts';
import { reportFailure } from '../protocol/failure.ts';
import { takeMemoryLane } from '../protocol/memory-lane.ts';
import { type Node, report } from '../protocol/report.ts';
import { knownToHaveEnded } from './ended-runs.ts';
import { foldBisecting } from './fold-bisecting.ts';
import { type FoldedChunk, foldChunk } from './fold-chunk.ts';
import { otherVersion } from './other-version.ts';
import { type Attempt, searchKillers } from './search-killers.ts';

/** Works a chunk. Rejects only with what a retry may cure; every other failure is written down as the chunk's partial. */
export async function work(message: ChunkMessage, services: Services, attempt: Attempt = FIRST): Promise<void> {
  const { run, job, chunks, groupSize } = message;
  if (await knownToHaveEnded(services, job, run)) return;
  let reach: Reach | undefined;
  const scratch = services.scratch.open();
  const node: Node = { run, job, level: 0, index: message.chunk, chunks, groupSize };
  try {
    const deployed = services.jobs.find(job);
    if (deployed?.digest !== message.digest) throw codeChanged(job, message.digest, deployed?.digest);
    const earlier = await adopt(services, message, deployed.job, node);
    if (earlier === 'adopted') return;
    if (earlier === 'exhausted' && (await takeMemoryLane(services, message))) return;
    const beganAtMs = services.clock.nowMs();
    const folded = await fold(services, message, deployed.job, scratch, attempt);
    reach = folded.reach;
    await report(services, node, folded.partial, { tookMs: services.clock.nowMs() - beganAtMs });
  } catch (thrown) {
    const error = otherVersion(asFanfoldError(thrown), message);
    if (error.retry === 'safe') throw error;
    await reportFailure(services, message, error, reach);
  } finally {
    scratch.close();
  }
}

const FIRST: Attempt = { receives: 1, timeLeftMs: Number.POSITIVE_INFINITY };

async function fold(
  services: Services,
  message: ChunkMessage,
  job: Job,
  scratch: ScratchFiles,
  attempt: Attempt,
): Promise<FoldedChunk> {
  const { store, memory } = services;
  const room = { memory, scratch };
  if (!message.bisect) return foldChunk(store, message, job, room);
  // What more memory or time may cure is no record's doing yet.
  const killers = message.memoryLane === 'open' ? [] : await searchKillers(services, message, job, attempt);
  return foldBisecting(store, message, job, room, killers);
}
