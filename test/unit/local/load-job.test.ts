import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findJob } from '../../../functions/adapters/local/find-job.ts';
import { listJobs } from '../../../functions/adapters/local/list-jobs.ts';
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
  test('by its path, its file name, and the name it gives itself', async () => {
    const file = write('jobs/file-name.ts', job('own-name'));
    expect(await findJob('jobs/file-name.ts', folder)).toBe(file);
    expect(await findJob(file, '/')).toBe(file);
    expect(await findJob('own-name', folder)).toBe(file);
  });

  test('here before among the examples', async () => {
    expect(await findJob('word-count', folder)).toMatch(/jobs.word-count\.[jt]s$/);
    const own = write('jobs/word-count.ts', job('word-count'));
    expect(await findJob('word-count', folder)).toBe(own);
  });

  test('or not, and then it is told which there are', async () => {
    write('jobs/mine.ts', job('mine'));
    await expect(findJob('nope', folder)).rejects.toMatchObject({
      message: 'There is no job nope',
      fix: expect.stringMatching(/mine.*ledger.*word-count/),
    });
    await expect(findJob('nope.ts', folder)).rejects.toThrow('There is no job file nope.ts');
    await expect(findJob('jobs', folder)).rejects.toThrow('There is no job jobs');
  });

  test('in a list with the first line of its doc comment; what jobs share and tests are no jobs', async () => {
    write('jobs/mine.ts', job('mine', '', '/**\n * Does things.\n *\n * At length.\n */'));
    write('jobs/short.ts', job('short', '', '/** One line. */'));
    write('jobs/mute.ts', job('mute'));
    write('jobs/helper.ts', "import { defineJob } from 'fanfold';\nexport const make = defineJob;");
    write('jobs/renamed.ts', "export { default as one } from './mute.ts';");
    write('jobs/mine.test.ts', job('test'));
    write('jobs/mine.test.js', job('test'));
    write('jobs/notes.md', 'defineJob');
    const listed = await listJobs(folder);
    expect(listed.slice(0, 3).map(({ name, about }) => [name, about])).toEqual([
      ['mine', 'Does things.'],
      ['mute', ''],
      ['short', 'One line.'],
    ]);
    expect(listed[3]?.name).toBe('access-log');
    expect(listed.some(({ name }) => name === 'test')).toBe(false);
  });

  test('by its own name where other code makes it, or another thing has that name, too', async () => {
    write('made/by-hand.ts', job('made'));
    const made = write('jobs/made.ts', "export { default } from '../made/by-hand.ts';");
    const one = write('jobs/one.ts', job('one'));
    const two = write('jobs/two.ts', job('two', "const column = { name: 'one' }; void column;"));
    expect((await listJobs(folder)).slice(0, 3).map(({ name, file }) => [name, file])).toEqual([
      ['made', made],
      ['one', one],
      ['two', two],
    ]);
  });

  test('and all is told that is wrong in the folder: default exports that are no jobs, and jobs of one name', async () => {
    write('jobs/a.ts', job('same'));
    write('jobs/b.ts', job('same'));
    write('jobs/settings.ts', "export default { name: 'settings' };");
    const wrong = { code: 'FANFOLD_JOB_INVALID', message: expect.stringMatching(/settings\.ts does not export a job/) };
    await expect(listJobs(folder)).rejects.toMatchObject(wrong);
    await expect(findJob('same', folder)).rejects.toMatchObject({
      message: expect.stringContaining(`${join('jobs', 'a.ts')} and ${join('jobs', 'b.ts')} both define the job same`),
    });
    expect(await findJob('jobs/a.ts', folder)).toBe(join(folder, 'jobs/a.ts'));
  });
});
