import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { measureJob } from '../../../functions/adapters/local/measure-job.ts';
import { csv, csvRows, defineJob, jsonRows, lines, sum } from '../../../functions/index.ts';
import type { Job } from '../../../functions/job.ts';

const folder = mkdtempSync(join(tmpdir(), 'fanfold-measure-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file of so many lines. */
function file(name: string, count: number, line: (i: number) => string): string {
  const path = join(folder, name);
  writeFileSync(path, Array.from({ length: count }, (_, i) => `${line(i)}\n`).join(''));
  return path;
}
const measure = (job: Job, ...paths: readonly string[]) =>
  measureJob({ job, paths, params: {}, memoryMiB: 1_769, secondsMin: 0 });

const count = (key: (line: string) => string) =>
  defineJob({
    name: 'count',
    input: lines(),
    *map(line) {
      yield [key(line), 1];
    },
    combine: sum,
    output: csvRows(['key', 'value']),
  });

const text = file('text', 250_000, (i) => `line ${i} of some text that goes on for a while`);

describe('a sample', () => {
  test('is a range of a large file, and the speed is that of its bytes', async () => {
    const measured = await measure(
      count((line) => line.slice(-3)),
      text,
    );
    expect(measured.sampleBytes).toBe(8 * 1024 * 1024);
    expect(measured.cuttable).toBe(true);
    expect(measured.megabytesPerSecond).toBeGreaterThan(0);
  });

  test('tells how partials grow: not at all with keys that are known, as the input does with keys that are new', async () => {
    const known = await measure(
      count((line) => line.slice(-3)),
      text,
    );
    expect(known.growth.exponent).toBeLessThan(0.1);
    const fresh = await measure(
      count((line) => line),
      text,
    );
    expect(fresh.growth.exponent).toBeGreaterThan(0.9);
    expect(fresh.growth.partialBytes).toBeGreaterThan(100 * known.growth.partialBytes);
  });

  test('is whole files where they are small', async () => {
    const paths = [1, 2, 3].map((n) => file(`small-${n}`, 100, (i) => `${n} ${i}`));
    const bytes = paths.reduce((total, path) => total + statSync(path).size, 0);
    expect(
      (
        await measure(
          count((line) => line),
          ...paths,
        )
      ).sampleBytes,
    ).toBe(bytes);
  });

  test('of CSV is a range, too', async () => {
    const rows = file('rows.csv', 300_000, (i) => (i === 0 ? 'id,memo' : `${i},"a ""memo"" of some length, ${i}"`));
    const job = defineJob({
      name: 'rows',
      input: csv({ id: 'integer', memo: 'text' }),
      *map(row) {
        yield row;
      },
      output: jsonRows(),
    });
    const measured = await measure(job, rows);
    expect(measured).toMatchObject({ sampleBytes: 8 * 1024 * 1024, cuttable: true });
    expect(measured.growth.exponent).toBeGreaterThan(0.9);
  });

  test('of what is compressed is whole, and such files are not cut', async () => {
    const path = join(folder, 'text.gz');
    const bytes = gzipSync('some text\n'.repeat(1_000));
    writeFileSync(path, bytes);
    expect(
      await measure(
        count((line) => line),
        path,
      ),
    ).toMatchObject({ sampleBytes: bytes.length, cuttable: false });
  });

  test('of nothing is told', async () => {
    const nothing = file('nothing', 0, () => '');
    await expect(
      measure(
        count((line) => line),
        nothing,
      ),
    ).rejects.toMatchObject({ code: 'FANFOLD_USAGE' });
  });

  test('that the job fails for fails as a run does', async () => {
    const broken = count(() => {
      throw new Error('broken');
    });
    await expect(measure(broken, text)).rejects.toMatchObject({ code: 'FANFOLD_JOB_ERROR' });
  });
});
