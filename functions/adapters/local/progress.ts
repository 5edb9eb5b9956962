/** How far a run is, from the messages that were done. */
import type { ChunkMessage } from '../../core/messages.ts';
import { monotonicMs } from './monotonic.ts';

export interface Progress {
  readonly phase: 'planning' | 'working' | 'combining';
  /** `total` is 0 while planning. */
  readonly chunks: { readonly done: number; readonly total: number };
  /** `before`: of those that are done, what was before anybody watched. */
  readonly bytes: { readonly done: number; readonly total: number; readonly before?: number };
  readonly elapsedMs: number;
}

export class ProgressMeter {
  readonly #startedAtMs = monotonicMs();
  readonly #totalBytes: number;
  /** A bit for each chunk: a chunk that is done twice counts once. */
  #done = new Uint8Array(0);
  #chunks = { done: 0, total: 0 };
  #bytes = 0;
  #before = 0;

  constructor(totalBytes: number) {
    this.#totalBytes = totalBytes;
  }

  /** A run that goes on: all but these chunks are done. */
  takenUp(total: number, missing: readonly number[]): void {
    this.#chunks = { done: total - missing.length, total };
    this.#done = new Uint8Array(Math.ceil(total / 8)).fill(0xff);
    for (const chunk of missing) this.#done[chunk >> 3] = (this.#done[chunk >> 3] ?? 0) & ~(1 << (chunk & 7));
    this.#bytes = Math.floor((this.#totalBytes * this.#chunks.done) / total); // chunks are about as large as each other
    this.#before = this.#bytes;
  }

  planned(message: ChunkMessage): void {
    if (this.#chunks.total > 0) return;
    this.#chunks.total = message.chunks;
    this.#done = new Uint8Array(Math.ceil(message.chunks / 8));
  }

  worked({ chunk, segments }: ChunkMessage): void {
    const bits = this.#done[chunk >> 3] ?? 0;
    const bit = 1 << (chunk & 7);
    if ((bits & bit) !== 0) return;
    this.#done[chunk >> 3] = bits | bit;
    this.#chunks.done += 1;
    this.#bytes += segments.reduce((bytes, { start, end }) => bytes + end - start, 0);
  }

  now(): Progress {
    const { done, total } = this.#chunks;
    return {
      phase: total === 0 ? 'planning' : done < total ? 'working' : 'combining',
      chunks: { done, total },
      bytes: { done: Math.min(this.#bytes, this.#totalBytes), total: this.#totalBytes, before: this.#before },
      elapsedMs: monotonicMs() - this.#startedAtMs,
    };
  }
}
