/** Pairs of numbers in a kernel and on the plain path: the same pairs of a chunk, the same merges, the same errors. */
import { describe, expect, it } from 'vitest';
import { ByteReader } from '../../../functions/core/bytes.ts';
import type { Combine } from '../../../functions/core/growing.ts';
import { PairTable } from '../../../functions/core/pair-table.ts';
import { assert } from '../../../functions/errors.ts';
import { csvRows, defineJob, lines, max, min, sum } from '../../../functions/index.ts';
import type { Job } from '../../../functions/job.ts';
import { NumberFold } from '../../../functions/kernels/number-fold.ts';
import { numberKinds } from '../../../functions/kernels/plan.ts';
import { LONG_BYTES_MIN } from '../../../functions/limits.ts';
import { nodeOf, partialOf, plainly, sameRows } from '../../support/both-ways.ts';
import { Random } from '../../support/random.ts';
import { roomFor } from '../../support/room.ts';

/** They say what they do. */
const MARKED: { readonly [name: string]: Combine } = { sum: sum as Combine, min: min as Combine, max: max as Combine };
type Pairs = readonly (readonly [key: unknown, value: unknown])[];

function combinerOf(name: string): Combine {
  const combine = MARKED[name];
  assert(combine, 'a combiner');
  return combine;
}

function foldFor(name: string, tableBytesMax?: number): NumberFold {
  const kinds = numberKinds(combinerOf(name));
  assert(kinds, 'it says what it does');
  return new NumberFold(kinds, combinerOf(name), roomFor(tableBytesMax === undefined ? {} : { tableBytesMax }));
}

/** Keys and encoded values, in order; and whether a kernel had them all. */
function inKernel(name: string, pairs: Pairs, tableBytesMax?: number) {
  const fold = foldFor(name, tableBytesMax);
  for (const [key, value] of pairs) fold.add(key, value);
  if (fold.plain !== undefined) return { all: false, pairs: shown(fold.plain.drain()) };
  return { all: true, pairs: drained(fold) };
}

const drained = (fold: NumberFold) =>
  shown(entries(Buffer.concat(Array.from(fold.drain([]), ({ bytes }) => Buffer.from(bytes)))));

function plainPairs(name: string, pairs: Pairs): string[] {
  const table = new PairTable((a, b) => combinerOf(name)(a, b), roomFor());
  for (const [key, value] of pairs) table.add(key, value);
  return shown(table.drain());
}

function* entries(bytes: Buffer) {
  for (const from = new ByteReader(bytes); !from.done; ) {
    yield { key: from.bytes(from.varint()), value: from.bytes(from.varint()) };
  }
}

const shown = (pairs: Iterable<{ readonly key: Uint8Array; readonly value: Uint8Array }>) =>
  Array.from(pairs, ({ key, value }) => `${Buffer.from(key).toString('hex')} ${Buffer.from(value).toString('hex')}`);

const KEYS = ['', 'a', 'é', '\udc80x', '\ud800', 'fifteen letters', 'sixteen letters!', 'k'.repeat(64), 'k'.repeat(65)];
const NUMBERS = [0, -0, 1, -1, 127, 128, -129, 0.5, -0.1, 2 ** 53 - 1, 2 ** 53, -(2 ** 60), 1e300, -1e-300];
const BIGINTS = [0n, 1n, -1n, 2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)];

function keyOf(random: Random): string {
  if (random.oneIn(4)) return random.pick(KEYS);
  return random.oneIn(200)
    ? 'ü'.repeat(5_000)
    : `key ${random.below(5_000)}${random.oneIn(3) ? ' of some length' : ''}`;
}

describe.each(['sum', 'min', 'max'])('%s of pairs in a kernel', (name) => {
  it.each([1, 2, 3, 4])('comes to the same of numbers, seed %i', (seed) => {
    const random = new Random(seed);
    const pairs = random.several(1, 30_000, () => [keyOf(random), random.pick(NUMBERS)] as const);
    expect(inKernel(name, pairs)).toEqual({ all: true, pairs: plainPairs(name, pairs) });
  });

  it.each([1, 2, 3, 4])('comes to the same of bigints, seed %i', (seed) => {
    const random = new Random(seed);
    const pairs = random.several(1, 30_000, () => [keyOf(random), random.pick(BIGINTS)] as const);
    expect(inKernel(name, pairs)).toEqual({ all: true, pairs: plainPairs(name, pairs) });
  });

  it.each([1, 2, 3])('comes to the same through scratch files, seed %i', (seed) => {
    const random = new Random(seed);
    const pairs = random.several(20_000, 40_000, () => [keyOf(random), random.below(2_000) - 1_000] as const);
    expect(inKernel(name, pairs, 600_000)).toEqual({ all: true, pairs: plainPairs(name, pairs) });
  });

  it.each<[string, unknown]>([
    ['a bigint beyond 64 bits', 2n ** 63n],
    ['a number among bigints', 1.5],
    ['a list', ['x']],
    ['a text', 'x'],
  ])('gives up for %s, and loses nothing', (_, strange) => {
    const random = new Random(7);
    const before = random.several(20_000, 20_000, () => [`key ${random.below(9_000)}`, random.pick(BIGINTS)] as const);
    const pairs = [...before, ['strange', strange] as const, ...before];
    for (const tableBytesMax of [undefined, 600_000]) {
      expect(inKernel(name, pairs, tableBytesMax)).toEqual({ all: false, pairs: plainPairs(name, pairs) });
    }
  });

  it('gives up for a very long key, and loses nothing', () => {
    const pairs = [['a', 1] as const, ['k'.repeat(100_000), 2] as const, ['a', 3] as const];
    expect(inKernel(name, pairs)).toEqual({ all: false, pairs: plainPairs(name, pairs) });
  });

  it('refuses what the plain path does, which changes nothing', () => {
    for (const [key, value] of [
      ['a', Number.NaN],
      ['a', Number.POSITIVE_INFINITY],
      ['a', undefined],
      [7, 1],
      [null, 1],
    ]) {
      const told = (add: () => void) => expect(add).toThrow(expect.objectContaining({ code: 'FANFOLD_VALUE_INVALID' }));
      const good = [['a', 1] as const, ['b', 2] as const];
      const fold = foldFor(name);
      for (const [k, v] of good) fold.add(k, v);
      told(() => fold.add(key, value));
      told(() => plainPairs(name, [...good, [key, value]]));
      for (const [k, v] of good) fold.add(k, v);
      expect(drained(fold)).toEqual(plainPairs(name, [...good, ...good]));
    }
  });
});

it('a number that meets a bigint is the error of its record', async () => {
  const job = adding((text) => (text === 'n' ? 1 : 1n));
  const object = Buffer.from('k b\nk b\nk n\nk b\n');
  const said = (await partialOf(job, object, { start: 0, end: object.length })).toString();
  expect(said).toMatch(/^FANFOLD_JOB_ERROR s3:\/\/b\/k: record at byte 8: /);
});

describe('a sum beyond all numbers is told with its key, and as the error of no record', () => {
  const large = 'small 1\nlarge 1e308\nlarge 1e308\n';
  const others = Array.from({ length: 20_000 }, (_, i) => `key${i} 1\n`).join('');
  it.each([
    ['at the end', large],
    ['at a spill', large + others],
    ['where a kernel gives up', `${large}strange x\n`],
    ['where a kernel gives up after a spill', `small 1\n${others}${large}strange x\n${others}`],
    ['whatever comes afterwards', `${large}${others}large -1e308\nstrange x\nlarge 1\n`],
  ])('%s', async (_, text) => {
    const read = (value: string) => (value === 'x' ? value : Number(value));
    const object = Buffer.from(text);
    const shape = { tableBytesMax: 600_000 };
    const said = (await partialOf(adding(read), object, { start: 0, end: object.length }, 1000, 0, shape)).toString();
    expect(said).toMatch(/^FANFOLD_VALUE_INVALID combining the chunk: The sum of the key "large"/);
  });

  it('and what is wrong with a record that comes afterwards is told first', async () => {
    const object = Buffer.from(`${large}strange x\n`);
    const read = (value: string) => (value === 'x' ? Number.NaN : Number(value));
    const said = (await partialOf(adding(read), object, { start: 0, end: object.length })).toString();
    expect(said).toMatch(/^FANFOLD_VALUE_INVALID s3:\/\/b\/k: record at byte 32: /);
  });
});

describe('partials of numbers', () => {
  it.each(['sum', 'min', 'max'])('come to the same rows of %s, of numbers, of bigints, and of both', async (name) => {
    const random = new Random(3);
    const job = adding(byForm, combinerOf(name));
    const chunk = (form: string) => {
      const value = () => (form === 'h' && random.oneIn(50) ? 2n ** 70n : BigInt(random.below(1_000) - 500));
      return random.several(2_000, 3_000, () => `key${random.below(2_500)} ${form}${value()}\n`).join('');
    };
    for (const forms of ['nnn', 'bbb', 'bhb', 'hbbh', ...(name === 'sum' ? [] : ['nbn', 'bnhb'])]) {
      await sameRows(job, await partialsOf(job, [...forms].map(chunk)));
    }
  });

  it.each([2, 3, 4, 5, 6, 7, 8, 9, 64])(
    'of which no sum is exact come to the same rows, %i of them',
    async (chunks) => {
      const random = new Random(chunks);
      const value = () => `${random.pick(['', '-'])}${random.below(1_000)}e-${random.below(20)}`;
      const texts = random.several(chunks, chunks, () =>
        random.several(1, 90, () => `key${random.below(30)} ${value()}\n`).join(''),
      );
      await sameRows(adding(Number), await partialsOf(adding(Number), texts));
    },
  );

  it('say that they are, also when they are merged, and others do not', async () => {
    const kindOf = async (job: Job) => (await partialsOf(job, ['a 1\nb 2\n']))[0]?.toString('latin1', 4, 5);
    expect(await kindOf(adding(Number))).toBe('N');
    expect(await kindOf(adding((text) => [text]))).toBe('B');
    expect(await kindOf(plainly(adding(Number)))).toBe('B');
    const both = await partialsOf(adding(Number), ['a 1\n', 'b 2\n']);
    expect((await nodeOf(adding(Number), both)).toString('latin1', 4, 5)).toBe('N');
    expect((await nodeOf(plainly(adding(Number)), both)).toString('latin1', 4, 5)).toBe('B');
  });

  it('whose sums are beyond a kernel are added by the job', async () => {
    const most = 2n ** 63n - 1n;
    const many = Array.from({ length: 300 }, () => `k ${most}\n`);
    expect(await sameRows(adding(BigInt), await partialsOf(adding(BigInt), many))).toBe(
      `key,value\nk,${300n * most}\n`,
    );
    const halves = await partialsOf(adding(Number), ['k 1e308\n', 'k 1e308\n']);
    for (const job of [adding(Number), plainly(adding(Number))]) {
      await expect(nodeOf(job, halves)).rejects.toThrow('The value of the key "k" is Infinity, which cannot be stored');
    }
  });

  it('are merged by the job, where one has a value that goes over several blocks', async () => {
    const bits = 8 * LONG_BYTES_MIN + 100;
    const job = adding((text) => (text === 'long' ? 2n ** BigInt(bits) : BigInt(text)));
    const rows = await sameRows(job, await partialsOf(job, ['a 1\nz 1\n', 'b 2\nk long\nz 2\n', 'k 3\nz 3\n']));
    expect(rows).toBe(`key,value\na,1\nb,2\nk,${2n ** BigInt(bits) + 3n}\nz,6\n`);
  });
});

/** `n1` is a number, `b1` a bigint. */
const byForm = (text: string) => (text.startsWith('n') ? Number(text.slice(1)) : BigInt(text.slice(1)));

/** Of chunks of one object. */
function partialsOf(job: Job, chunks: readonly string[]): Promise<Buffer[]> {
  const object = Buffer.from(chunks.join(''));
  let end = 0;
  return Promise.all(
    chunks.map((text, chunk) => {
      const start = end;
      end += text.length;
      return partialOf(job, object, { start, end }, 1_000, chunk);
    }),
  );
}

/** Adds what the second words of lines say, by the first. */
function adding(read: (text: string) => unknown, combine: Combine = combinerOf('sum')): Job {
  return defineJob({
    name: 'adding',
    input: lines(),
    *map(line): Iterable<readonly [string, unknown]> {
      const [key = '', value = ''] = line.split(' ');
      yield [key, read(value)];
    },
    combine,
    output: csvRows(['key', 'value']) as never,
  });
}
