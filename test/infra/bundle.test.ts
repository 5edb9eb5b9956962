import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import {
  BundleError,
  buildStation,
  bundleJobs,
  bundleStation,
  findJobFiles,
  STATIONS,
  type Station,
} from '../../infra/bundle.ts';
import { bundleSize } from '../support/bundle-size.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const scratch = mkdtempSync(join(tmpdir(), 'fanfold-bundle-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function wrongOf(act: () => unknown): readonly string[] {
  try {
    act();
  } catch (error) {
    if (error instanceof BundleError) return error.wrong;
    throw error;
  }
  return [];
}

describe('job files', () => {
  test('are one file, or the files of a folder and of none in it', () => {
    const folder = join(fixtures, 'jobs');
    expect(findJobFiles('jobs', fixtures)).toEqual([join(folder, 'copy.ts'), join(folder, 'count.ts')]);
    expect(findJobFiles(join(folder, 'copy.ts'))).toEqual([join(folder, 'copy.ts')]);
  });

  test('leave out declarations and tests', () => {
    const folder = join(scratch, 'files');
    mkdirSync(folder);
    for (const name of ['a.ts', 'a.d.ts', 'a.test.ts', 'b.test.js', 'b.mjs', 'c.json', 'README.md'])
      writeFileSync(join(folder, name), '');
    expect(findJobFiles(folder)).toEqual([join(folder, 'a.ts'), join(folder, 'b.mjs')]);
  });

  test('that are not there are told, with where they were looked for', () => {
    expect(wrongOf(() => findJobFiles('nope', fixtures))).toEqual([
      expect.stringContaining(`there is no job file or folder ${join(fixtures, 'nope')}`),
    ]);
    mkdirSync(join(scratch, 'none'));
    expect(wrongOf(() => findJobFiles(join(scratch, 'none')))).toEqual([expect.stringContaining('holds no job file')]);
  });

  test('that are no jobs are told all at once', () => {
    const wrong = wrongOf(() => bundleJobs(findJobFiles('broken', fixtures)));
    expect(wrong).toHaveLength(2);
    expect(wrong[0]).toMatch(/not-a-job\.ts is not a job: its default export is not what defineJob\(\) returns/);
    expect(wrong[1]).toMatch(/throws\.ts is not a job: The job Wrong Name is not valid/);
  });

  test('without a default export are what jobs share; such files alone are told', () => {
    const shared = join(fixtures, 'broken/no-default.ts');
    const [copy = ''] = findJobFiles('jobs', fixtures);
    expect(bundleJobs([shared, copy])).toMatchObject([{ file: copy, name: 'copy' }]);
    expect(wrongOf(() => bundleJobs([shared]))).toEqual([expect.stringContaining(`there is no job in ${shared}`)]);
  });

  test('that define the same job twice are told', () => {
    expect(wrongOf(() => bundleJobs(findJobFiles('twice', fixtures)))).toEqual([
      expect.stringMatching(/twice\/a\.ts and .*twice\/b\.ts both define the job copy/),
    ]);
  });

  test('that do not compile are told with the place', () => {
    const file = join(scratch, 'syntax.ts');
    writeFileSync(file, 'export default {{');
    expect(wrongOf(() => bundleJobs([file]))).toEqual([expect.stringMatching(/syntax\.ts:1:\d+/)]);
  });

  test('that end the process, print, or keep it alive do no harm', () => {
    const job = readFileSync(join(fixtures, 'jobs/copy.ts'), 'utf8');
    const noisy = join(scratch, 'noisy.ts');
    writeFileSync(noisy, `${job}\nconsole.log('noise'); setInterval(() => {}, 1000);`);
    expect(bundleJobs([noisy])).toMatchObject([{ name: 'copy' }]);
    const deadly = join(scratch, 'deadly.ts');
    writeFileSync(deadly, `${job}\nprocess.exit(3);`);
    expect(wrongOf(() => bundleJobs([deadly]))).toEqual([expect.stringContaining('importing it ended the process')]);
    const quiet = join(scratch, 'quiet.ts');
    writeFileSync(quiet, `${job}\nprocess.exit(0);`);
    const endless = join(scratch, 'endless.ts');
    writeFileSync(endless, `${job}\nawait new Promise(() => {});`);
    expect(wrongOf(() => bundleJobs([quiet, endless, noisy]))).toEqual([
      expect.stringMatching(/quiet\.ts is not a job: importing it ended the process with exit code 0$/),
      expect.stringMatching(
        /endless\.ts is not a job: importing it ended the process with exit code 13 .*unsettled top-level await/s,
      ),
    ]);
  });
});

describe('a digest', () => {
  const digestOf = (file: string) => bundleJobs([file])[0]?.digest;

  test('is of the code: the same wherever the file lies, another when what it imports is another', () => {
    const [, count] = findJobFiles('jobs', fixtures);
    const first = digestOf(count ?? '');
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    const copy = join(scratch, 'elsewhere');
    mkdirSync(join(copy, 'parts'), { recursive: true });
    writeFileSync(join(copy, 'renamed.ts'), readFileSync(count ?? ''));
    writeFileSync(join(copy, 'parts/one.ts'), 'export const one = 1; // the same');
    expect(digestOf(join(copy, 'renamed.ts'))).toBe(first);
    writeFileSync(join(copy, 'parts/one.ts'), 'export const one = 2;');
    expect(digestOf(join(copy, 'renamed.ts'))).not.toBe(first);
  });
});

test('every station is a small module that runs, knows the jobs, and has a source map', () => {
  const jobs = bundleJobs(findJobFiles('jobs', fixtures));
  for (const station of STATIONS) {
    const folder = bundleStation(station, jobs, scratch);
    expect(readdirSync(folder)).toEqual(['index.mjs', 'index.mjs.map']);
    const code = readFileSync(join(folder, 'index.mjs'), 'utf8');
    expect(code.length).toBeLessThan(1024 * 1024);
    for (const { digest } of jobs) expect(code).toContain(digest);
    const map: { sources: string[] } = JSON.parse(readFileSync(join(folder, 'index.mjs.map'), 'utf8'));
    expect(map.sources).toContain('test/infra/fixtures/jobs/count.ts');
    const script = `
      const { handler } = await import(${JSON.stringify(pathToFileURL(join(folder, 'index.mjs')).href)});
      const answer = ${station === 'aggregator'} ? typeof handler : await handler({ Records: [] });
      console.log(JSON.stringify(answer));`;
    // Alone in its process, with nothing around that the bundle might have forgotten.
    const env = { FANFOLD_RESULTS: 'results', AWS_REGION: 'us-east-1' };
    const run = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { env, cwd: scratch });
    expect(run.stderr.toString()).toBe('');
    const answer = station === 'aggregator' ? 'function' : { batchItemFailures: [] };
    expect(JSON.parse(run.stdout.toString())).toEqual(answer);
    expect(bundleStation(station, jobs, scratch)).toBe(folder);
  }
});

/**
 * Bytes of a module with two small jobs, which a cold start loads and compiles; `npm run bench:handlers` tells of what. Some
 * 520 kB of each are the AWS SDK. Raise it for what is worth a slower start, and say so in the commit.
 */
const BUDGET: Readonly<Record<Station, number>> = {
  splitter: 700_000,
  worker: 700_000,
  aggregator: 700_000,
  watcher: 650_000,
};

describe('the budget of a cold start', () => {
  test.each(STATIONS)('holds for the %s, which carries nothing but fanfold, its jobs and the AWS SDK', (station) => {
    const { bytes, others } = bundleSize(buildStation(station, bundleJobs(findJobFiles('jobs', fixtures))));
    expect(others).toEqual({});
    expect(bytes).toBeLessThan(BUDGET[station]);
    expect(bytes).toBeGreaterThan(0.8 * BUDGET[station]); // else the budget holds nothing
  });
});
