/** Lines that a kernel sorts, and those that the plain path does: the same partials, nodes and results. */
import { describe, expect, it } from 'vitest';
import { lines, sorted, textLines } from '../../../functions/index.ts';
import { partialOf, sameMerged, samePartials } from '../../support/both-ways.ts';
import { lineCorpora } from '../../support/corpora/lines.ts';
import { cutAtRandom } from '../../support/cut-at-random.ts';
import { Random } from '../../support/random.ts';
import { sequences } from '../../unit/formats/read-span.ts';

const job = sorted({ name: 'sort', input: lines(), output: textLines() });

const byBytes = (a: Buffer, b: Buffer) => Buffer.compare(a, b);

/** Texts of which many share their first bytes, are beginnings of others, or are others with zeroes behind. */
function alike(random: Random, count: number): Buffer {
  const beginnings = ['', 'a', 'ab', '\0', 'common ', 'eight by', 'sixteen bytes of', 'sixteen bytes of\0'];
  const ends = ['', '', '\0', '\0\0', 'a', '\u00ff', 'b', 'common ', 'eight bytes more'];
  const line = () => random.pick(beginnings) + random.pick(ends) + random.pick(ends) + random.pick(ends);
  return Buffer.from(random.several(count, count, () => `${line()}${random.pick(['\n', '\r\n'])}`).join(''), 'latin1');
}

describe('sorted lines', () => {
  it('are the same of all small files at every cut', async () => {
    for (const text of sequences(['a', '\0', '\n', '\r'], 4)) {
      const object = Buffer.from(text.join(''));
      for (let cut = 0; cut <= object.length; cut++) {
        const whole = [
          { start: 0, end: cut },
          { start: cut, end: object.length },
        ];
        const spans = whole.filter(({ start, end }) => start < end);
        const partials = await samePartials(job, object, spans, 2, { tableBytesMax: cut % 2 === 0 ? 1 : undefined });
        if (cut === 1) await sameMerged(job, partials);
      }
    }
  });

  it.each([1, 2, 3])('are the same whatever fits in memory, in partitions or not, seed %i', async (seed) => {
    const random = new Random(seed);
    const corpora = lineCorpora(seed)
      .flatMap(({ files }) => files.map(({ bytes }) => bytes))
      .filter(({ length }) => length > 0);
    for (const object of [alike(random, 4_000), ...corpora]) {
      for (const boundaries of [undefined, ['a', 'common ', 'eight bya', 'long'], ['\0', '\uffff']]) {
        for (const tableBytesMax of [1, 3_000, 40_000, undefined]) {
          const spans = cutAtRandom(object.length, random);
          const partials = await samePartials(job, object, spans, 1 + random.below(70_000), {
            tableBytesMax,
            boundaries,
          });
          await sameMerged(job, partials, boundaries);
        }
      }
    }
  });

  it('that are longer than a kernel takes, and than its memory, are among the others', async () => {
    const random = new Random(4);
    const long = (start: string) => `${start}${'long '.repeat(70_000)}${random.digits(3)}\n`;
    const some = () => random.several(300, 300, () => `${random.digits(6)}\n`).join('');
    const object = Buffer.from(`${some()}${long('5')}${some()}${long('')}${long('5')}${some()}`);
    for (const tableBytesMax of [1, 20_000, 500_000, undefined]) {
      const partials = await samePartials(job, object, cutAtRandom(object.length, random), 90_000, { tableBytesMax });
      await sameMerged(job, partials);
    }
  });

  it.each([
    ['all equal', () => 'the same line as all others'],
    ['equal, and long', () => 'the same '.repeat(100)],
    ['empty', () => ''],
    ['of a few texts', (n: number) => 'x'.repeat(n % 40)],
    ['nearly in order', (n: number) => String(n + (n % 7)).padStart(30, '0')],
    ['backwards', (n: number) => String(9_999 - n)],
    ['of one byte each', (n: number) => String.fromCharCode(32 + (n % 90))],
    ['alike for fifty bytes, over and over', (n: number) => `${'x'.repeat(10 * (n % 60))}${n % 3}`],
  ])('%s: in order', async (_, line) => {
    const all = Array.from({ length: 5_000 }, (_, n) => Buffer.from(line(n)));
    const object = Buffer.concat(all.flatMap((one) => [one, Buffer.from('\n')]));
    const [partial] = await samePartials(job, object, [{ start: 0, end: object.length }], 1_000_000);
    await sameMerged(job, [partial ?? Buffer.of()]);
    expect(partial?.equals(await partialOf(job, joined(all.sort(byBytes)), { start: 0, end: object.length }))).toBe(
      true,
    );
  });
});

const joined = (all: readonly Buffer[]) => Buffer.concat(all.flatMap((one) => [one, Buffer.from('\n')]));
