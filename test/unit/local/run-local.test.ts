import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type LocalRunOptions, type Progress, runLocal } from '../../../functions/adapters/local/run-local.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'fanfold-run-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

const write = (path: string, content: string) => writeFileSync(join(cwd, path), content);
const read = (path: string) => readFileSync(join(cwd, path), 'utf8');
const run = (options: Partial<LocalRunOptions>) =>
  runLocal({ jobFile: 'job.ts', inputs: ['in'], out: 'out', cwd, ...options });

/** A word count with more in it. */
function writeJob(inMap = '', options = ''): void {
  write(
    'job.ts',
    `import { existsSync, rmSync, writeFileSync } from 'node:fs';
     import { isMainThread } from 'node:worker_threads';
     import { csvRows, defineJob, sum, words } from 'fanfold';
     const once = (what: () => void) => { if (!existsSync('${join(cwd, 'flag')}')) { writeFileSync('${join(cwd, 'flag')}', ''); what(); } };
     export default defineJob({
       name: 'counted', input: words(),
       *map(word, context) { ${inMap} yield [word, 1]; },
       combine: sum, reduce: (word, count) => ({ word, count }), output: csvRows(['word', 'count']), ${options}
     });`,
  );
}

test('the result and its manifest stand in the directory, and nothing else', async () => {
  writeJob();
  mkdirSync(join(cwd, 'in/deep'), { recursive: true });
  write('in/b', 'x y\nx');
  write('in/deep/a', 'é x\n');
  const { manifest, out } = await run({});
  expect(out).toBe(join(cwd, 'out'));
  expect(readdirSync(out).sort()).toEqual(['manifest.json', 'part-00000.csv']);
  expect(read('out/part-00000.csv')).toBe('word,count\nx,3\ny,1\né,1\n');
  expect(JSON.parse(read('out/manifest.json'))).toEqual(manifest);
  expect(manifest).toMatchObject({
    job: 'counted',
    state: 'succeeded',
    inputs: { objects: 2, bytes: 10 },
    chunks: { failed: 0 },
    records: { read: 5, rejected: 0 },
    results: [{ path: 'part-00000.csv', bytes: 24, rows: 3 }],
  });
  expect(manifest.chunks.total).toBeGreaterThanOrEqual(2);
});

test('any chunk size, group size and number of workers gives the same bytes', async () => {
  writeJob();
  const text = Array.from({ length: 120 }, (_, i) => `w${(i * 7919) % 61} ${'é'.repeat(i % 9)}x\r\n`).join('');
  write('in', text);
  const results = new Set<string>();
  for (const [i, options] of [
    {},
    { chunkBytes: 1, groupSize: 512 },
    { chunkBytes: 7, groupSize: 2, workers: 1 },
    { chunkBytes: 64, workers: 5 },
    { chunkBytes: 1_000_000 },
    { chunkBytes: 64, groupSize: 3, partitions: 4 },
    { jobFile: 'word-count', chunkBytes: 64, groupSize: 3, partitions: 7 },
  ].entries()) {
    const { manifest } = await run({ ...options, out: `out${i}` });
    expect(manifest.state).toBe('succeeded');
    expect(manifest.results).toHaveLength(options.partitions ?? 1);
    expect(readdirSync(join(cwd, `out${i}`)).sort()).toEqual([
      'manifest.json',
      ...manifest.results.map(({ path }) => path),
    ]);
    results.add(manifest.results.map(({ path }) => read(`out${i}/${path}`)).join(''));
  }
  expect(results.size).toBe(1);
});

test('a failed run leaves no part of a result behind', async () => {
  writeJob('', 'finish: undefined');
  write(
    'job.ts',
    read('job.ts').replace(
      '=> ({ word, count })',
      "=> { if (word === 'w9') throw new Error('no'); return { word, count }; }",
    ),
  );
  write('in', Array.from({ length: 50 }, (_, i) => `w${i}`).join(' '));
  const { manifest, out } = await run({ chunkBytes: 20, partitions: 5 });
  expect(manifest).toMatchObject({ state: 'failed', reason: { code: 'FANFOLD_JOB_ERROR' }, results: [] });
  expect(readdirSync(out).filter((name) => name.startsWith('part-'))).toEqual([]);
});

test('an empty file is a run with zero rows', async () => {
  writeJob();
  write('in', '');
  const { manifest } = await run({});
  expect(manifest).toMatchObject({ state: 'succeeded', inputs: { objects: 1, bytes: 0 }, results: [{ rows: 0 }] });
  expect(read('out/part-00000.csv')).toBe('word,count\n');
});

test('what names no file, or one file twice, is refused, and nothing is written', async () => {
  writeJob();
  mkdirSync(join(cwd, 'nothing'));
  await expect(run({ inputs: ['nothing'] })).rejects.toMatchObject({ code: 'FANFOLD_USAGE' });
  write('in', 'a');
  await expect(run({ inputs: ['in', './in'] })).rejects.toMatchObject({
    code: 'FANFOLD_USAGE',
    message: expect.stringContaining('in is named twice, by in and by ./in'),
  });
  expect(readdirSync(cwd)).not.toContain('out');
});

test('the result of a run is no input of the next, though it lies within', async () => {
  writeJob();
  mkdirSync(join(cwd, 'in'));
  write('in/text', 'a');
  for (const out of ['in/first', 'in/second', 'in/second/third']) {
    const { manifest } = await run({ inputs: ['in'], out });
    expect(manifest).toMatchObject({ state: 'succeeded', inputs: { objects: 1, bytes: 1 } });
  }
  const { manifest } = await run({ inputs: ['in/first'] });
  expect(manifest.inputs).toEqual({ objects: 1, bytes: 'word,count\na,1\n'.length });
});

test('progress ends with everything done', async () => {
  writeJob();
  write('in', 'a b c d e f');
  const seen: Progress[] = [];
  await run({ chunkBytes: 2, onProgress: (progress) => seen.push(progress) });
  expect(seen.at(-1)).toMatchObject({
    phase: 'combining',
    chunks: { done: 6, total: 6 },
    bytes: { done: 11, total: 11 },
  });
});

describe('a thread that dies', () => {
  for (const [how, code] of [
    ['by exiting', 'once(() => process.exit(3));'],
    [
      'by an error that nobody catches',
      "once(() => setImmediate(() => { throw new Error('stray'); })); if (word === 'w1') for (const t = Date.now(); Date.now() < t + 50; );",
    ],
  ] as const) {
    test(`${how} once is replaced, and nothing is lost or counted twice`, async () => {
      writeJob(code);
      write('in', Array.from({ length: 50 }, (_, i) => `w${i}`).join(' '));
      const { manifest } = await run({ chunkBytes: 10 });
      expect(existsSync(join(cwd, 'flag'))).toBe(true); // it did die
      expect(manifest).toMatchObject({ state: 'succeeded', records: { read: 50 }, chunks: { failed: 0 } });
    });
  }

  test('each time on the same chunk fails that chunk alone', async () => {
    writeJob("if (word === 'poison') process.exit(3);", 'tolerate: { chunks: 1 },');
    write('in', 'a b c poison d e f');
    const { manifest } = await run({ chunkBytes: 2, workers: 1 });
    expect(manifest).toMatchObject({ state: 'succeeded', chunks: { failed: 1 } });
    expect(manifest.failures).toMatchObject([{ code: 'FANFOLD_RECEIVES_EXHAUSTED' }]);
    expect(manifest.failures[0]?.message).toContain('exit');
    expect(read('out/part-00000.csv')).toBe('word,count\na,1\nb,1\nc,1\nd,1\ne,1\nf,1\n');
  });
});

test('a record that ends each thread which works it is found, left out and told, where that is asked for', async () => {
  writeJob("if (word === 'poison') process.exit(3);");
  write('in', 'a b c poison d e f');
  const { manifest } = await run({ chunkBytes: 1000, workers: 1, bisect: true });
  expect(manifest).toMatchObject({ state: 'succeeded', chunks: { failed: 0 }, records: { read: 7, rejected: 1 } });
  expect(manifest.failures).toMatchObject([{ source: 'in', offset: 6, record: { bytes: 6, preview: 'poison' } }]);
  expect(read('out/part-00000.csv')).toBe('word,count\na,1\nb,1\nc,1\nd,1\ne,1\nf,1\n');
});

test('a job that throws fails the run with the place in the job file', async () => {
  writeJob("if (word === 'b') throw new Error('no b please');");
  write('in', 'a b c');
  const { manifest, out } = await run({});
  expect(manifest).toMatchObject({ state: 'failed', reason: { code: 'FANFOLD_JOB_ERROR' }, results: [] });
  expect(manifest.reason?.message).toContain('no b please');
  expect(manifest.reason?.message).toContain('job.ts:7:');
  expect(readdirSync(out).sort()).toEqual(['.fanfold', 'manifest.json']); // the plan and the partials, for a redrive
});

test('an input that is overwritten meanwhile fails the run', async () => {
  writeJob("once(() => writeFileSync(context.source, 'z'.repeat(1000)));");
  write('in', 'a b c d e f g h '.repeat(10));
  const { manifest } = await run({ chunkBytes: 3, inputs: [join(cwd, 'in')] });
  expect(manifest).toMatchObject({ state: 'failed', reason: { code: 'FANFOLD_INPUT_CHANGED' }, results: [] });
});

test('a directory in which not even the failure can be told is told by an error', async () => {
  const out = JSON.stringify(join(cwd, 'out'));
  writeJob(`once(() => { rmSync(${out}, { recursive: true, force: true }); writeFileSync(${out}, 'in the way'); });`);
  write('in', 'a b c');
  const ended = run({ workers: 1 });
  await expect(ended).rejects.toMatchObject({
    code: 'FANFOLD_OUTPUT_UNWRITABLE',
    message: expect.stringContaining(join(cwd, 'out')),
  });
  expect(read('out')).toBe('in the way');
});

test.each([
  ['by threads', 'job.ts'],
  ['by kernels, also in the thread that is told', 'word-count'],
])('a run %s that is interrupted has no end, and goes on', async (_, jobFile) => {
  writeJob();
  write('in', 'a b c d e f g h '.repeat(100));
  const controller = new AbortController();
  const interrupted = run({
    jobFile,
    chunkBytes: 1,
    signal: controller.signal,
    onProgress: ({ chunks: { done } }) => done > 0 && controller.abort(),
  });
  await expect(interrupted).rejects.toMatchObject({
    code: 'FANFOLD_CANCELLED',
    message: expect.stringMatching(/was interrupted with \d+ of \d+ chunks done/),
    fix: expect.stringContaining('--resume'),
  });
  expect(readdirSync(join(cwd, 'out'))).toEqual(['.fanfold']);
  const { manifest } = await run({ jobFile, chunkBytes: 1, resume: true });
  expect(manifest).toMatchObject({ state: 'succeeded', chunks: { failed: 0 }, records: { read: 800 } });
  expect(manifest.resumed?.chunks).toBeGreaterThan(0);
});

test('a run whose manifest stands when it is interrupted has ended', async () => {
  writeJob();
  write('in', 'a b');
  const controller = new AbortController();
  const { manifest } = await run({
    signal: controller.signal,
    onProgress: () => existsSync(join(cwd, 'out/manifest.json')) && controller.abort(),
  });
  expect(controller.signal.aborted).toBe(true);
  expect(manifest.state).toBe('succeeded');
  expect(readdirSync(join(cwd, 'out')).sort()).toEqual(['manifest.json', 'part-00000.csv']);
});

test('a run that is interrupted before it began leaves nothing', async () => {
  writeJob();
  write('in', 'a');
  await expect(run({ signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'FANFOLD_CANCELLED',
    message: expect.stringContaining('before it was planned'),
  });
  expect(existsSync(join(cwd, 'out'))).toBe(false);
});

describe('wrong options', () => {
  test('are told all at once, and nothing is written', async () => {
    mkdirSync(join(cwd, 'out'));
    write('out/mine', 'precious');
    await expect(
      run({ jobFile: 'nope.ts', inputs: ['nope', '*.csv'], workers: 0, chunkBytes: 0.5 }),
    ).rejects.toMatchObject({
      code: 'FANFOLD_USAGE',
      message: expect.stringMatching(
        /no job file nope\.ts.*nope does not exist.*\*\.csv matches no file.*chunk-bytes is 0\.5.*workers is 0.*out is not empty/s,
      ),
    });
    expect(readdirSync(join(cwd, 'out'))).toEqual(['mine']);
  });

  test('a parameter that the job does not have', async () => {
    writeJob();
    write('in', 'a');
    await expect(run({ params: { nope: '1' } })).rejects.toMatchObject({ code: 'FANFOLD_PARAM_INVALID' });
    expect(existsSync(join(cwd, 'out'))).toBe(false);
  });
});

test('of two runs into one directory one is refused, and the other is whole', async () => {
  writeJob();
  write('in', 'a b c');
  const outcomes = await Promise.allSettled([run({}), run({})]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
    reason: { code: 'FANFOLD_OUTPUT_EXISTS' },
  });
  expect(readdirSync(join(cwd, 'out')).sort()).toEqual(['manifest.json', 'part-00000.csv']);
  await expect(run({})).rejects.toMatchObject({
    code: 'FANFOLD_USAGE',
    message: expect.stringContaining('holds a result'),
  });
});
