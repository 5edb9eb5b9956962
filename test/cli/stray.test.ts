/** What a job does outside of a plain throw: it ends the process, throws where nobody catches, or never comes back. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkApart } from '../../functions/cli/check-apart.ts';
import { Installed } from './installed.ts';

let fanfold: Installed;
beforeAll(() => {
  fanfold = new Installed();
});
beforeEach(() => {
  fanfold.clear();
  fanfold.write('in', 'one\ntwo\nthree\n');
});
afterAll(() => fanfold?.remove());

/** What is done for the second record, and at the top level. */
const job = ({ inMap = '', top = '', combine = 'a + b' }) => `
  import { writeFileSync } from 'node:fs';
  import { csvRows, defineJob, lines } from 'fanfold';
  ${top}
  export default defineJob({
    name: 'stray', input: lines(),
    *map(line) { if (line === 'two') { ${inMap} } yield [line, 1]; },
    combine: (a, b) => ${combine}, output: csvRows(['key', 'value']),
  });`;

const STRAYS = {
  'a promise that nobody awaits': "void Promise.reject(new Error('later'));",
  'a microtask': "queueMicrotask(() => { throw new Error('later'); });",
  'a timer': "setTimeout(() => { throw new Error('later'); }, 0);",
};

describe('check', () => {
  test.each([
    ['in map', { inMap: 'process.exit(0);' }, 'in map, of the record in in at byte 4'],
    ['as it is loaded', { top: 'process.exit(0);' }, 'in loading the job'],
  ])('tells a job that ends the process %s', (_, code, where) => {
    fanfold.write('job.ts', job(code));
    const { code: exit, stdout } = fanfold.run('check', 'job.ts', 'in');
    expect({ exit, stdout }).toEqual({
      exit: 1,
      stdout: expect.stringContaining(`ended the process\n      ${where}\n`),
    });
  });

  test.each(Object.entries(STRAYS))('tells what is thrown in %s', (_, inMap) => {
    fanfold.write('job.ts', job({ inMap }));
    const { code, stdout, stderr } = fanfold.run('check', 'job.ts', 'in', '--json');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    const [finding] = JSON.parse(stdout).refuted;
    expect(finding).toMatchObject({ kind: 'async', where: 'job' });
    expect(finding.example.join('\n')).toMatch(/Error: later\n.*job\.ts:7:/);
  });

  test('tells a call that does not come back', async () => {
    fanfold.write('job.ts', job({ inMap: 'for (;;);' }));
    const path = join(fanfold.cwd, 'in');
    const asked = { file: join(fanfold.cwd, 'job.ts'), paths: [path], params: {}, seed: 1, runs: 1 };
    const { job: name, refuted } = await checkApart(asked, 5);
    expect(name).toBe('job.ts');
    expect(refuted).toMatchObject([
      { kind: 'endless', example: [`from map, of the record in ${path} at byte 4, for 5 s`] },
    ]);
  });

  test('says only of a sample that it has read that it took a part of it', () => {
    fanfold.write('typo.ts', job({}).replace('lines()', "csv({ nome: 'text' })").replace('lines }', 'csv }'));
    fanfold.write('large.csv', `name\n${'somebody\n'.repeat(20_000)}`);
    const { code, stdout } = fanfold.run('check', 'typo.ts', 'large.csv');
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: expect.stringMatching(/ 0 records of 1 object, with seed 1\n/),
    });
  });

  test('tells a parameter that is missing as run does', () => {
    const code = job({}).replace("name: 'stray',", "name: 'stray', params: { top: { type: 'number' } },");
    fanfold.write('job.ts', code);
    const { code: exit, stderr } = fanfold.run('check', 'job.ts', 'in');
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: fanfold.run('run', 'job.ts', 'in').stderr });
    expect(stderr).toMatch(/^fanfold: FANFOLD_PARAM_INVALID: .*\n {2}to do {2}/);
  });
});

describe('plan', () => {
  test('tells a job that ends the process, with the record and the place', () => {
    fanfold.write('job.ts', job({ inMap: 'process.exit(0);' }));
    const { code, stdout, stderr } = fanfold.run('plan', 'job.ts', 'in');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /FANFOLD_JOB_ERROR: in: record at byte 4: the job ended the process, .*exit\(0\) at .*job\.ts:7:/,
    );
  });

  test('tells it also if the job catches that', () => {
    fanfold.write('job.ts', job({ inMap: 'try { process.exit(0); } catch {}' }));
    const { code, stderr } = fanfold.run('plan', 'job.ts', 'in');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('the job ended the process') });
  });

  test.each(Object.entries(STRAYS))('tells what is thrown in %s', (_, inMap) => {
    fanfold.write('job.ts', job({ inMap }));
    const { code, stdout, stderr } = fanfold.run('plan', 'job.ts', 'in');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^fanfold: FANFOLD_JOB_ERROR: nobody caught what the job threw: Error: later\n.*job\.ts:7:/);
  });
});

describe('run', () => {
  test.each(Object.entries(STRAYS))('fails for what is thrown in %s', (_, inMap) => {
    fanfold.write('job.ts', job({ inMap }));
    const { code, stdout, stderr } = fanfold.run('run', 'job.ts', 'in', '--out=out');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/nobody caught what the job threw: Error: later\n.*job\.ts:7:/);
  });

  test('does not exit with a code of the job, which sets it at the end', () => {
    const top = "process.on('exit', () => { process.exitCode = 0; process.exit(0); });";
    fanfold.write('job.ts', job({ top, inMap: "throw new Error('no');" }));
    expect(fanfold.run('run', 'job.ts', 'in', '--out=out').code).toBe(1);
  });

  test('ends when it has ended, whatever the job has begun as it was loaded', () => {
    fanfold.write('job.ts', job({ top: 'setInterval(() => {}, 1000);' }));
    expect(fanfold.run('run', 'job.ts', 'in', '--out=out')).toMatchObject({ code: 0, stderr: '' });
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('%s while the job is loaded ends the process at once', async (signal) => {
    const top = "writeFileSync('began', ''); setInterval(() => {}, 1000); await new Promise(() => {});";
    fanfold.write('job.ts', job({ top }));
    const child = fanfold.start([], 'run', 'job.ts', 'in', '--out=out');
    const ended = new Promise((resolve) => child.once('exit', (code, by) => resolve(by ?? code)));
    while (!existsSync(join(fanfold.cwd, 'began'))) await new Promise((resolve) => setImmediate(resolve));
    child.kill(signal);
    expect(await ended).toBe(signal);
    expect(existsSync(join(fanfold.cwd, 'out'))).toBe(false);
  });
});

describe('as it is loaded', () => {
  test.each(['run', 'plan'])('a job that ends the process of %s is told', (command) => {
    fanfold.write('job.ts', job({ top: 'process.exit(0);' }));
    const { code, stdout, stderr } = fanfold.run(command, 'job.ts', 'in');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^fanfold: FANFOLD_JOB_INVALID: job\.ts: the job ended the process, .* at .*job\.ts:4:/);
  });

  test.each(['run', 'plan', 'check'])('a job that waits for what never comes is told by %s', (command) => {
    fanfold.write('job.ts', job({ top: 'await new Promise(() => {});' }));
    const { code, stdout, stderr } = fanfold.run(command, 'job.ts', 'in');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^fanfold: FANFOLD_JOB_INVALID: job\.ts is never loaded: /);
  });
});
