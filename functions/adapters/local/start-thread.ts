/** The threads of a run as they start: before it is known what for, since loading their code takes as long as loading a job. */
import { totalmem } from 'node:os';
import { Worker } from 'node:worker_threads';
import { uncaught } from '../../protocol/job-error.ts';
import type { FromThread, Message, ToThread } from './thread-messages.ts';

const MiB = 2 ** 20;
/** Of the input for each thread that is started at once. Ours: that it is needed is then sure, whatever the job does. */
const WARM_BYTES = 32 * 1024 * 1024;

/** Of the machine's memory, for the heaps of all threads. */
const MEMORY_SHARE = 0.75;
const THREAD_MIB_MIN = 256;
/** What Node gives a process by default on a machine with enough memory. */
const THREAD_MIB_MAX = 4096;

export interface StartedThread {
  takes(message: Message): boolean;
  tell(message: ToThread): void;
  onMessage(hear: (message: FromThread) => void): void;
  /** Resolves with the reason, however it ends. */
  readonly ended: Promise<unknown>;
  /** Ends it where it stands; the thread that asks, when its step notices. */
  stop(): Promise<unknown>;
}

/** How many are needed for an input, whatever the job does. */
export const threadsFor = (threadsMax: number, inputBytes: number): number =>
  Math.max(1, Math.min(threadsMax, Math.floor(inputBytes / WARM_BYTES)));

/** As many, but not all that there may be: the thread that asks may work, too. */
export function warmThreads(threadsMax: number, inputBytes = 0): StartedThread[] {
  const wanted = threadsFor(Math.max(1, threadsMax - 1), inputBytes);
  return Array.from({ length: wanted }, () => startThread(threadsMax));
}

/** @param threadsMax all that there may be */
export function startThread(threadsMax: number): StartedThread {
  // what a job prints must not mix with the manifest on stdout
  const worker = new Worker(threadFile, {
    execArgv: [],
    stdout: true,
    resourceLimits: { maxOldGenerationSizeMb: threadMiB(threadsMax) },
  });
  worker.unref(); // until it is told something: a process that waits for a job which is never loaded is then found idle
  let idle = true;
  const ended = new Promise<unknown>((end) => {
    worker.on('error', (thrown) => end(isFromNode(thrown) ? thrown : new Error(uncaught(thrown))));
    worker.on('exit', (code) => end(new Error(`it exited with ${code}`)));
  });
  return {
    takes: () => true,
    tell(message) {
      if (idle) {
        idle = false;
        worker.ref();
        worker.stdout.on('data', (block: Buffer) => process.stderr.write(block)); // `pipe` adds listeners for each thread
      }
      worker.postMessage(message);
    },
    onMessage(hear) {
      worker.on('message', hear);
      if (idle) worker.unref(); // to listen is to wait
    },
    ended,
    stop: () => worker.terminate(),
  };
}

/** A thread that ran out of memory, which the job did not throw. */
const isFromNode = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_WORKER_OUT_OF_MEMORY';

/** What each thread may use. All together stay within the machine: one that wants more ends alone, and the run goes on. */
export const threadBytes = (threadsMax: number): number => threadMiB(threadsMax) * MiB;

function threadMiB(threads: number): number {
  const shareMiB = Math.floor((totalmem() * MEMORY_SHARE) / threads / MiB);
  return Math.min(THREAD_MIB_MAX, Math.max(THREAD_MIB_MIN, shareMiB));
}

/** The thread's code lies beside this file: as it is in the sources, or as built. */
const threadFile = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url);
