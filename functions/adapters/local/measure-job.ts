/** How fast a job is, and what it comes to: a piece of its input worked as a worker works it, here and now. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PartialGrowth } from '../../core/cost-model/estimate.ts';
import type { ChunkMessage } from '../../core/messages.ts';
import type { Segment } from '../../core/plan.ts';
import { FanfoldError } from '../../errors.ts';
import { formatOf, tagOf } from '../../formats/tagged.ts';
import type { Job } from '../../job.ts';
import { GROUP_SIZE_DEFAULT, SEGMENTS_PER_CHUNK_MAX } from '../../limits.ts';
import { resolveParams } from '../../params.ts';
import type { Services } from '../../ports/services.ts';
import { type ObjectStart, readStart } from '../../splitter/read-start.ts';
import { foldChunk } from '../../worker/fold-chunk.ts';
import { strays } from './after-strays.ts';
import { INPUT_BUCKET } from './file-store.ts';
import { localServices } from './local-services.ts';

const MiB = 1024 * 1024;
/** Enough for code to be compiled, and for a second or two of work. Ours. */
const SAMPLE_BYTES = 8 * MiB;
/** What is worked whole, since it cannot be cut. Ours: a minute or two at most. */
const WHOLE_BYTES_MAX = 256 * MiB;
/** Of these the fastest counts: others compete for the processor, and nothing makes it faster than it is. A small sample is
 * worked often, until its code is compiled. */
const ROUNDS_MIN = 3;
const SECONDS_MIN_DEFAULT = 1;

export interface MeasuredJob {
  readonly sampleBytes: number;
  /** On one core, from the file to the partial. */
  readonly megabytesPerSecond: number;
  readonly growth: PartialGrowth;
  /** Whether objects like these are cut into chunks, where they are large. */
  readonly cuttable: boolean;
}

export interface MeasureOptions {
  readonly job: Job;
  /** Relative to the working directory. */
  readonly paths: readonly string[];
  readonly params: { readonly [name: string]: string };
  /** Memory of the worker that is meant. */
  readonly memoryMiB: number;
  /** The sample is worked again and again for so long. @default 1 */
  readonly secondsMin?: number;
}

/** @throws FANFOLD_USAGE if the sample is empty, or too large to be worked and may not be cut; and what the job throws */
export async function measureJob(options: MeasureOptions): Promise<MeasuredJob> {
  const { job, paths, params, memoryMiB, secondsMin = SECONDS_MIN_DEFAULT } = options;
  const directory = mkdtempSync(join(tmpdir(), 'fanfold-plan-'));
  try {
    const files = { base: process.cwd(), directory, job: job.name, run: 'plan' };
    const services = localServices(files, { job, digest: '' }, async () => {}, undefined, memoryMiB * MiB);
    const { segments, cuttable } = await sampleOf(services, job, paths);
    const fold = (some: readonly Segment[]) => foldOnce(services, job, some, resolveParams(job.params, params));
    const half = halfOf(segments);
    const less = await fold(half);
    let [seconds, partialBytes] = [Number.POSITIVE_INFINITY, 0];
    const first = performance.now();
    for (let round = 0; round < ROUNDS_MIN || performance.now() - first < secondsMin * 1000; round++) {
      const began = performance.now();
      partialBytes = await fold(segments);
      seconds = Math.min(seconds, (performance.now() - began) / 1000);
    }
    const [inputBytes, halfBytes] = [bytesOf(segments), bytesOf(half)];
    const exponent = halfBytes === inputBytes ? 1 : Math.log(partialBytes / less) / Math.log(inputBytes / halfBytes);
    return {
      sampleBytes: inputBytes,
      megabytesPerSecond: inputBytes / seconds / 1e6,
      growth: { inputBytes, partialBytes, exponent: Math.min(1, Math.max(0, exponent)) },
      cuttable,
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Works a chunk; how long its partial is. */
async function foldOnce(
  services: Services,
  job: Job,
  segments: readonly Segment[],
  params: ChunkMessage['params'],
): Promise<number> {
  const names = { kind: 'chunk', run: 'plan', job: job.name, digest: '' } as const;
  const message = { ...names, params, chunk: 0, chunks: 1, groupSize: GROUP_SIZE_DEFAULT, segments };
  const scratch = services.scratch.open();
  try {
    const { partial } = await foldChunk(services.store, message, job, { memory: services.memory, scratch });
    let bytes = 0;
    for await (const block of partial) bytes += block.length;
    await strays();
    return bytes;
  } finally {
    scratch.close();
  }
}

interface Sample {
  readonly segments: readonly Segment[];
  readonly cuttable: boolean;
}

const NEVER: ObjectStart = { cuttable: false };

/** What a chunk looks like: a range of one object, or whole ones one after the other; from the middle of the input. */
async function sampleOf({ store }: Services, job: Job, paths: readonly string[]): Promise<Sample> {
  const segments: Segment[] = [];
  let cuttable = true;
  const middle = Math.floor(paths.length / 2);
  for (const key of [...paths.slice(middle), ...paths.slice(0, middle)].slice(0, SEGMENTS_PER_CHUNK_MAX)) {
    const named = { bucket: INPUT_BUCKET, key };
    const head = await store.head(named);
    if (head === undefined || head.size === 0) continue;
    const { etag, size } = head;
    const tag = tagOf(job.input, named);
    const format = formatOf(job.input, tag);
    const whole: Segment = {
      object: segments.length,
      ...named,
      etag,
      size,
      start: 0,
      end: size,
      ...(tag === undefined ? {} : { tag }),
    };
    const asked = format.cut === 'anywhere' ? await readStart(store, { ...named, etag, size }, format) : NEVER;
    const { cuttable: cut, ...header } = asked;
    if (cut && size > SAMPLE_BYTES) {
      const start = Math.floor((size - SAMPLE_BYTES) / 2);
      return { segments: [{ ...whole, object: 0, start, end: start + SAMPLE_BYTES, ...header }], cuttable };
    }
    cuttable &&= cut;
    if (size > WHOLE_BYTES_MAX) throw tooLarge(key, size);
    segments.push(whole);
    if (bytesOf(segments) >= SAMPLE_BYTES) break;
  }
  if (segments.length > 0) return { segments, cuttable };
  throw new FanfoldError('FANFOLD_USAGE', 'there is nothing in the input to measure', {
    fix: 'Name a file that is not empty, or give --bytes without a path.',
  });
}

function halfOf(segments: readonly Segment[]): readonly Segment[] {
  const [only] = segments;
  if (segments.length > 1 || only === undefined) return segments.slice(0, Math.ceil(segments.length / 2));
  const isRange = only.end - only.start < only.size;
  return [isRange ? { ...only, end: only.start + Math.floor((only.end - only.start) / 2) } : only];
}

const bytesOf = (segments: readonly Segment[]) => segments.reduce((sum, { start, end }) => sum + end - start, 0);

function tooLarge(key: string, size: number): FanfoldError {
  return new FanfoldError('FANFOLD_USAGE', `${key} cannot be cut, and its ${size} bytes are more than a sample takes`, {
    fix: 'Name a smaller file like it, and give --bytes for the input that is meant.',
  });
}
