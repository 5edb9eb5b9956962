/** Words that a kernel finds in whole blocks and counts in two tables, beside words that JavaScript splits and counts. */
import { expect, it } from 'vitest';
import { partialOf, rowsOf } from '../../support/both-ways.ts';
import { Random } from '../../support/random.ts';
import { wordCounts as job } from '../../support/word-counts.ts';

const SPACES = ['\t', '\n', '\v', '\f', '\r', ' '];
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

async function expectCounted(text: string): Promise<void> {
  const object = Buffer.from(text);
  const partial = await partialOf(job, object, { start: 0, end: object.length }, 300_000);
  const counts = new Map<string, number>();
  for (const word of text.split(/[\t-\r ]+/)) if (word !== '') counts.set(word, (counts.get(word) ?? 0) + 1);
  const rows = Array.from(counts, ([word, count]) => `${word},${count}\n`).sort(); // of ASCII: by code unit is by byte
  expect(await rowsOf(job, [partial])).toBe(`word,count\n${rows.join('')}`);
}

it('knows white space from all other bytes', async () => {
  const others = Array.from({ length: 128 }, (_, byte) => String.fromCharCode(byte)).filter((byte) =>
    /[^\s",]/.test(byte),
  );
  await expectCounted(`${others.join('x')} ${'-'.repeat(100)} ${SPACES.join('a')}${' '.repeat(100)}`);
});

it.each([1, 2, 3])(
  'finds words around white space that follows on white space, wherever it is, seed %i',
  async (seed) => {
    const random = new Random(seed);
    const word = () =>
      Array.from({ length: 1 + random.below(random.oneIn(9) ? 30 : 8) }, () => random.pick([...LETTERS])).join('');
    for (let i = 0; i < 400; i++) {
      let text = random.several(300, 900, word).join(random.pick(SPACES));
      for (let runs = random.below(4); runs > 0; runs--) {
        const at = random.oneIn(2)
          ? random.below(text.length)
          : 64 * random.below(text.length / 64) - 2 + random.below(5);
        const run = random.several(1, random.pick([3, 70]), () => random.pick(SPACES)).join('');
        text = text.slice(0, Math.max(0, at)) + run + text.slice(Math.max(0, at) + random.below(2) * run.length);
      }
      await expectCounted(text);
    }
  },
);

it('finds as many words in a block as there may be, and as few', async () => {
  await expectCounted('a '.repeat(5_000));
  await expectCounted(`${'b'.repeat(3_000)} `.repeat(3) + 'c '.repeat(600) + ' '.repeat(3_000) + 'd '.repeat(13));
});

it('counts many short words, of which none was met before', async () => {
  const random = new Random(1);
  const letters = Array.from({ length: 94 }, (_, i) => String.fromCharCode(0x21 + i)).filter(
    (one) => !'",'.includes(one),
  );
  await expectCounted(random.several(40_000, 40_000, () => random.pick(letters) + random.pick(letters)).join('\n'));
});

it.each([1, 2, 3])('counts words that come to be met most, and cease to be, seed %i', async (seed) => {
  const random = new Random(seed);
  const words = Array.from({ length: 60_000 }, (_, i) => `${i.toString(36)}${'y'.repeat(i % 17)}`);
  const text: string[] = [];
  for (let phase = 0; phase < 4; phase++) {
    const first = random.below(words.length);
    for (let i = 0; i < 250_000; i++) {
      const rank = random.oneIn(2) ? random.below(words.length) : Math.floor(3_000 ** (random.below(1_000) / 1_000));
      text.push(words[(first + rank) % words.length] ?? '');
    }
  }
  await expectCounted(text.join(' '));
});
