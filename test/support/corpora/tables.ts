import { type Corpus, compressed, emptyFiles, file } from '../corpus.ts';
import { Random } from '../random.ts';
import { csvFile, NASTY_TEXTS } from './nasty.ts';

/** Inputs of csv-to-jsonl. */
export function tableCorpora(seed: number): Corpus[] {
  const random = new Random(seed);
  const some = (rows: number) => table(rows, random);
  const long = '"long", \r\nfield\t'.repeat(20_000);
  return [
    { name: 'nothing', small: true, files: [file('empty', ''), file('header', 'a,b'), file('header2', 'a,b\r\n')] },
    {
      name: 'nasty columns and fields',
      small: true,
      seeded: true,
      files: [file('1', some(5)), file('2', ''), file('3', some(5)), file('4', some(0))],
    },
    {
      name: 'one column',
      small: true,
      files: [file('1', '1\n"a\nb"\n""""\n'), file('2', '\ufeff"__proto__"\r\n""\r\nx')],
    },
    {
      name: 'records longer than a chunk',
      small: false,
      files: [
        file(
          'long',
          csvFile(
            [
              ['a', 'b'],
              ['x', long],
              ['"', ''],
              [long, 'y'],
              ['z', long],
            ],
            random,
          ),
        ),
        file('short', some(60)),
      ],
    },
    { name: 'many rows', small: false, files: [file('1', some(4_000)), file('2', some(4_000)), ...emptyFiles(300)] },
    compressed(() => some(300)),
  ];
}

/** A header of its own: nasty names, each once. Rows of nasty fields, none of them a blank line. */
function table(rows: number, random: Random): string {
  const header = [...new Set(random.several(2, 6, () => random.pick(NASTY_TEXTS)))];
  const row = () => header.map((_, column) => (column > 0 && random.oneIn(4) ? '' : random.pick(NASTY_TEXTS)));
  return csvFile([header, ...random.several(rows, rows, row)], random);
}
