/** A sample of a run's input, read as the workers will read it: small stretches, evenly spread over all chunks. */
import type { Sample } from '../core/partitions.ts';
import type { Plan, Segment } from '../core/plan.ts';
import { asFanfoldError } from '../errors.ts';
import type { RecordSink } from '../formats/format.ts';
import { formatOf, taggedRecord } from '../formats/tagged.ts';
import type { Job } from '../job.ts';
import { chunkPlan } from '../kernels/plan.ts';
import { SAMPLE_BYTES_MAX, SAMPLE_STRETCH_BYTES_MAX, SAMPLE_STRETCH_BYTES_MIN, SAMPLE_STRETCHES } from '../limits.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Services } from '../ports/services.ts';
import { chunksFor } from '../protocol/plan-pages.ts';
import { isWhole, readSegment, readTwoStateRange, sourceOf } from '../worker/read-segment.ts';
import { joinHalves, KernelHalf } from './kernel-sample.ts';
import { SampleTable, type Sampling } from './sample-table.ts';

/** Of the input for each stretch: a sample of 1 GiB is then 512 KiB, one of 4 GiB and more 2 MiB. */
const INPUT_BYTES_A_STRETCH_BYTE = 64 * 1024;

export type Sampled = Pick<Plan, 'run' | 'pages' | 'totals' | 'params'>;

/** What goes wrong in it is left to the workers, who tell it better; rejects only with what a retry may cure. */
export async function takeSample(services: Services, job: Job, plan: Sampled): Promise<Sample> {
  const stretchBytes = Math.round(
    Math.min(
      SAMPLE_STRETCH_BYTES_MAX,
      Math.max(SAMPLE_STRETCH_BYTES_MIN, plan.totals.bytes / INPUT_BYTES_A_STRETCH_BYTE),
    ),
  );
  const stretches = spread(await chunksToSample(services, plan), stretchBytes);
  const seen = new Set<string>();
  const readAll = async (some: readonly Stretch[], sampling: Sampling) => {
    let slices = 0;
    const reading = some.map((stretch) => {
      const first = slices;
      slices += stretch.slices;
      const into = { sampling, seen, first, stretchBytes };
      return new StretchReading(services.store, job, plan.params, into).read(stretch);
    });
    await Promise.all(reading);
  };
  const kernels = chunkPlan(job);
  if (kernels === undefined || stretches.some(({ whole }) => whole)) {
    const table = new SampleTable(job);
    await readAll(stretches, table);
    return table.sample();
  }
  const scratch = services.scratch.open();
  try {
    const readHalf = async (nth: number) => {
      const half = new KernelHalf(kernels, job, { memory: services.memory, scratch });
      await readAll(
        stretches.filter((_, i) => i % 2 === nth),
        half,
      );
      return half.drain();
    };
    return joinHalves([await readHalf(0), await readHalf(1)], kernels, job);
  } finally {
    scratch.close();
  }
}

/** A part of a segment that is read: where it is cut, or from the beginning of a whole object. */
interface Stretch {
  readonly segment: Segment;
  readonly whole: boolean;
  /** Where its object ends. */
  readonly until: number;
  /** How many stretches it stands for. */
  slices: number;
}

/** As many chunks as there are stretches, or all, in order, each with how many stretches it gets. */
async function chunksToSample(services: Services, plan: Sampled) {
  const wanted = new Map<number, number[]>();
  for (let i = 0; i < SAMPLE_STRETCHES; i++) {
    const place = ((i + 0.5) / SAMPLE_STRETCHES) * plan.totals.chunks;
    const chunk = Math.floor(place);
    wanted.set(chunk, [...(wanted.get(chunk) ?? []), place - chunk]);
  }
  const chunks = await chunksFor(services, plan, [...wanted.keys()]);
  return chunks.map(({ chunk, segments }) => ({ segments, places: wanted.get(chunk) ?? [] }));
}

function spread(
  chunks: readonly { readonly segments: readonly Segment[]; readonly places: readonly number[] }[],
  stretchBytes: number,
): Stretch[] {
  const stretches = new Map<string, Stretch>();
  for (const { segments, places } of chunks) {
    const bytes = segments.reduce((sum, { start, end }) => sum + end - start, 0);
    for (const place of places) {
      const found = at(segments, Math.floor(place * bytes));
      if (found === undefined) continue;
      const { segment, offset } = found;
      const whole = isWhole(segment);
      const start = whole ? 0 : segment.start + Math.floor(offset / stretchBytes) * stretchBytes;
      const name = `${segment.object} ${start}`;
      const stretch = stretches.get(name);
      if (stretch === undefined) {
        const end = whole ? segment.end : Math.min(segment.end, start + stretchBytes);
        stretches.set(name, { segment: { ...segment, start, end }, whole, until: segment.size, slices: 1 });
      } else if (whole) {
        stretch.slices += 1;
      }
    }
  }
  return [...stretches.values()];
}

/** The segment that holds the nth byte of a chunk. */
function at(segments: readonly Segment[], byte: number): { segment: Segment; offset: number } | undefined {
  let offset = byte;
  for (const segment of segments) {
    if (offset < segment.end - segment.start) return { segment, offset };
    offset -= segment.end - segment.start;
  }
  return undefined;
}

interface Into {
  readonly sampling: Sampling;
  /** Long records that were found already: several stretches may lie within one. */
  readonly seen: Set<string>;
  /** The first of the stretch's slices. */
  readonly first: number;
  readonly stretchBytes: number;
}

class StretchReading {
  readonly #store: ObjectStore;
  readonly #job: Job;
  readonly #params: Plan['params'];
  readonly #into: Into;
  #pulled = 0;
  #records = 0;
  #lastBytes = 0;

  constructor(store: ObjectStore, job: Job, params: Plan['params'], into: Into) {
    this.#store = store;
    this.#job = job;
    this.#params = params;
    this.#into = into;
  }

  async read({ segment, whole, until, slices }: Stretch): Promise<void> {
    const { sampling, first, stretchBytes } = this.#into;
    const bytesMax = whole ? slices * stretchBytes : Number.POSITIVE_INFINITY;
    let bytes = await this.#readUpTo(segment, bytesMax, slices);
    // Within a record that is longer than the stretch: the one that follows it is taken instead.
    const rest = { ...segment, start: segment.end, end: until };
    if (!whole && this.#records === 0 && rest.start < until) {
      await this.#readUpTo(rest, 1, 1);
      bytes = this.#lastBytes;
    }
    const used = Math.min(slices, Math.max(1, Math.ceil(bytes / stretchBytes)));
    for (let slice = 0; slice < used; slice++) sampling.read(first + slice, bytes / used);
  }

  /** Reads the records that begin in the first bytes of a range, at least one; resolves to how much of it that was. */
  async #readUpTo(segment: Segment, bytesMax: number, slices: number): Promise<number> {
    const { sampling, first, stretchBytes } = this.#into;
    const { job, params } = { job: this.#job, params: this.#params };
    const source = sourceOf(segment);
    const before = this.#pulled;
    let reached = 0;
    let enough = false;
    /** The slice of a record, if it still counts. */
    const sliceOf = (offset: number, bytes: number) => {
      const at = offset - segment.start;
      enough = (at >= bytesMax && this.#records > 0) || sampling.full;
      const long = bytesMax === 1 ? `${segment.object} ${offset}` : '';
      if (enough || this.#into.seen.has(long)) throw new Enough();
      if (long !== '') this.#into.seen.add(long);
      this.#records += 1;
      reached = at + bytes;
      this.#lastBytes = bytes;
      return first + Math.min(slices - 1, Math.floor(at / stretchBytes));
    };
    const sink: RecordSink<unknown> = {
      record: (record, offset, bytes) => {
        const slice = sliceOf(offset, bytes);
        sampling.add(slice, () => job.map(taggedRecord(segment.tag, record), { source, offset, params }));
      },
      bad: (_reason, offset, raw) => void sliceOf(offset, raw.length),
      // it does not stop within a range
      bulk:
        bytesMax === Number.POSITIVE_INFINITY
          ? sampling.bulkFor?.((taken) => {
              this.#records += taken;
            })
          : undefined,
    };
    try {
      await this.#readAll(segment, sink);
    } catch (thrown) {
      enough ||= thrown instanceof Enough;
      if (!enough && asFanfoldError(thrown).retry === 'safe') throw thrown;
    }
    // Of a compressed object more comes out than goes in.
    return enough ? Math.min(this.#pulled - before, Math.max(1, reached)) : segment.end - segment.start;
  }

  async #readAll(segment: Segment, sink: RecordSink<unknown>): Promise<void> {
    const store = { read: (...range: Parameters<ObjectStore['read']>) => this.#counted(range) };
    const format = formatOf(this.#job.input, segment.tag);
    if (format.twoState === undefined || isWhole(segment)) {
      await readSegment(store, segment, format, sink);
    } else {
      // Most ranges do not begin within quotes: for a sample that is good enough.
      const heads = [sink, NOWHERE] as const;
      const lanes = { heads, body: () => sink, lost() {}, isOver: () => false };
      await readTwoStateRange(store, segment, format.twoState, lanes);
    }
  }

  async *#counted(range: Parameters<ObjectStore['read']>): AsyncGenerator<Uint8Array> {
    for await (const block of this.#store.read(...range)) {
      this.#pulled += block.length;
      if (this.#pulled > SAMPLE_BYTES_MAX / SAMPLE_STRETCHES) throw new Enough();
      yield block;
    }
  }
}

const NOWHERE = { record() {}, bad() {} };

/** Ends the reading of an object of which enough was seen. */
class Enough extends Error {}
