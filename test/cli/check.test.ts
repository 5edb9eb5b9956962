/** `fanfold check` as a user meets it: exit codes, and what is said. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { CheckReport } from '../../functions/check/check-job.ts';
import { Installed } from './installed.ts';

let fanfold: Installed;
beforeAll(() => {
  fanfold = new Installed();
});
beforeEach(() => {
  fanfold.clear();
  fanfold.write('in/a.csv', 'k,v\nx,1\nx,2\ny,3\n');
  fanfold.write('in/b.csv', 'k,v\nx,6\n');
});
afterAll(() => fanfold?.remove());

const job = (combine: string, before = '', inMap = '') => `
  import { csv, csvRows, defineJob } from 'fanfold';
  ${before}
  export default defineJob({
    name: 'numbers', input: csv({ k: 'text', v: 'number' }), params: { times: { type: 'number', default: 1 } },
    *map({ k, v }, { params }) { ${inMap} yield [k, v * params.times]; },
    combine: ${combine}, output: csvRows(['key', 'value']),
  });`;

test('a job that is right exits with 0', () => {
  fanfold.write('job.ts', job('(a, b) => a + b', "console.log('loaded');", "console.error('mapped');"));
  expect(fanfold.run('check', 'job.ts', 'in', '--seed', '7', '--runs', '5')).toEqual({
    code: 0,
    stdout: 'numbers: nothing refuted, on 4 records of 2 objects, in 5 runs with seed 7\n',
    stderr: expect.stringMatching(/^$/),
  });
});

test('an example, by its name', () => {
  fanfold.write('text', 'to be or not to be');
  expect(fanfold.run('check', 'word-count', 'text')).toMatchObject({ code: 0, stderr: '' });
});

test('a job that is wrong exits with 1, and is told with an example and what to do', () => {
  fanfold.write('job.ts', job('(a, b) => (a + b) / 2'));
  const { code, stdout, stderr } = fanfold.run('check', 'job.ts', 'in');
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  expect(stdout).toBe(`numbers: refuted, on 4 records of 2 objects, with seed 1

  combine is not associative: how values are grouped shows, and chunks decide that
      key          'x'
      a            1   from in/a.csv, byte 4: x,1
      b            2   from in/a.csv, byte 8: x,2
      c            6   from in/b.csv, byte 4: x,6
      ((a, b), c)  3.75   row x,3.75
      (a, (b, c))  2.5   row x,2.5
    to do  Make combine(combine(a, b), c) equal combine(a, combine(b, c)): carry what adds up, such as a sum and a count, and divide in reduce; keep lists, Maps and Sets in the order of the input, or sort them in reduce.
`);
});

test('what a module keeps is another in every process', () => {
  fanfold.write('job.ts', job('(a, b) => a + b', 'let seen = 0;', 'v += seen++;'));
  const { code, stdout } = fanfold.run('check', 'job.ts', 'in');
  expect(code).toBe(1);
  expect(stdout).toContain('map gives another answer for the same arguments, depending on what was called before');
});

test('the time zone is another, too', () => {
  fanfold.write('job.ts', job('(a, b) => a + b', '', 'v += new Date(0).getHours();'));
  const { code, stdout } = fanfold.run('check', 'job.ts', 'in');
  expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining("depends on the machine's time zone") });
});

test('--json prints the report and nothing else, and --param is what the job gets', () => {
  fanfold.write('job.ts', job('(a, b) => a + b', "process.stdout.write('noise');"));
  const { code, stdout } = fanfold.run('check', 'job.ts', 'in', '--json', '--param', 'times=0.1');
  const report: CheckReport = JSON.parse(stdout);
  expect(code).toBe(1);
  expect(report).toMatchObject({
    job: 'numbers',
    sample: { objects: 2, records: 4 },
    shortened: false,
    seed: 1,
    refuted: [{ kind: 'rounding', where: 'combine' }],
  });
  expect(report.refuted[0]?.example).toContainEqual(expect.stringContaining('0.9000000000000001'));
});

test('wrong usage exits with 2, and all of it is told', () => {
  const { code, stderr } = fanfold.run('check', 'nope', 'gone', '--runs', 'x', '--seed', '--param', 'y');
  expect(code).toBe(2);
  for (const said of [/gone does not exist/, /--runs is x/, /--seed is followed by --param/])
    expect(stderr).toMatch(said);
  fanfold.write('job.ts', job('(a, b) => a + b'));
  expect(fanfold.run('check', 'nope', 'in')).toMatchObject({ code: 2, stderr: expect.stringContaining('no job nope') });
  expect(fanfold.run('check', 'job.ts')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('<sample> is missing'),
  });
  expect(fanfold.run('check', 'job.ts', 'in', '--param', 'x=1')).toMatchObject({ code: 2 });
  fanfold.write('empty.csv', 'k,v\n');
  expect(fanfold.run('check', 'job.ts', 'empty.csv')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('there is no record in the sample'),
  });
});
