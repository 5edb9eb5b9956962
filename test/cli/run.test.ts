/** `fanfold run` as a user meets it: exit codes, what stands where, what is said. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Manifest } from '../../functions/core/manifest.ts';
import { Installed } from './installed.ts';

let fanfold: Installed;
beforeAll(() => {
  fanfold = new Installed();
});
beforeEach(() => {
  fanfold.clear();
});
afterAll(() => fanfold?.remove());

const read = (path: string) => readFileSync(join(fanfold.cwd, path), 'utf8');
const names = (path: string) => readdirSync(join(fanfold.cwd, path)).sort();
const manifestOf = (json: string): Manifest => JSON.parse(json);

/** A word count whose `map` begins with `inMap`. */
const job = (inMap = '', options = '', before = '') => `
  import { existsSync, writeFileSync } from 'node:fs';
  import { csvRows, defineJob, sum, words } from 'fanfold';
  ${before}
  export default defineJob({
    name: 'counted', input: words(), *map(word) { ${inMap} yield [word, 1]; }, combine: sum,
    reduce: (word, count) => ({ word, count }), output: csvRows(['word', 'count']), ${options}
  });`;

describe('a run that succeeds', () => {
  test('exits with 0, tells what it came to, and puts it under fanfold-out/<job>/<run>', () => {
    fanfold.write('texts/ä b.txt', 'to be or not to be');
    const { code, stdout, stderr } = fanfold.run('run', 'word-count', 'texts');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^word-count: 4 rows from 6 records in \d/);
    expect(stdout).toMatch(/read {4}1 object, 18 B/);
    const [run = ''] = names('fanfold-out/word-count');
    expect(stdout).toContain(join('fanfold-out/word-count', run, 'part-00000.csv'));
    expect(names(`fanfold-out/word-count/${run}`)).toEqual(['manifest.json', 'part-00000.csv']);
    expect(read(`fanfold-out/word-count/${run}/part-00000.csv`)).toBe('word,count\nbe,2\nnot,1\nor,1\nto,2\n');
  });

  test('--json prints the manifest and nothing else, whatever the job prints', () => {
    const noise = "console.log('noise'); process.stdout.write('noise');";
    fanfold.write('job.ts', job(noise, '', noise));
    fanfold.write('in', 'a b');
    const { code, stdout, stderr } = fanfold.run('run', 'job.ts', 'in', '--json', '--out', 'out');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(JSON.parse(read('out/manifest.json')));
    expect(stderr).toContain('noise');
    expect(manifestOf(stdout)).toMatchObject({
      job: 'counted',
      state: 'succeeded',
      inputs: { objects: 1, bytes: 3 },
      chunks: { total: 2, succeeded: 2, failed: 0 },
      records: { read: 2, rejected: 0 },
      results: [{ path: 'part-00000.csv', bytes: 19, rows: 2 }],
    });
    for (const time of ['startedAt', 'endedAt'] as const) {
      expect(new Date(manifestOf(stdout)[time]).toISOString()).toBe(manifestOf(stdout)[time]);
    }
  });

  test('takes inputs in the order of the arguments, whatever they are', () => {
    const header = 'n\n';
    for (const [path, row] of [
      ['b.csv', '1'],
      ['d/z.csv', '4'],
      ['d/a/x.csv', '3'],
      ['d/a.csv', '2'],
      ['g2.csv', '6'],
      ['g1.csv', '5'],
    ] as const) {
      fanfold.write(path, `${header}${row}\n`);
    }
    expect(fanfold.run('run', 'csv-to-jsonl', 'b.csv', 'd', 'g*.csv', '--out=out').code).toBe(0);
    expect(read('out/part-00000.jsonl')).toBe([1, 2, 3, 4, 5, 6].map((n) => `{"n":"${n}"}\n`).join(''));
  });

  test('gives the same bytes for any chunk size and number of workers', () => {
    fanfold.write('in', 'é a é b  c\r\na');
    const bytes = new Set<string>();
    for (const [i, options] of [['1'], ['2', '--workers=1'], ['7', '--workers=3'], ['65536']].entries()) {
      const outcome = fanfold.run('run', 'word-count', 'in', `--out=out${i}`, '--chunk-bytes', ...options);
      expect(outcome).toMatchObject({ code: 0 });
      bytes.add(read(`out${i}/part-00000.csv`));
    }
    expect(bytes.size).toBe(1);
  });

  test('--param reaches the job', () => {
    fanfold.write('posts.jsonl', '{"id":"1","user":"u","ts":"t","text":"x","tags":["a","b","b"]}\n');
    expect(fanfold.run('run', 'trending', 'posts.jsonl', '--out=out', '--param', 'top=1')).toMatchObject({ code: 0 });
    expect(read('out/part-00000.csv')).toBe('tag,uses\nb,2\n');
  });

  test('an empty file is a run with zero rows', () => {
    fanfold.write('nothing', '');
    expect(fanfold.run('run', 'word-count', 'nothing', '--out=out')).toMatchObject({ code: 0 });
    expect(read('out/part-00000.csv')).toBe('word,count\n');
  });

  test('reads a file whose name begins with a dash, behind --', () => {
    fanfold.write('-x.csv', 'a');
    expect(fanfold.run('run', 'word-count', '--out=out', '--', '-x.csv')).toMatchObject({ code: 0 });
    expect(read('out/part-00000.csv')).toBe('word,count\na,1\n');
  });
});

describe('records that are set aside', () => {
  const rows = Array.from({ length: 100 }, (_, i) => `${i}\n`).join('');
  const copying = (options: string) => `
    import { csv, defineJob, jsonRows } from 'fanfold';
    export default defineJob({
      name: 'copied', input: csv(), output: jsonRows(), badRecords: 'set-aside', ${options} *map(row) { yield row; },
    });`;

  test('are told with their bytes: an unclosed quote makes one of all that follows', () => {
    fanfold.write('job.ts', copying(''));
    fanfold.write('in.csv', `n\n1\n"${rows}`);
    const { code, stdout } = fanfold.run('run', 'job.ts', 'in.csv', '--out=out', '--chunk-bytes=1000');
    expect(code).toBe(0);
    expect(stdout).toMatch(/bad {5}1 record, 291 B, set aside: rejects-00000\.jsonl/);
    expect(manifestOf(read('out/manifest.json')).rejects).toMatchObject({ recordBytes: rows.length + 1 });
  });

  test('stand in the directory also of a run that fails for them', () => {
    fanfold.write('job.ts', copying('badRecordsMax: 2,'));
    fanfold.write('in.csv', `n\n1\n${'2,3\n'.repeat(3)}`);
    const { code, stderr } = fanfold.run('run', 'job.ts', 'in.csv', '--out=out', '--chunk-bytes=4');
    expect(code).toBe(1);
    expect(stderr).toMatch(/: 3 bad records, the first in in\.csv at byte 4: 2 columns instead of 1\n/);
    expect(stderr).toContain('  bad    out/rejects-00000.jsonl tells the first of them\n');
    expect(read('out/rejects-00000.jsonl').trim().split('\n')).toHaveLength(3);
    expect(names('out')).toEqual(['.fanfold', 'manifest.json', 'rejects-00000.jsonl']);
  });
});

describe('a run that does not succeed whole', () => {
  test('exits with 1, says what, where and what to do, and leaves a manifest and what a redrive goes on from', () => {
    fanfold.write('job.ts', job("if (word === 'b') throw new Error('no b please');"));
    fanfold.write('in', 'a b c');
    const { code, stdout, stderr } = fanfold.run('run', 'job.ts', 'in', '--out=out');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/FANFOLD_JOB_ERROR: in: .*no b please.*job\.ts:6:.*to do .*out\/manifest\.json/s);
    expect(names('out')).toEqual(['.fanfold', 'manifest.json']);
  });

  test('with --json prints the manifest of a failure too', () => {
    fanfold.write('job.ts', job("throw new Error('no');"));
    fanfold.write('in', 'a');
    const { code, stdout } = fanfold.run('run', 'job.ts', 'in', '--json');
    expect(code).toBe(1);
    expect(manifestOf(stdout)).toMatchObject({ state: 'failed', results: [] });
  });

  test('a bad record fails the run with its place', () => {
    fanfold.write('in.csv', 'account_id,ts,amount,type,memo\nx,t,1.00,a,m\nx,t,1e5,a,m\n');
    const { code, stderr } = fanfold.run('run', 'ledger', 'in.csv');
    expect(code).toBe(1);
    expect(stderr).toMatch(/FANFOLD_RECORD_INVALID: .*in\.csv/);
  });

  test('exits with 3 when it succeeded without failures that the job tolerates', () => {
    fanfold.write('job.ts', job("if (word === 'b') throw new Error('no');", 'tolerate: { chunks: 1 },'));
    fanfold.write('in', 'a b c');
    const { code, stdout } = fanfold.run('run', 'job.ts', 'in', '--out=out', '--chunk-bytes=2');
    expect(code).toBe(3);
    expect(stdout).toContain('1 failed and tolerated');
    expect(read('out/part-00000.csv')).toBe('word,count\na,1\nc,1\n');
  });
});

describe('Ctrl-C', () => {
  const hanging = job(`writeFileSync('began', ''); for (;;);`);
  const began = async () => {
    while (!existsSync(join(fanfold.cwd, 'began'))) await new Promise((resolve) => setImmediate(resolve));
  };

  test('interrupts a run, even one that hangs: 130, no end, and how to go on', async () => {
    fanfold.write('job.ts', hanging);
    fanfold.write('in', 'a b c');
    const child = fanfold.start([], 'run', 'job.ts', 'in', '--out=out', '--json');
    const output = Array.fromAsync(child.stdout.setEncoding('utf8'));
    const said = Array.fromAsync(child.stderr.setEncoding('utf8'));
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await began();
    child.kill('SIGINT');
    child.kill('SIGINT'); // a terminal and bin/fanfold.js may both tell: still one press
    expect(await ended).toBe(130);
    expect((await output).join('')).toBe('');
    expect((await said).join('')).toMatch(/counted was interrupted with 0 of 2 chunks done\n {2}to do .*--resume/);
    expect(names('out')).toEqual(['.fanfold']);
    fanfold.write('job.ts', job());
    expect(fanfold.run('redrive', 'out', '--out=again', '--accept-code').code).toBe(0);
    expect(read('again/part-00000.csv')).toBe('word,count\na,1\nb,1\nc,1\n');
  });
});

describe('wrong usage', () => {
  test('exits with 2, tells all that is wrong at once, and touches nothing', () => {
    fanfold.write('out/precious', 'x');
    const { code, stdout, stderr } = fanfold.run(
      ...['run', 'nope', 'gone.txt', '*.csv', '--out', 'out', '--chunk-bytes=1.5', '--workers', '0'],
      ...['--param', 'x', '--verbose', '--json=yes'],
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const told = stderr.trim().split('\n');
    for (const [i, problem] of [
      /--chunk-bytes is 1\.5: give a whole number/,
      /no option --verbose: use --out/,
      /--json takes no value/,
      /--param x is not name=value/,
      /no job nope: .*access-log, csv-to-jsonl, inverted-index, ledger, orders-by-customer, sort, trending, word-count/,
      /gone\.txt does not exist/,
      /\*\.csv matches no file/,
      /--workers is 0: give a whole number from 1/,
      /--out out is not empty \(precious\)/,
      /fanfold --help tells more/,
    ].entries()) {
      expect(told[i]).toMatch(problem);
    }
    expect(told).toHaveLength(10);
    expect(names('out')).toEqual(['precious']);
    expect(existsSync(join(fanfold.cwd, 'fanfold-out'))).toBe(false);
  });

  for (const [what, given, said] of [
    ['nothing to run', ['run'], /there is no job.*there is no input/s],
    ['no input', ['run', 'word-count'], /there is no input/],
    ['an option without its value', ['run', 'word-count', 'in', '--out'], /--out has no value/],
    ['an option in place of a value', ['run', 'word-count', 'in', '--out', '--json'], /--out is followed by --json/],
    ['an option twice', ['run', 'word-count', 'in', '--out=a', '--out=b'], /--out was given twice/],
    ['a parameter twice', ['run', 'word-count', 'in', '--param=a=1', '--param=a=2'], /--param a was given twice/],
    [
      'a parameter that the job does not have',
      ['run', 'word-count', 'in', '--param=a=1'],
      /FANFOLD_PARAM_INVALID.*no parameter a/,
    ],
    [
      'a parameter of the wrong type',
      ['run', 'trending', 'in', '--param=top=many'],
      /FANFOLD_PARAM_INVALID.*top is "many"/,
    ],
    ['a job file that is not there', ['run', './job.ts', 'in'], /no job file \.\/job\.ts/],
    ['a job file that does not parse', ['run', 'broken.ts', 'in'], /FANFOLD_JOB_INVALID.*broken\.ts:1:/],
    ['a job file without a job', ['run', 'empty.ts', 'in'], /FANFOLD_JOB_INVALID: empty\.ts does not export a job/],
    ['a file as output', ['run', 'word-count', 'in', '--out=in'], /--out in is not a directory/],
    ['a directory without a file', ['run', 'word-count', 'jobs'], /^fanfold: jobs holds no file: check the path\n/],
    ['a file that is given twice', ['run', 'word-count', 'in', './in'], /in is named twice, by in and by \.\/in: name/],
    [
      'standard input',
      ['run', 'word-count', '-'],
      /^fanfold: - is standard input, which cannot .*: write it to a file/,
    ],
    [
      'what begins with one dash',
      ['run', 'word-count', 'in', '-x.csv'],
      /^fanfold: there is no option -x\.csv: use --out, .*; or if it is a file, write \.\/-x\.csv, or put -- before it\nfanfold --help tells more\n$/,
    ],
    ['an unknown command', ['rnu'], /no command rnu: use run, .*submit/],
    ['words too many', ['jobs', 'x'], /x is too much/],
  ] as const) {
    test(`${what} is told, and exits with 2`, () => {
      fanfold.write('in', 'a');
      fanfold.write('broken.ts', 'export default {{');
      fanfold.write('empty.ts', '');
      mkdirSync(join(fanfold.cwd, 'jobs'));
      const { code, stdout, stderr } = fanfold.run(...given);
      expect(stderr).toMatch(said);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(names('.')).toEqual(['broken.ts', 'empty.ts', 'in', 'jobs']);
    });
  }

  test('a directory that holds a result is refused, and the result stays', () => {
    fanfold.write('in', 'a');
    expect(fanfold.run('run', 'word-count', 'in', '--out=out').code).toBe(0);
    const before = read('out/manifest.json');
    const { code, stderr } = fanfold.run('run', 'word-count', 'in', '--out=out');
    expect(code).toBe(2);
    expect(stderr).toMatch(/--out out holds a result already: choose/);
    expect(read('out/manifest.json')).toBe(before);
  });
});
