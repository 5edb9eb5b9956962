/** `fanfold plan`: what a run would take, from a sample. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PlanReport } from '../../functions/cli/plan-text.ts';
import { Installed } from './installed.ts';

let fanfold: Installed;
beforeAll(() => {
  fanfold = new Installed();
  fanfold.write('text.txt', 'to be or not to be\n'.repeat(20_000));
  fanfold.write('text.txt.copy', 'to be\n');
});
afterAll(() => fanfold?.remove());

const report = (...given: readonly string[]): PlanReport => {
  const { code, stdout, stderr } = fanfold.run('plan', ...given, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
};

test('measures the job on the input, and tells what a run of it takes', () => {
  const { code, stdout } = fanfold.run('plan', 'word-count', 'text.txt');
  expect(code).toBe(0);
  for (const line of [
    /word-count over 380\.0 kB in 1 object, on AWS/,
    /speed {4}[\d.]+ MB\/s on one core, measured on 380\.0 kB/,
    /chunks {3}1 chunk, which has all of it/,
    /tree {5}1 level: publication/,
    /workers {2}5 first, 300 more a minute, up to 100: 1 at the end/,
    /time {5}about/,
    /cost {5}about \$/,
    /Athena/,
    /docs\/cost\.md of the package/,
  ]) {
    expect(stdout).toMatch(line);
  }
  const { files }: { files: string[] } = JSON.parse(readFileSync(join(fanfold.packageFolder, 'package.json'), 'utf8'));
  for (const [path, folder = ''] of stdout.matchAll(/\b(\w+)\/[\w/-]+\.(?:md|ts)\b/g)) {
    expect(files, `${path} is not in the package`).toContain(folder);
  }
});

test('--bytes is an input like it, and its workers come as they are asked to', () => {
  const few = report('word-count', 'text.txt', '--bytes', '1TB');
  expect(few.input.bytes).toBe(1e12);
  expect(few.measured?.sampleBytes).toBe(380_000);
  expect(few.input.objects).toBe(1_000);
  expect(report('word-count', 'text.txt', '--bytes', '1TB', '--objects', '7').input.objects).toBe(7);
  expect(report('word-count', 'text.txt', 'text.txt.copy').input.objects).toBe(2);
  const pollers = report('word-count', 'text.txt', '--bytes', '1TB', '--pollers', '20-100', '--memory', '885');
  expect(pollers.deployed.ramp).toEqual({ start: 200, perMinute: 1_000, max: 1_000 });
  expect(pollers.deployed.workerMemoryMiB).toBe(885);
  expect(pollers.estimate.dollars.idleMonth).toBeGreaterThan(100);
  expect(pollers.estimate.workers).toBeGreaterThan(few.estimate.workers);
});

test('a sample that is short beside the input is told to be one', () => {
  const told = (...given: readonly string[]) => fanfold.run('plan', 'word-count', 'text.txt', ...given).stdout;
  expect(told('--bytes', '1TB')).toContain('so short a sample tells little');
  expect(told('--bytes', '1TB')).toMatch(/1,000 objects, .*\n.*\n {2}chunks {3}[\d,]+ chunks of [\d.]+ MB: .+/);
  expect(told()).not.toContain('sample');
});

test('without a sample the speed is what the format takes for granted, and that is told', () => {
  expect(report('word-count', '--bytes', '100GiB').measured).toBeUndefined();
  expect(fanfold.run('plan', 'word-count', '--bytes', '100GiB').stdout).toContain('name a file to measure');
});

test('what is wrong is told at once, with 2', () => {
  const { code, stderr } = fanfold.run(
    'plan',
    'word-count',
    '--bytes',
    'much',
    '--objects',
    '0',
    '--memory',
    '1',
    '--pollers',
    '1-2',
  );
  expect(code).toBe(2);
  for (const problem of ['--bytes is much', '--objects is 0', '--memory is 1', '--pollers is 1-2'])
    expect(stderr).toContain(problem);
  expect(fanfold.run('plan', 'word-count').stderr).toContain('there is no input');
  expect(fanfold.run('plan', 'nobody', '--bytes', '1GB').code).toBe(2);
});

test('a job that throws fails as a run does, with 1', () => {
  fanfold.write(
    'jobs/broken.ts',
    `import { defineJob, jsonRows, lines } from 'fanfold';
     export default defineJob({ name: 'broken', input: lines(), map() { throw new Error('no'); }, output: jsonRows() });`,
  );
  const { code, stderr } = fanfold.run('plan', 'broken', 'text.txt');
  expect(code).toBe(1);
  expect(stderr).toContain('FANFOLD_JOB_ERROR');
});
