import { type Corpus, emptyFiles, file } from '../corpus.ts';
import { Random } from '../random.ts';
import { NASTY_WORDS } from './nasty.ts';

const SPACES = [' ', '\n', '\r\n', '\t', '\v', '\f', '  ', ' \n\n', '\r'];
/** Starts, middles and stray ends of UTF-8 sequences, NUL, and spaces that are none in ASCII. */
const BROKEN = ['ff', 'c3', '80', 'e282', 'f09f98', 'eda080', '00', 'c2a0', 'e28080', '1c', '85'].map((hex) =>
  Buffer.from(hex, 'hex'),
);

/** Inputs of word-count. */
export function wordCorpora(seed: number): Corpus[] {
  const random = new Random(seed);
  const some = (count: number) => Buffer.concat(random.several(count, count, () => piece(random)));
  return [
    { name: 'nothing', small: true, files: [file('empty.txt', '')] },
    { name: 'only white space', small: true, files: [file('a', ' \n\t '), file('b', '\r\n')] },
    {
      name: 'nasty bytes',
      small: true,
      seeded: true,
      files: [
        file('1', some(60)),
        file('2', ''),
        file('3', some(1)),
        file('4/5', some(60)),
        file('6', '\ufeffbom word'),
      ],
    },
    {
      name: 'long words among short ones',
      small: false,
      files: [
        file('long', `${'x'.repeat(300_000)} y ${'é'.repeat(150_000)}\nz`),
        file('longer', '日'.repeat(150_000)),
        file('short', some(40_000)),
      ],
    },
    {
      name: 'thousands of empty files',
      small: false,
      files: [...emptyFiles(3_000), file('zz', 'a b a'), file('zzz', 'a')],
    },
    {
      name: 'compressed',
      small: false,
      files: [
        file('a.gz', some(9_000), 'gzip'),
        file('b', some(9_000), 'gzip-members'),
        file('c.zst', some(9_000), 'zstd'),
        file('d', some(9_000), 'zstd-frames'),
        file('e.gz', 'plain in spite of its name'),
        file('f.gz', '', 'gzip'),
      ],
    },
  ];
}

function piece(random: Random): Buffer {
  if (random.oneIn(8)) return random.pick(BROKEN);
  const word = random.oneIn(2) ? random.pick(NASTY_WORDS) : String.fromCharCode(97 + random.below(4));
  return Buffer.from(random.oneIn(5) ? word : word + random.pick(SPACES));
}
