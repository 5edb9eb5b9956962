/** Words in a kernel and on the plain path: the same partials at every cut, the same nodes, the same results. */
import { describe, expect, it } from 'vitest';
import { words } from '../../../functions/formats/words.ts';
import { chunkPlan } from '../../../functions/kernels/plan.ts';
import { plainly, sameMerged, samePartials } from '../../support/both-ways.ts';
import { NASTY_WORDS } from '../../support/corpora/nasty.ts';
import { Random } from '../../support/random.ts';
import { wordCounts as job } from '../../support/word-counts.ts';
import { sequences } from '../../unit/formats/read-span.ts';

describe('words in a kernel', () => {
  it('are what is tested', () => {
    expect(chunkPlan(job)).toBeDefined();
    expect(chunkPlan(plainly(job))).toBeUndefined();
  });

  it('are never longer than records may be', async () => {
    const brief = { ...job, input: words({ recordBytesMax: 1000 }) };
    await samePartials(brief, Buffer.from(`a ${'x'.repeat(1000)} b`), [{ start: 0, end: 1004 }]);
    await samePartials(brief, Buffer.from(`a ${'x'.repeat(1001)} b`), [{ start: 0, end: 1005 }]);
  });

  it('come to the same in every span of every small file', async () => {
    let spans = 0;
    for (const letters of sequences(['a', '\n', '\xff'], 5)) {
      const object = Buffer.from(letters.join(''), 'latin1');
      for (let start = 0; start <= object.length; start++) {
        for (let end = start + 1; end <= object.length; end++) {
          for (const blockBytes of [1, 2, 6]) await samePartials(job, object, [{ start, end }], blockBytes);
          spans += 1;
        }
      }
    }
    expect(spans).toBeGreaterThan(4_000);
  });

  it.each([1, 2, 3, 4])('come to the same for many words, long and alike ones among them, seed %i', async (seed) => {
    const random = new Random(seed);
    const alike = Array.from(
      { length: 300 },
      (_, i) => `${'same'.repeat(1 + (i % 40))}${'\0'.repeat(i % 9)}${i % 3 === 0 ? '' : i % 7}`,
    );
    const long = () => random.pick(['x', 'é', '\0']).repeat(random.below(400_000));
    const word = () => {
      if (random.oneIn(5_000)) return long();
      if (random.oneIn(8)) return random.pick(NASTY_WORDS);
      return random.oneIn(4) ? random.pick(alike) : String(random.below(60_000)).repeat(1 + random.below(3));
    };
    const text = random.several(0, 60_000, () => word() + random.pick([' ', '\n', '\r\n', '\t\v\f']));
    const object = Buffer.concat([Buffer.from(text.join('')), Buffer.from(random.pick(['', 'last', 'c3', ' ']))]);
    const cuts = random.several(0, 6, () => random.below(object.length + 1)).sort((a, b) => a - b);
    const spans = [0, ...cuts]
      .map((start, i) => ({ start, end: cuts[i] ?? object.length }))
      .filter(({ start, end }) => start < end);
    const partials = await samePartials(job, object, spans, random.pick([1_000, 65_536, 300_000]));
    await sameMerged(job, partials);
  });
});
