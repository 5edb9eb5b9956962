import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findJob, listJobs } from '../../../functions/adapters/local/find-job.ts';
import { loadJob } from '../../../functions/adapters/local/load-job.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fanfold-jobs-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, content: string): string {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
  return join(folder, path);
}

const job = (name: string, extra = '', about = '') => `${about}
  import { defineJob, lines, textLines } from 'fanfold';
  ${extra}
  export default defineJob({ name: '${name}', input: lines(), *map(line) { yield line; }, output: textLines() });`;

async function digestOf(file: string): Promise<string> {
  const loaded = await loadJob(file);
  loaded.dispose();
  return loaded.code.digest;
}

test('any TypeScript loads: enums, parameter properties, what it imports', async () => {
  write('node_modules/dep/package.json', '{ "name": "dep", "main": "index.js" }');
  write('node_modules/dep/index.js', "const os = require('os'); exports.eol = os.EOL;"); // CommonJS that requires Node's own
  write(
    'helper.ts',
    "export enum Name { A = 'from-an-enum' } export class P { constructor(readonly name: string) {} }",
  );
  const file = write(
    'job.ts',
    job('x', "import { eol } from 'dep'; import { Name, P } from './helper'; void eol;").replace(
      "'x'",
      'new P(Name.A).name',
    ),
  );
  const loaded = await loadJob(file);
  expect(loaded.job.name).toBe('from-an-enum');
  loaded.dispose();
});

test('the digest is that of the code, wherever it lies', async () => {
  const first = write('a/job.ts', job('x'));
  mkdirSync(join(folder, 'b/c'), { recursive: true });
  copyFileSync(first, join(folder, 'b/c/job.ts'));
  const digest = await digestOf(first);
  expect(digest).toMatch(/^[0-9a-f]{64}$/);
  expect(await digestOf(join(folder, 'b/c/job.ts'))).toBe(digest);
  expect(await digestOf(write('a/job.ts', job('y')))).not.toBe(digest);
});

test('temporary files are gone after dispose', async () => {
  const before = readdirSync(tmpdir()).filter((name) => name.startsWith('fanfold-')).length;
  const loaded = await loadJob(write('job.ts', job('x')));
  loaded.dispose();
  await loadJob(write('job.ts', 'export default 1')).catch(() => {});
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith('fanfold-')).length).toBeLessThanOrEqual(before);
});

describe('a file that defines no job is told', () => {
  for (const [what, content, said] of [
    ['a syntax error, with its place', 'const x = 1;\nexport default {{', /job\.ts:2:17: Expected/],
    [
      'a package that is not installed',
      "import 'not-there'; export default 1",
      /job\.ts:1:8: Could not resolve "not-there"/,
    ],
    ['no default export', 'export const x = 1', /does not export a job/],
    ['a default export that is no job', 'export default { name: "x" }', /does not export a job/],
    ['wrong options, all of them', job('Not A Name').replace('lines()', '{}'), /`name` must be.*`input` must be/s],
    [
      'code that throws, with its place',
      '\nnull.f();\nexport default 1',
      /job\.ts threw while it was loaded: TypeError.*job\.ts:2:/s,
    ],
    ['an export that fanfold does not have', "import { nope } from 'fanfold'; nope();", /job\.ts threw.*nope/s],
  ] as const) {
    test(what, async () => {
      const error = await loadJob(write('job.ts', content)).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toMatchObject({ code: 'FANFOLD_JOB_INVALID', message: expect.stringMatching(said) });
    });
  }
});

describe('a job is found', () => {
  test('by its path, its file name, and the name it gives itself', () => {
    const file = write('jobs/file-name.ts', job('own-name'));
    expect(findJob('jobs/file-name.ts', folder)).toBe(file);
    expect(findJob(file, '/')).toBe(file);
    expect(findJob('own-name', folder)).toBe(file);
  });

  test('here before among the examples', () => {
    expect(findJob('word-count', folder)).toMatch(/jobs.word-count\.[jt]s$/);
    const own = write('jobs/word-count.ts', job('word-count'));
    expect(findJob('word-count', folder)).toBe(own);
  });

  test('or not, and then it is told which there are', () => {
    write('jobs/mine.ts', job('mine'));
    expect(() => findJob('nope', folder)).toThrow(
      expect.objectContaining({
        message: 'There is no job nope',
        fix: expect.stringMatching(/mine.*ledger.*word-count/),
      }),
    );
    expect(() => findJob('nope.ts', folder)).toThrow('There is no job file nope.ts');
    expect(() => findJob('jobs', folder)).toThrow('There is no job jobs');
  });

  test('in a list with the first line of its doc comment; helpers and tests are no jobs', () => {
    write('jobs/mine.ts', job('mine', '', '/**\n * Does things.\n *\n * At length.\n */'));
    write('jobs/short.ts', job('short', '', '/** One line. */'));
    write('jobs/mute.ts', job('mute'));
    write('jobs/helper.ts', 'export const x = 1;');
    write('jobs/mine.test.ts', job('test'));
    write('jobs/notes.md', 'defineJob');
    expect(
      listJobs(folder)
        .slice(0, 3)
        .map(({ name, about }) => [name, about]),
    ).toEqual([
      ['mine', 'Does things.'],
      ['mute', ''],
      ['short', 'One line.'],
    ]);
    expect(listJobs(folder).some(({ name }) => name === 'test')).toBe(false);
  });
});
