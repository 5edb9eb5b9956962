/** Other code that is accepted may be of another shape: the result is then what the new code alone would have made. */
import { describe, expect, it } from 'vitest';
import type { RunRequest } from '../../functions/core/messages.ts';
import { csv, csvRows, defineJob, type Job, lines, textLines } from '../../functions/index.ts';
import { split } from '../../functions/splitter/split.ts';
import { MemoryPipeline } from '../support/memory-pipeline.ts';

/** Whether the code fails for the last line. */
let poisoned = false;
const LAST = 'm_';
const digest = (line: string) => {
  if (poisoned && line === LAST) throw new Error('cannot digest this');
  return line;
};

const counting = {
  name: 'job',
  input: lines(),
  *map(line: string): Generator<[string, number]> {
    yield [digest(line), 1];
  },
  combine: (earlier: number, later: number) => earlier + later,
  output: csvRows(['key', 'value']),
} as const;
const counts = defineJob(counting);
const scattered = defineJob({ ...counting, order: 'any' });
const reduced = { ...counting, reduce: (key: string, value: number) => ({ key, value }) };
const finished = defineJob({
  ...reduced,
  async *finish(rows) {
    let value = 0;
    for await (const row of rows) value += row.value;
    yield { key: 'all', value };
  },
});
const rowsOf = (input: ReturnType<typeof lines>) => ({
  name: 'job',
  input,
  *map(line: string) {
    yield digest(line);
  },
  output: textLines(),
});
const copied = defineJob(rowsOf(lines()));
const sorted = defineJob({ ...rowsOf(lines()), sortBy: (line) => line.slice(1) });
const cells = {
  name: 'job',
  input: csv({ a: 'text' }, { header: false }),
  *map({ a }: { readonly a: string }) {
    yield digest(a);
  },
  output: textLines(),
};
const copiedCells = defineJob(cells);
const sortedCells = defineJob({ ...cells, sortBy: (cell) => cell });

const text = `${Array.from({ length: 40 }, (_, i) => `${String.fromCharCode(97 + ((i * 7) % 20))}${i % 10}\n`).join('')}${LAST}\n`;
const request: RunRequest = {
  kind: 'run',
  run: 'job-1',
  job: 'job',
  inputs: [{ bucket: 'in', key: 'a' }],
  params: {},
  chunkBytes: 12,
  groupSize: 4,
  requestedAtMs: 1_700_000_000_000,
};

/** What a job makes of the text, from the partials of another run if it goes on from one. */
async function resultOf(job: Job, partitions: number | undefined, earlier?: MemoryPipeline): Promise<string> {
  const made = new MemoryPipeline({ jobs: [job], digest: earlier === undefined ? 'digest' : 'other' });
  made.store.upload({ bucket: 'in', key: 'a' }, Buffer.from(text));
  for (const [key, bytes] of earlier?.store.contents('results') ?? [])
    made.store.upload({ bucket: 'results', key }, bytes);
  const again = { run: 'job-2', inputs: [], redrive: { run: 'job-1', acceptCode: true } };
  const asked = partitions === undefined ? request : { ...request, partitions };
  const manifest = await made.run(earlier === undefined ? asked : { ...request, ...again });
  expect(manifest).toMatchObject({ state: 'succeeded' });
  return made.result('job', manifest?.run ?? '').toString();
}

/** The last chunk fails, when all others are done. */
async function failedRun(job: Job, partitions: number | undefined): Promise<MemoryPipeline> {
  const made = new MemoryPipeline({ jobs: [job] });
  made.store.upload({ bucket: 'in', key: 'a' }, Buffer.from(text));
  await split(partitions === undefined ? request : { ...request, partitions }, made.services);
  const [last] = made.pending.splice(
    made.pending.findIndex(({ message }) => isLast(message)),
    1,
  );
  await made.drain();
  poisoned = true;
  if (last !== undefined) made.pending.push(last);
  await made.drain();
  poisoned = false;
  expect(made.manifest('job', 'job-1')).toMatchObject({ state: 'failed', chunks: { failed: 1 } });
  return made;
}

const isLast = (message: MemoryPipeline['pending'][number]['message']) =>
  message.kind === 'chunk' && message.chunk === message.chunks - 1;

describe('a redrive by other code', () => {
  it.each([
    ['finishes what came in several parts', counts, finished, 3],
    ['wants the order of keys where a hash divided them', scattered, counts, 3],
    ['divides by hash what was divided by key', counts, scattered, 3],
    ['sorts rows', copied, sorted, undefined],
    ['sorts rows of CSV', copiedCells, sortedCells, undefined],
    ['keeps the order of rows that were sorted', sortedCells, copiedCells, undefined],
    ['sorts what was counted', counts, sorted, 3],
    ['counts what was sorted', sorted, counts, undefined],
    ['keeps what was counted', counts, copied, 3],
  ] as const)('%s', async (_, before, after, partitions) => {
    const earlier = await failedRun(before, partitions);
    const rows = (result: string) => (after.order === 'any' ? result.split('\n').sort() : result);
    expect(rows(await resultOf(after, undefined, earlier))).toEqual(rows(await resultOf(after, undefined)));
  });
});
