/** A sample of a run's input, read through the job's own `map`: small stretches, evenly spread over all chunks. */
import type { Sample } from '../core/partitions.ts';
import type { Plan, Segment } from '../core/plan.ts';
import { asFanfoldError } from '../errors.ts';
import type { RecordSink } from '../formats/format.ts';
import { formatOf, taggedRecord } from '../formats/tagged.ts';
import type { Job } from '../job.ts';
import { SAMPLE_STRETCH_BYTES_MAX, SAMPLE_STRETCH_BYTES_MIN, SAMPLE_STRETCHES } from '../limits.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Services } from '../ports/services.ts';
import { chunksFor } from '../protocol/plan-pages.ts';
import { isWhole, readSegment, readTwoStateRange, sourceOf } from '../worker/read-segment.ts';
import { SampleTable } from './sample-table.ts';

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
  const table = new SampleTable(job.combine);
  let slices = 0;
  const reading = stretches.map((stretch) => {
    const first = slices;
    slices += stretch.slices;
    return readStretch(services.store, job, plan.params, stretch, { table, first, stretchBytes });
  });
  await Promise.all(reading);
  return table.sample();
}

/** A part of a segment that is read: where it is cut, or from the beginning of a whole object. */
interface Stretch {
  readonly segment: Segment;
  readonly whole: boolean;
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
        stretches.set(name, { segment: { ...segment, start, end }, whole, slices: 1 });
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
  readonly table: SampleTable;
  /** The first of the stretch's slices. */
  readonly first: number;
  readonly stretchBytes: number;
}

async function readStretch(
  store: ObjectStore,
  job: Job,
  params: Plan['params'],
  { segment, whole, slices }: Stretch,
  { table, first, stretchBytes }: Into,
): Promise<void> {
  const source = sourceOf(segment);
  const bytesMax = whole ? slices * stretchBytes : Number.POSITIVE_INFINITY;
  let pulled = 0;
  let reached = 0;
  let enough = false;
  const sliceOf = (offset: number) => {
    reached = offset - segment.start;
    enough = reached >= bytesMax || table.full;
    if (enough) throw new Enough();
    return first + Math.min(slices - 1, Math.floor(reached / stretchBytes));
  };
  const sink: RecordSink<unknown> = {
    record: (record, offset) => {
      const slice = sliceOf(offset);
      table.add(slice, () => job.map(taggedRecord(segment.tag, record), { source, offset, params }));
    },
    bad: (_reason, offset) => void sliceOf(offset),
  };
  const counted = async function* (...range: Parameters<ObjectStore['read']>) {
    for await (const block of store.read(...range)) {
      pulled += block.length;
      yield block;
    }
  };
  try {
    const format = formatOf(job.input, segment.tag);
    if (format.twoState === undefined || isWhole(segment)) await readSegment({ read: counted }, segment, format, sink);
    // Most ranges do not begin within quotes: for a sample that is good enough.
    else
      await readTwoStateRange({ read: counted }, segment, format.twoState, {
        ...IGNORED,
        heads: [sink, IGNORED.body],
        body: sink,
      });
  } catch (thrown) {
    if (!(thrown instanceof Enough) && asFanfoldError(thrown).retry === 'safe') throw thrown;
  }
  // Of a compressed object more comes out than goes in.
  const bytes = enough ? Math.min(pulled, Math.max(1, reached)) : segment.end - segment.start;
  const used = Math.min(slices, Math.floor(reached / stretchBytes) + 1);
  for (let slice = 0; slice < used; slice++) table.read(first + slice, bytes / used);
}

const IGNORED = { body: { record() {}, bad() {} }, lost() {} };

/** Ends the reading of an object of which enough was seen. */
class Enough extends Error {}
