/** Rows that a transform sorts: by the bytes of a text, none lost, equal ones in the order of the input. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planKey } from '../../functions/core/keys.ts';
import type { Plan } from '../../functions/core/plan.ts';
import { csvRows, defineJob, lines, sorted, textLines } from '../../functions/index.ts';
import { letGo, takeKernel } from '../../functions/kernels/kernel.ts';
import { split } from '../../functions/splitter/split.ts';
import { MemoryPipeline, type PipelineOptions } from '../support/memory-pipeline.ts';

const job = defineJob({
  name: 'by-city',
  input: lines(),
  *map(line, { offset }) {
    const [city = '', times = '1'] = line.split(',');
    for (let time = 0; time < Number(times); time++) yield { city, offset, time };
  },
  sortBy: ({ city }) => city,
  output: csvRows(['city', 'offset', 'time']),
});

interface Shape {
  readonly chunkBytes: number;
  readonly groupSize: number;
  readonly partitions: number;
}

async function run(text: string, shape: Shape, options: Partial<PipelineOptions> = {}) {
  const made = new MemoryPipeline({ jobs: [job], ...options });
  made.store.upload({ bucket: 'in', key: 'a' }, Buffer.from(text));
  const inputs = [{ bucket: 'in', key: 'a' }];
  const manifest = await made.run({
    kind: 'run',
    run: 'r',
    job: job.name,
    inputs,
    params: {},
    requestedAtMs: 0,
    ...shape,
  });
  return { made, manifest, result: made.result(job.name, 'r').toString() };
}

/** The same in one go, and by another sort. */
function expected(text: string): string {
  const rows: { city: Buffer; row: string }[] = [];
  let offset = 0;
  for (const line of text.split('\n').slice(0, -1)) {
    const [city = '', times = '1'] = line.split(',');
    for (let time = 0; time < Number(times); time++)
      rows.push({ city: Buffer.from(city), row: `${city},${offset},${time}\n` });
    offset += Buffer.byteLength(line) + 1;
  }
  rows.sort((a, b) => Buffer.compare(a.city, b.city));
  return `city,offset,time\n${rows.map(({ row }) => row).join('')}`;
}

const city = fc.constantFrom('Oslo', 'Rio', 'Ürümqi', 'O', 'Osloer', '\u{1f3d9}', '\uffff');
const line = fc.oneof(
  city,
  fc.tuple(city, fc.integer({ min: 0, max: 3 })).map(([name, times]) => `${name},${times}`),
);
const text = fc.array(line, { maxLength: 30 }).map((all) => all.map((one) => `${one}\n`).join(''));

describe('sorted rows', () => {
  it('are the same however the input is cut, merged and divided, and whatever fits in memory', async () => {
    const shape = fc.record({
      chunkBytes: fc.integer({ min: 1, max: 60 }),
      groupSize: fc.integer({ min: 2, max: 4 }),
      partitions: fc.integer({ min: 1, max: 4 }),
    });
    const options = fc.record({
      seed: fc.nat(),
      duplicates: fc.constantFrom(0, 0.3),
      memory: fc.record({ tableBytesMax: fc.constantFrom(1, 100, 2 ** 20) }),
    });
    const parts = new Set<number>();
    await fc.assert(
      fc.asyncProperty(text, shape, options, async (input, cut, some) => {
        const { result, manifest } = await run(input, cut, some);
        expect(manifest?.state).toBe('succeeded');
        expect(result).toBe(expected(input));
        parts.add(manifest?.results.length ?? 0);
      }),
      { numRuns: 150 },
    );
    expect(Math.max(...parts)).toBeGreaterThan(2);
  });

  it('of one text that all have are bounded, and in the order of the input', async () => {
    const input = 'Oslo\n'.repeat(500);
    const { result, made } = await run(
      input,
      { chunkBytes: 400, groupSize: 3, partitions: 4 },
      { memory: { tableBytesMax: 1 } },
    );
    expect(result).toBe(expected(input));
    expect(made.scratch.bytesWritten).toBeGreaterThan(5_000);
  });

  it('are told where what they are sorted by is no text', async () => {
    const wrong = { ...job, sortBy: (() => 7) as unknown as () => string };
    const { manifest } = await run('Oslo\n', { chunkBytes: 9, groupSize: 2, partitions: 1 }, { jobs: [wrong] });
    expect(manifest).toMatchObject({
      failures: [{ code: 'FANFOLD_VALUE_INVALID', message: expect.stringContaining('`sortBy` gave a number') }],
    });
  });
});

describe('lines that a kernel sorts', () => {
  const sort = sorted({ name: 'sort', input: lines(), output: textLines() });
  const LINES = 60_000;
  const numbered = (n: number) => String((n * 7919) % LINES).padStart(30, '0');
  const inputs = [{ bucket: 'in', key: 'a' }];
  const request = { kind: 'run', run: 'r', job: 'sort', inputs, params: {}, requestedAtMs: 0 } as const;

  it.each<[string, (n: number) => string, readonly string[] | undefined]>([
    ['all of them equal', () => 'the same in all of them, always', undefined],
    [
      'one of them nearly all there are',
      (n) => (n % 100 === 0 ? numbered(n) : 'the most of them by far, always'),
      undefined,
    ],
    ['with a sample that knows nothing of them', numbered, ['x', 'y', 'z']],
    [
      'with a sample that puts nearly all in one part',
      numbered,
      ['0000000000000000000000000000000', '000000000000000000000000000001'],
    ],
  ])('take the memory that they are given, %s', async (_, line, misled) => {
    const all = Array.from({ length: LINES }, (_, n) => `${line(n)}\n`);
    const made = new MemoryPipeline({ jobs: [sort], memory: { tableBytesMax: 100_000, mergeBytesMax: 500_000 } });
    made.store.upload({ bucket: 'in', key: 'a' }, Buffer.from(all.join('')));
    const before = takeKernel(); // memory of kernels never shrinks: this one may have been another test's
    await split({ ...request, chunkBytes: 400_000, groupSize: 3, partitions: 4 }, made.services);
    if (misled !== undefined) misplan(made, misled);
    await made.drain();
    const kernel = takeKernel();
    letGo(before);
    expect(made.manifest('sort', 'r')?.state).toBe('succeeded');
    expect(made.result('sort', 'r').toString() === all.sort().join('')).toBe(true); // digits and small letters
    expect(made.scratch.bytesWritten).toBeGreaterThan(LINES * 30);
    expect(kernel.bytes.length).toBeLessThan(2 ** 21); // of an input as large as that
  });
});

/** Plans other boundaries than those of the sample, before anything is worked on. */
function misplan(made: MemoryPipeline, keys: readonly string[]): void {
  const boundaries = keys.map((key) => Buffer.from(key).toString('base64'));
  const stored = made.store.contents('results').get(planKey('r')) ?? Buffer.alloc(0);
  const plan = JSON.parse(Buffer.from(stored).toString()) as Plan;
  const other = { ...plan, partitions: { ...plan.partitions, boundaries } };
  made.store.upload({ bucket: 'results', key: planKey('r') }, Buffer.from(JSON.stringify(other)));
  for (const entry of made.pending)
    if (entry.message.kind === 'chunk') entry.message = { ...entry.message, boundaries };
}
