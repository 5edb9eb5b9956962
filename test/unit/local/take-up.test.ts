/** Going on with a run: what a loss of power leaves, deadlines, and leftovers. Killed processes are in test/cli. */
import {
  existsSync,
  globSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LocalRunOptions, runLocal } from '../../../functions/adapters/local/run-local.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'fanfold-take-up-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

const run = (options: Partial<LocalRunOptions> = {}) =>
  runLocal({ jobFile: 'job.ts', inputs: ['in'], out: 'out', cwd, chunkBytes: 4, groupSize: 4, ...options });
const expected = `word,count\n${Array.from({ length: 40 }, (_, i) => `w${i},1\n`)
  .sort()
  .join('')}`;

const COUNTED = `name: 'counted', combine: sum, *map(word) { yield [word, 1]; }, reduce: (word, count) => ({ word, count })`;
/** A transform: its rows are joined. */
const COPIED = `name: 'copied', *map(word) { yield { word, count: 1 }; }`;

/** A run that was begun and has not ended, with at least so many chunks done. */
async function begun(chunks: number, options: Partial<LocalRunOptions> = {}, work = COUNTED): Promise<void> {
  writeFileSync(
    join(cwd, 'job.ts'),
    `import { csvRows, defineJob, sum, words } from 'fanfold';
     export default defineJob({ input: words(), deadlineSeconds: 60, output: csvRows(['word', 'count']), ${work} });`,
  );
  writeFileSync(join(cwd, 'in'), Array.from({ length: 40 }, (_, i) => `w${i}`).join(' '));
  const controller = new AbortController();
  const ended = run({
    ...options,
    signal: controller.signal,
    onProgress: ({ chunks: { done } }) => done >= chunks && controller.abort(),
  });
  await expect(ended).rejects.toMatchObject({ code: 'FANFOLD_CANCELLED' });
  expect(existsSync(join(cwd, 'out/manifest.json'))).toBe(false);
}
const inRun = (pattern: string) =>
  globSync(`out/.fanfold/runs/*/${pattern}`, { cwd })
    .map((path) => join(cwd, path))
    .sort();
const rebooted = () => {
  for (const lock of globSync('out/.fanfold/lock/*', { cwd })) rmSync(join(cwd, lock));
  writeFileSync(join(cwd, 'out/.fanfold/lock/0'), JSON.stringify({ pid: 1, place: 'before' }));
  const past = new Date(Date.now() - 3_600_000);
  for (const lock of globSync('out/.fanfold/lock/*', { cwd })) utimesSync(join(cwd, lock), past, past);
};

test.each([
  ['keyed job', COUNTED, expected],
  ['transform', COPIED, `word,count\n${Array.from({ length: 40 }, (_, i) => `w${i},1\n`).join('')}`],
])(
  'after a loss of power whole partials of chunks of a %s stay, and all else is made again',
  async (_, work, result) => {
    await begun(10, {}, work);
    const [first = '', second = '', third = '', fourth = ''] = inRun('partials/0/*/*');
    const stood = inRun('partials/0/*/*').length;
    truncateSync(first, 0); // the name without the bytes
    truncateSync(second, 30);
    writeFileSync(third, Buffer.alloc(readFileSync(third).length)); // as long, and empty
    const bytes = readFileSync(fourth);
    bytes[bytes.indexOf('w', 24)] = 0x76; // one letter of a row, or of a key
    writeFileSync(fourth, bytes);
    writeFileSync(join(cwd, 'out/part-00000.csv'), 'half a res');
    rebooted();
    const { manifest } = await run({ resume: true });
    expect(manifest).toMatchObject({ state: 'succeeded', resumed: { chunks: stood - 4 }, chunks: { failed: 0 } });
    expect(readFileSync(join(cwd, 'out/part-00000.csv'), 'utf8')).toBe(result);
    expect(readdirSync(join(cwd, 'out')).sort()).toEqual(['manifest.json', 'part-00000.csv']);
  },
);

test('a plan that the loss of power has damaged is made again', async () => {
  for (const document of ['plan.json', 'plan/00000000.json']) {
    await begun(5);
    for (const path of inRun(document)) truncateSync(path, 10);
    rebooted();
    const { manifest } = await run({ resume: true });
    expect(manifest).toMatchObject({ state: 'succeeded' });
    expect(manifest.resumed).toBeUndefined();
    expect(readFileSync(join(cwd, 'out/part-00000.csv'), 'utf8')).toBe(expected);
    rmSync(join(cwd, 'out'), { recursive: true });
  }
});

test('a deadline that has passed while nobody worked begins again', async () => {
  await begun(5);
  for (const path of inRun('plan.json')) {
    const plan = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(
      path,
      JSON.stringify({ ...plan, startedAtMs: plan.startedAtMs - 1e9, deadlineAtMs: plan.deadlineAtMs - 1e9 }),
    );
  }
  const record = join(cwd, 'out/.fanfold/run.json');
  const kept = JSON.parse(readFileSync(record, 'utf8'));
  const request = { ...kept.request, requestedAtMs: kept.request.requestedAtMs - 1e9 };
  writeFileSync(record, JSON.stringify({ ...kept, request }));
  const { manifest } = await run({ resume: true, watchEveryMs: 1 });
  expect(manifest).toMatchObject({ state: 'succeeded' });
});

test('a run in the order of its inputs, and none of another job', async () => {
  await begun(5);
  writeFileSync(join(cwd, 'other'), 'x');
  await expect(run({ resume: true, inputs: ['other', 'in'] })).rejects.toMatchObject({ code: 'FANFOLD_INPUT_CHANGED' });
  writeFileSync(join(cwd, 'job2.ts'), readFileSync(join(cwd, 'job.ts'), 'utf8').replace("'counted'", "'recounted'"));
  await expect(run({ resume: true, jobFile: 'job2.ts' })).rejects.toMatchObject({
    code: 'FANFOLD_USAGE',
    message: expect.stringContaining('a run of the job counted'),
  });
  expect(existsSync(join(cwd, 'out/.fanfold/run.json'))).toBe(true);
});

test('a run whose result lies within its input', async () => {
  await begun(5, { inputs: ['.'] });
  const { manifest } = await run({ inputs: ['.'], resume: true });
  expect(manifest).toMatchObject({
    state: 'succeeded',
    inputs: { objects: 2 },
    resumed: { chunks: expect.any(Number) },
  });
});

test('a directory that holds something else is refused', async () => {
  await begun(1);
  rmSync(join(cwd, 'out/.fanfold'), { recursive: true });
  writeFileSync(join(cwd, 'out/precious'), 'x');
  await expect(run({ resume: true })).rejects.toMatchObject({ code: 'FANFOLD_OUTPUT_EXISTS' });
  expect(readdirSync(join(cwd, 'out'))).toEqual(['precious']);
});

test('leftovers of writes that were under way are removed', async () => {
  await begun(5);
  writeFileSync(join(cwd, 'out/.fanfold/tmp'), 'in the way, as a file of another process with our id would be');
  expect((await run({ resume: true })).manifest.state).toBe('succeeded');
});
