/** Groups that are more than a kernel may hold, and groups that are cut into partitions: the same partials. */
import { expect, it } from 'vitest';
import { aggregate, count, csv, csvRows, max, min, sum } from '../../../functions/index.ts';
import { GROUP_SIZE_MAX, LONG_BYTES_MIN } from '../../../functions/limits.ts';
import { nodeOf, partialOf, rowsOf, sameMerged, samePartials, sameRows } from '../../support/both-ways.ts';
import { Random } from '../../support/random.ts';
import { wordCounts } from '../../support/word-counts.ts';

const ledger = aggregate({
  name: 'ledger',
  input: csv({ a: 'text', b: 'integer' }, { header: false }),
  groupBy: 'a',
  values: { b: sum('b'), n: count() },
  output: csvRows(['a', 'b', 'n']),
});

const LARGE = ['9'.repeat(40), `-${'8'.repeat(20)}`, '9'.repeat(18), '-1', '0'];

it.each([1, 2, 3])('come to the same through scratch files, cut into partitions or not, seed %i', async (seed) => {
  const random = new Random(seed);
  const word = () => random.pick(['x', 'y', 'zz']).repeat(1 + random.below(3)) + random.below(6_000);
  const text = Buffer.from(random.several(20_000, 20_000, () => `${word()} `).join(''));
  const rows = Buffer.from(random.several(6_000, 6_000, () => `${word()},${random.pick(LARGE)}\n`).join(''));
  for (const boundaries of [undefined, ['y', 'y1', 'y1', 'yy', 'zz9'].slice(0, 1 + 2 * seed), ['\0', '\uffff']]) {
    for (const tableBytesMax of [1, 1_300_000, undefined]) {
      const shape = { tableBytesMax, boundaries };
      for (const [each, object] of [
        [wordCounts, text],
        [ledger, rows],
      ] as const) {
        const half = Math.floor(object.length / 2);
        const spans =
          each === wordCounts
            ? [
                { start: 0, end: half },
                { start: half, end: object.length },
              ]
            : [{ start: 0, end: object.length }];
        const partials = await samePartials(each, object, spans, 300_000, shape);
        await sameMerged(each, partials, boundaries);
      }
    }
  }
});

it.each([8, 14, 15, 16])('sums of %i bytes are added exactly, however many partials have them', async (bytes) => {
  const most = 2n ** BigInt(8 * bytes - 1) - 1n;
  for (const value of [most, -most]) {
    const row = `k,${value}\n`;
    const object = Buffer.from(row.repeat(GROUP_SIZE_MAX));
    const spans = Array.from({ length: GROUP_SIZE_MAX }, (_, i) => ({
      start: i * row.length,
      end: (i + 1) * row.length,
    }));
    const partials = await Promise.all(spans.map((span, chunk) => partialOf(ledger, object, span, 1000, chunk)));
    await sameMerged(ledger, partials);
    const total = BigInt(GROUP_SIZE_MAX) * value;
    expect(await sameRows(ledger, partials)).toBe(`a,b,n\nk,${total},${GROUP_SIZE_MAX}\n`);
  }
});

it('sums that are longer than blocks are merged, though the plain path has read them', async () => {
  const byNumber = aggregate({
    name: 'long',
    input: csv({ a: 'integer', b: 'integer' }, { header: false }),
    groupBy: 'a',
    values: { b: sum('b'), n: count() },
    output: csvRows(['a', 'b', 'n']),
  });
  const long = 8n * BigInt(LONG_BYTES_MIN) + 100n;
  const value = 2n ** long;
  const rows = [`1,${value}\n2,5\n3,1\n`, `1,${value}\n2,6\n`];
  const object = Buffer.from(rows.join(''));
  const [first = ''] = rows;
  const cuts = [0, first.length, object.length];
  const spans = [0, 1].map((i) => ({ start: cuts[i] ?? 0, end: cuts[i + 1] ?? 0 }));
  const partials = await Promise.all(spans.map((span, chunk) => partialOf(byNumber, object, span, 1_000_000, chunk)));
  for (const inputs of [partials, [await nodeOf(byNumber, partials)]]) {
    expect(await rowsOf(byNumber, inputs)).toBe(`a,b,n\n1,${2n * value},2\n2,11,2\n3,1,1\n`);
  }
});

const edges = aggregate({
  name: 'edges',
  input: csv({ a: 'text', b: 'integer' }, { header: false }),
  groupBy: 'a',
  values: { least: min('b'), most: max('b'), all: sum('b') },
  output: csvRows(['a', 'least', 'most', 'all']),
});

it.each([1, 2, 3])('values at the edges of what a kernel holds are the same, seed %i', async (seed) => {
  const random = new Random(seed);
  const around = [53n, 63n, 64n, 112n, 120n, 127n, 128n].flatMap((bits) => [
    2n ** bits - 1n,
    2n ** bits,
    2n ** bits + 1n,
  ]);
  const value = () => random.pick([0n, 1n, ...around]) * random.pick([1n, -1n]);
  const chunks = random.several(2, 6, () => random.several(1, 60, () => `${random.below(20)},${value()}\n`).join(''));
  let end = 0;
  const spans = chunks.map((text) => {
    const start = end;
    end += text.length;
    return { start, end };
  });
  await sameMerged(edges, await samePartials(edges, Buffer.from(chunks.join('')), spans, 1000));
});
