/** What AWS does between the stations of a run: delivers, redelivers, buries the dead, ticks, and sees the end. */
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Manifest } from '../../core/manifest.ts';
import type { RunRequest } from '../../core/messages.ts';
import type { Plan } from '../../core/plan.ts';
import { asFanfoldError, assert, type FanfoldError } from '../../errors.ts';
import { kernelsTake } from '../../kernels/plan.ts';
import type { Services } from '../../ports/services.ts';
import { bury } from '../../watcher/bury.ts';
import type { Found } from '../../watcher/mend.ts';
import { requeue } from '../../watcher/requeue.ts';
import { watch } from '../../watcher/watch.ts';
import type { FileStoreOptions } from './file-store.ts';
import { interrupted } from './interrupted.ts';
import type { LoadedJob } from './load-job.ts';
import { LocalQueue } from './local-queue.ts';
import { localServices } from './local-services.ts';
import { type Progress, ProgressMeter } from './progress.ts';
import { manifestPath, readManifest } from './run-directory.ts';
import { type StartedThread, threadBytes, warmThreads } from './start-thread.ts';
import type { Message } from './thread-messages.ts';
import { ThreadPool } from './thread-pool.ts';

/** Between two looks of the watcher: here it is only the deadline that can pass unseen. */
const WATCH_EVERY_MS = 5_000;
/** Tries of writing a failure down, and the pause after the first that failed; it trebles. */
const BURIALS_MAX = 5;
const BURIAL_PAUSE_MS = 20;

export interface Assignment {
  readonly request: RunRequest;
  readonly store: FileStoreOptions;
  readonly loaded: LoadedJob;
  readonly inputBytes: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (progress: Progress) => void;
  /** The run was begun by another process, and goes on. */
  readonly goesOn?: { readonly plan: Plan; readonly found: Found };
  /** @default WATCH_EVERY_MS */
  readonly watchEveryMs?: number;
}

export class Engine {
  readonly #queue: LocalQueue;
  readonly #pool: ThreadPool;
  readonly #threadBytes: number;
  /** Loaded while the job is: most jobs need it. */
  readonly #own = import('./this-thread.ts');
  readonly #ended = Promise.withResolvers<void>();
  #run: { readonly assignment: Assignment; readonly services: Services; readonly meter: ProgressMeter } | undefined;
  #closed = false;

  /** @param started threads whose code is loaded while the job is */
  constructor(threads: number, started: readonly StartedThread[] = warmThreads(threads)) {
    this.#threadBytes = threadBytes(threads);
    this.#queue = new LocalQueue({
      onMessage: () => this.#pool.pump(),
      onDead: (message, error) => void this.#bury(message, error),
    });
    this.#pool = new ThreadPool(threads, started, this.#queue, {
      onSend: (messages) => this.#send(messages),
      onDone: (message) => this.#done(message),
      onBroken: (error) => this.#ended.reject(error),
    });
    this.#ended.promise.catch(() => {}); // whoever waits is told; nobody does before `carryOut`
  }

  /**
   * Resolves with the manifest, whatever it says. Rejects when not even that could be written, and with FANFOLD_CANCELLED
   * when it is interrupted.
   */
  async carryOut(assignment: Assignment): Promise<Manifest> {
    const { request, store, loaded, inputBytes, signal, goesOn, watchEveryMs = WATCH_EVERY_MS } = assignment;
    const { job, code } = loaded;
    const memoryBytes = this.#threadBytes;
    const resumed = goesOn === undefined ? undefined : { chunks: goesOn.found.done, at: new Date().toISOString() };
    const send = (messages: readonly Message[]) => this.#send(messages);
    const services = localServices(store, { job, digest: code.digest }, send, resumed, memoryBytes);
    const meter = new ProgressMeter(inputBytes);
    this.#run = { assignment, services, meter };
    if (goesOn !== undefined) meter.takenUp(goesOn.plan.totals.chunks, goesOn.found.missing);
    if (!kernelsTake(job)) this.#pool.growFor(inputBytes);
    else if (this.#pool.hasRoom) this.#pool.join((await this.#own).thisThread(job));
    this.#pool.setUp({ store, memoryBytes, job: code, ...(resumed === undefined ? {} : { resumed }) });
    // The time for which nobody worked on the run does not count towards its deadline.
    const lostMs = goesOn === undefined ? 0 : Date.now() - request.requestedAtMs;
    const watching = { ...services, clock: { nowMs: () => Date.now() - lostMs } };
    const interrupt = () => this.#ended.reject(interrupted(request, meter.now(), store.directory));
    signal?.addEventListener('abort', interrupt, { once: true });
    const ticks = setInterval(() => void this.#settle(() => watch(watching)), watchEveryMs);
    try {
      if (signal?.aborted) interrupt();
      else if (goesOn !== undefined) void this.#settle(() => requeue(services, goesOn.plan, goesOn.found));
      else void this.#send([request]);
      await this.#ended.promise;
    } finally {
      clearInterval(ticks);
      signal?.removeEventListener('abort', interrupt);
    }
    const manifest = readManifest(store.directory);
    assert(manifest, 'a run ended without a manifest');
    return manifest;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#queue.close();
    await this.#pool.close();
  }

  #send(messages: readonly Message[]): Promise<void> {
    const [first] = messages;
    if (first?.kind === 'chunk') this.#run?.meter.planned(first);
    return this.#queue.send(messages);
  }

  #done(message: Message): void {
    if (this.#run === undefined) return;
    const { assignment, meter } = this.#run;
    if (message.kind === 'chunk') meter.worked(message);
    assignment.onProgress(meter.now());
    this.#look();
  }

  /** The manifest is the one sign of the end, whoever wrote it. */
  #look(): void {
    if (this.#run && existsSync(manifestPath(this.#run.assignment.store.directory))) this.#ended.resolve();
  }

  async #bury(message: Message, error: FanfoldError): Promise<void> {
    const run = this.#run;
    assert(run, 'a message before its run');
    // The chunk is not to blame, and what is done can be gone on from.
    if (error.code === 'FANFOLD_OUTPUT_UNWRITABLE') return this.#ended.reject(error);
    const why = `${error.code}: ${error.message}`;
    await this.#settle(() => bury(message, why, run.services));
  }

  /** Does what must not fail, several times if need be. When it cannot be done, the run ends with the reason. */
  async #settle(step: () => Promise<unknown>): Promise<void> {
    for (let tries = 1; !this.#closed; tries++) {
      try {
        await step();
        return this.#look();
      } catch (thrown) {
        if (tries < BURIALS_MAX) await pause(BURIAL_PAUSE_MS * 3 ** (tries - 1));
        else return this.#ended.reject(asFanfoldError(thrown));
      }
    }
  }
}
