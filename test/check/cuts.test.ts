/** Whole runs, cut and not: what only they can show, in its smallest form. */
import { describe, expect, it } from 'vitest';
import { probeCuts } from '../../functions/check/probe-cuts.ts';
import type { Trial } from '../../functions/check/trial.ts';
import { ONE_PIECE, runPieces } from '../../functions/check/whole-run.ts';
import { csv, csvRows, defineJob, type Job, lines, textLines } from '../../functions/index.ts';

const average = () =>
  defineJob({
    name: 'average',
    input: lines(),
    *map(line) {
      const [k = '', v] = line.split(',');
      yield [k, Number(v)];
    },
    combine: (a, b) => (a + b) / 2,
    output: csvRows(['key', 'value']),
  });

/** Numbers the lines of a chunk, as far as it can tell: offsets that go on are of one chunk. */
const numbered = () => {
  let last = -1;
  let n = 0;
  return defineJob({
    name: 'numbered',
    input: lines(),
    *map(line, { offset }) {
      n = offset > last && last >= 0 ? n + 1 : 0;
      last = offset;
      yield `${n} ${line}`;
    },
    output: textLines(),
  });
};

async function probe(make: () => Job, texts: { readonly [key: string]: string }, runs = 40) {
  const objects = Object.entries(texts).map(([key, text]) => ({ key, bytes: Buffer.from(text) }));
  const trial: Trial = { load: async () => make(), objects, params: {}, seed: 1 };
  const { refuted } = await probeCuts(trial, await runPieces(trial, objects, ONE_PIECE), runs);
  return refuted;
}

describe('runs that are cut', () => {
  it('refute what depends on grouping, with the fewest lines and cuts', async () => {
    const text = Array.from({ length: 60 }, (_, i) => `${'abc'[i % 3]},${i}\n`).join('');
    const found = await probe(average, { in: text });
    expect(found).toMatchObject({ kind: 'cuts', where: 'job' });
    const [cut = '', once = '', again = '', ...more] = found?.example ?? [];
    expect(cut).toMatch(/^cut in in at byte \d+: ([abc]),\d+\\n \| \1,\d+\\n\1,\d+\\n$/);
    expect(once).toMatch(/^once +row 2: [abc],\d/);
    expect(again).toMatch(/^again +row 2: [abc],\d/);
    expect(more).toEqual([]);
  });

  it('refute what depends on where a chunk starts', async () => {
    const found = await probe(numbered, { in: 'a\nb\nc\nd\n' });
    expect(found).toMatchObject({ kind: 'cuts' });
    expect(found?.example[0]).toMatch(/^cut in in at byte 2: \w\\n \| \w\\n/);
    expect(found?.example.slice(-2)).toEqual([
      expect.stringMatching(/^once +row 2: 1 \w$/),
      expect.stringMatching(/^again +row 2: 0 \w$/),
    ]);
  });

  const tables = (cut: 'anywhere' | 'never') => () =>
    defineJob({
      name: 'tables',
      input: csv({ v: 'number' }, { cut }),
      map: ({ v }) => [['all', v]],
      combine: (a: number, b) => (a + b) / 2,
      output: csvRows(['key', 'value']),
    });

  it('go through tables that may be cut', async () => {
    const found = await probe(tables('anywhere'), { a: 'v\n"1"\n5\n9\n20\n' });
    expect(found).toMatchObject({ kind: 'cuts' });
    expect(found?.example[0]).toMatch(/^cut in a at byte [1-9]/);
  });

  it('go between objects where these are read whole', async () => {
    const text = 'v\n1\n5\n9\n';
    const found = await probe(tables('never'), { a: text, b: text, c: text });
    expect(found).toMatchObject({ kind: 'cuts' });
    expect(found?.example[0]).toMatch(/^cut in [bc] at byte 0: {2}\| v\\n/);
  });

  it('refute what depends on the process', async () => {
    let processes = 0;
    const make = () => {
      processes += 1;
      const mine = processes % 2;
      return defineJob({ name: 'mine', input: lines(), map: (line) => [`${mine} ${line}`], output: textLines() });
    };
    expect(await probe(make, { in: 'a\nb\n' })).toMatchObject({ kind: expect.stringMatching(/^(state|cuts)$/) });
  });

  it('tell when a run fails only if it is cut', async () => {
    const make = () => {
      class Once {
        readonly n = 1;
      }
      return defineJob({
        name: 'once',
        input: lines(),
        *map(line): Iterable<[string, unknown]> {
          yield [line, new Once()];
        },
        combine: () => 2,
        output: csvRows(['key', 'value']) as never,
      });
    };
    const found = await probe(make, { in: 'a\na\n' });
    expect(found).toMatchObject({ kind: 'cuts' });
    expect(found?.example).toEqual([
      'cut in in at byte 2: a\\n | a\\n',
      'in one piece  it succeeds',
      expect.stringMatching(/^cut {11}FANFOLD_\w+: .*Once/),
    ]);
  });

  it('refute nothing where nothing is wrong', async () => {
    const make = () => defineJob({ name: 'copy', input: lines(), map: (line) => [line], output: textLines() });
    expect(await probe(make, { a: 'a\nb', b: '', c: '\n\n' })).toBeUndefined();
  });
});
