/**
 * `fanfold run` is killed or interrupted at moments that a seed chooses, again and again, and then goes on with `--resume`
 * to the same bytes; what stood on the disk is not done again. Processes are real, and killed when they are seen to have come so far.
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Manifest } from '../../functions/core/manifest.ts';
import { Random } from '../support/random.ts';
import { Installed } from './installed.ts';

let fanfold: Installed;
beforeAll(() => {
  fanfold = new Installed();
});
beforeEach(() => {
  fanfold.clear();
});
afterAll(() => fanfold?.remove());

const CHUNK_BYTES = 50;
const lines = Array.from(
  { length: 300 },
  (_, i) =>
    `line ${i} ${createHash('md5')
      .update(String(i))
      .digest('hex')
      .slice(0, i % 13)}\n`,
);
const text = lines.join('');

/** Counts words, and writes down every record that it sees. As long as a file says so, it gets no further than this one. */
const job = `
  import { appendFileSync, existsSync } from 'node:fs';
  import { csvRows, defineJob, lines, sum } from 'fanfold';
  export default defineJob({
    name: 'counted', input: lines(), combine: sum, reduce: (word, count) => ({ word, count }), output: csvRows(['word', 'count']),
    *map(line, { offset }) {
      while (line.startsWith('line 250 ') && existsSync('hold'));
      appendFileSync('mapped', process.pid + ' ' + offset + '\\n');
      for (const word of line.split(' ')) yield [word, 1];
    },
  });`;
const command = [
  'run',
  'job.ts',
  'in',
  '--out=out',
  `--chunk-bytes=${CHUNK_BYTES}`,
  '--workers=2',
  '--json',
  '--resume',
];

/** As the system, a container or a terminal stops a process. */
type Stop = 'SIGKILL' | 'SIGTERM' | 'SIGINT';

const inCwd = (path: string) => join(fanfold.cwd, path);
const partials = (level: number) => globSync(`out/.fanfold/runs/*/partials/${level}/*/*`, { cwd: fanfold.cwd });

/** What a process is killed at: as soon as it is seen. */
const MOMENTS: readonly [what: string, seen: (random: Random) => () => boolean][] = [
  ['its directory is taken', () => () => existsSync(inCwd('out/.fanfold'))],
  ['its request is kept', () => () => existsSync(inCwd('out/.fanfold/run.json'))],
  ['the plan is begun', () => () => globSync('out/.fanfold/runs/*/survey.json', { cwd: fanfold.cwd }).length > 0],
  ['the plan is sealed', () => () => globSync('out/.fanfold/runs/*/plan.json', { cwd: fanfold.cwd }).length > 0],
  ['some chunks are done', (random) => atLeast(() => partials(0).length, random.below(120))],
  [
    'some more chunks are done',
    (random) => atLeast(() => partials(0).length, partials(0).length + 1 + random.below(20)),
  ],
  ['a group is merged', () => atLeast(() => partials(1).length, 1)],
  ['the result is written', () => () => existsSync(inCwd('out/part-00000.csv'))],
  ['it has ended', () => () => existsSync(inCwd('out/manifest.json'))],
];
const atLeast = (count: () => number, least: number) => () => count() >= least;

/** Starts the command, and stops it at the moment; resolves with whether it was stopped, and not over before. */
async function killedAt(seen: () => boolean, given = command, signal: Stop = 'SIGKILL'): Promise<boolean> {
  const child = fanfold.start([], ...given);
  child.stdout.resume();
  let over = false;
  const ended = new Promise<unknown>((resolve) => child.once('exit', (code, by) => resolve(by ?? code)));
  child.once('exit', () => {
    over = true;
  });
  while (!over && !seen()) await new Promise((resolve) => setImmediate(resolve));
  child.kill(signal);
  return (await ended) === (signal === 'SIGKILL' ? signal : 130);
}

/** The records of chunks whose partials stand, by their offsets. */
function doneOffsets(): Set<number> {
  const [page] = globSync('out/.fanfold/runs/*/plan/00000000.json', { cwd: fanfold.cwd });
  const plan = globSync('out/.fanfold/runs/*/plan.json', { cwd: fanfold.cwd });
  if (page === undefined || plan.length === 0) return new Set();
  const { chunks } = JSON.parse(readFileSync(inCwd(page), 'utf8'));
  const done = partials(0).map((path) => chunks[Number(path.slice(-8))].segments[0]);
  const offsets = new Set<number>();
  let offset = 0;
  for (const line of lines) {
    if (done.some(({ start, end }) => offset >= start && offset < end)) offsets.add(offset);
    offset += line.length;
  }
  return offsets;
}

/** Told independently. */
const counts = new Map<string, number>();
for (const word of text.split(/[ \n]/).slice(0, -1)) counts.set(word, (counts.get(word) ?? 0) + 1);
const expected = `word,count\n${[...counts]
  .map(([word, count]) => `${word},${count}\n`)
  .sort()
  .join('')}`;

/** Goes on with what was killed; `told` says how. */
function goesOn(told: readonly string[], given = command): void {
  const where = `killed when ${told.join(', then when ')}`;
  const done = doneOffsets();
  const stood = partials(0).length;
  const over = existsSync(inCwd('out/manifest.json'));
  rmSync(inCwd('mapped'), { force: true });
  const { code, stdout, stderr } = fanfold.run(...given);
  if (over && code === 2) return expect(stderr, where).toContain('holds a result already'); // killed when all was over
  expect({ code, stderr }, where).toEqual({
    code: 0,
    stderr: over ? expect.stringContaining('had ended already') : '',
  });
  const names = readdirSync(inCwd('out')).sort();
  expect(
    names.filter((name) => !/^(manifest\.json|part-\d+\.csv)$/.test(name)),
    where,
  ).toEqual([]);
  const manifest: Manifest = JSON.parse(stdout);
  const result = manifest.results.map(({ path }) => readFileSync(inCwd(`out/${path}`), 'utf8')).join('');
  expect(result, where).toBe(expected);
  expect(names, where).toHaveLength(1 + manifest.results.length);
  expect(manifest, where).toMatchObject({ state: 'succeeded', chunks: { failed: 0 } });
  if (over) return;
  if (done.size > 0) expect(manifest.resumed, where).toEqual({ chunks: stood, at: expect.any(String) });
  const mapped = existsSync(inCwd('mapped')) ? readFileSync(inCwd('mapped'), 'utf8').trim().split('\n') : [];
  const again = mapped.map((line) => Number(line.split(' ')[1])).filter((offset) => done.has(offset));
  expect(again, where).toEqual([]);
  expect(mapped.length + done.size, where).toBe(lines.length);
}

describe('a run goes on to the same bytes, and does nothing again, when it was killed', () => {
  beforeEach(() => {
    fanfold.write('job.ts', job);
    fanfold.write('in', text);
  });

  test.each(MOMENTS.map(([what, seen]) => ({ what, seen })))('when $what', async ({ what, seen }) => {
    await killedAt(seen(new Random(1)));
    goesOn([what]);
  });

  test.each(MOMENTS.map(([what, seen]) => ({ what, seen })))('interrupted when $what', async ({ what, seen }) => {
    await killedAt(seen(new Random(1)), command, 'SIGTERM');
    goesOn([what]);
  });

  const parted = [...command, '--partitions=3'];
  const parts: typeof MOMENTS = [
    ['its publication is sealed', () => () => exists('runs/*/publication.json')],
    ['its first part is written', () => () => exists('runs/*/parts/*')],
  ];
  const exists = (pattern: string) => globSync(`out/.fanfold/${pattern}`, { cwd: fanfold.cwd }).length > 0;
  test.each(parts.map(([what, seen]) => ({ what, seen })))('when $what', async ({ what, seen }) => {
    await killedAt(seen(new Random(1)), parted);
    goesOn([what], parted);
  });
  test.each([1, 2, 3])('again and again, with a result in several parts: seed %d', async (seed) => {
    const random = new Random(seed);
    const told: string[] = [];
    for (let kills = 3; kills > 0; kills--) {
      const [what, seen] = random.pick(MOMENTS);
      const signal = random.pick<Stop>(['SIGKILL', 'SIGTERM', 'SIGINT']);
      if (await killedAt(seen(random), parted, signal)) told.push(`${what} (${signal})`);
    }
    goesOn(told, parted);
  });
});

describe('what cannot be gone on with is told, and stays as it is', () => {
  beforeEach(async () => {
    fanfold.write('job.ts', job);
    fanfold.write('in', text);
    fanfold.write('hold', '');
    expect(await killedAt(atLeast(() => partials(0).length, 5))).toBe(true);
    rmSync(inCwd('hold'));
  });
  const refused = (code: number, said: RegExp, ...given: string[]) => {
    const before = partials(0).length;
    const outcome = fanfold.run(...given);
    expect(outcome.stderr).toMatch(said);
    expect(outcome.code).toBe(code);
    expect(partials(0).length).toBe(before);
  };

  test('without --resume, which is named', () => {
    refused(2, /holds a run that has not ended: go on with it with --resume/, ...command.slice(0, -1));
  });

  test('with another input, or an input that was changed, or is gone', () => {
    fanfold.write('other', 'x');
    refused(1, /FANFOLD_INPUT_CHANGED: .*begun with other inputs.*nothing more.*other/, ...command, 'other');
    fanfold.write('in', `${text}more\n`);
    refused(1, /FANFOLD_INPUT_CHANGED: in was changed since the run was begun/, ...command);
    rmSync(inCwd('in'));
    refused(2, /in does not exist/, ...command);
  });

  test('with other code, other parameters or other chunks', () => {
    fanfold.write('job.ts', job.replace('yield [word, 1]', 'yield [word, 2]'));
    refused(1, /FANFOLD_CODE_CHANGED: .*begun with other code of the job counted/, ...command);
    fanfold.write('job.ts', job);
    refused(2, /FANFOLD_USAGE: .*its chunkBytes is 50/, ...command.map((word) => word.replace('=50', '=60')));
    refused(2, /FANFOLD_PARAM_INVALID/, ...command, '--param=a=1');
  });

  test('while another process works on it', async () => {
    fanfold.write('hold', '');
    const child = fanfold.start([], ...command);
    child.stdout.resume();
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const mapped = () => readFileSync(inCwd('mapped'), 'utf8').includes(`${child.pid} `);
    while (!mapped()) await new Promise((resolve) => setImmediate(resolve));
    const told = new RegExp(`FANFOLD_OUTPUT_EXISTS: The process ${child.pid} .* works in`);
    expect(fanfold.run(...command)).toMatchObject({ code: 2, stderr: expect.stringMatching(told) });
    rmSync(inCwd('hold'));
    expect(await ended).toBe(0);
    expect(readFileSync(inCwd('out/part-00000.csv'), 'utf8')).toBe(expected);
  });
});

test('without --out the newest run of the job that has not ended is gone on with; where there is none one begins', async () => {
  fanfold.write('job.ts', job);
  fanfold.write('in', text);
  fanfold.write('hold', '');
  const given = ['run', 'job.ts', 'in', '--chunk-bytes=50', '--json', '--resume'];
  const runs = () => (existsSync(inCwd('fanfold-out')) ? readdirSync(inCwd('fanfold-out/counted')) : []);
  const child = fanfold.start([], ...given);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const partialsOf = () => globSync('fanfold-out/counted/*/.fanfold/runs/*/partials/0/*/*', { cwd: fanfold.cwd });
  while (partialsOf().length < 5) await new Promise((resolve) => setImmediate(resolve));
  child.kill('SIGKILL');
  await ended;
  rmSync(inCwd('hold'));
  const [first = ''] = runs();
  const { code, stdout } = fanfold.run(...given);
  expect(code).toBe(0);
  const manifest: Manifest = JSON.parse(stdout);
  expect(manifest.run).toBe(first);
  expect(manifest.resumed?.chunks).toBeGreaterThanOrEqual(5);
  expect(runs()).toEqual([first]);
  expect(JSON.parse(fanfold.run(...given).stdout).resumed).toBeUndefined();
  expect(runs()).toHaveLength(2);
});
