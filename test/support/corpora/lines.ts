import { type Corpus, compressed, emptyFiles, file } from '../corpus.ts';
import { Random } from '../random.ts';
import { NASTY_TEXTS } from './nasty.ts';

/** Bytes that are not UTF-8, and some that sort otherwise as text than as bytes. */
const BROKEN = [
  'ff',
  'fe80',
  'c3',
  '80',
  'ed a0 80',
  'f0 9f',
  'ee 80 80',
  'f0 90 80 80',
  '00',
  '00 00',
  '61 00',
  '61',
].map((hex) => Buffer.from(hex.replaceAll(' ', ''), 'hex'));

/** Inputs of sort. */
export function lineCorpora(seed: number): Corpus[] {
  const random = new Random(seed);
  const some = (count: number) =>
    linesFile(
      random.several(count, count, () => line(random)),
      random,
    );
  const long = Buffer.alloc(200_000, 'long ');
  return [
    {
      name: 'nothing',
      small: true,
      files: [file('empty', ''), file('one line', '\n'), file('no end', 'x'), file('cr', '\r'), file('crlf', '\r\n')],
    },
    {
      name: 'nasty lines',
      small: true,
      seeded: true,
      files: [file('1', some(12)), file('2', ''), file('3', some(12))],
    },
    {
      name: 'equal lines, and lines that begin alike',
      small: false,
      files: [
        file(
          '1',
          linesFile(
            random.several(6_000, 6_000, () => Buffer.from(random.digits(random.below(3)))),
            random,
          ),
        ),
        file(
          '2',
          linesFile(
            random.several(3_000, 3_000, () => Buffer.from(`${'common '.repeat(5)}${random.digits(2)}`)),
            random,
          ),
        ),
      ],
    },
    {
      name: 'lines longer than a chunk',
      small: false,
      files: [
        file('long', linesFile([long, line(random), Buffer.concat([long, line(random)]), long], random)),
        file('short', some(400)),
      ],
    },
    { name: 'many files', small: false, files: [file('1', some(4_000)), ...emptyFiles(300), file('2', some(4_000))] },
    compressed(() => some(300)),
  ];
}

function line(random: Random): Buffer {
  if (random.oneIn(8)) return Buffer.alloc(0);
  const text = random.several(0, 3, () => Buffer.from(random.pick(NASTY_TEXTS).replaceAll('\n', ' ')));
  const broken = random.several(0, 2, () => random.pick(BROKEN));
  return Buffer.concat(random.oneIn(2) ? [...text, ...broken] : [...broken, ...text, Buffer.from(random.digits(3))]);
}

/** LF and CRLF, with or without an end of the last line. */
function linesFile(lines: readonly Buffer[], random: Random): Buffer {
  const ended = lines.flatMap((one) => [one, Buffer.from(random.pick(['\n', '\n', '\r\n']))]);
  return Buffer.concat(random.oneIn(2) ? ended.slice(0, -1) : ended);
}
