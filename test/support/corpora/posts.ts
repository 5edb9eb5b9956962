import { type Corpus, compressed, emptyFiles, file } from '../corpus.ts';
import { Random } from '../random.ts';
import { jsonlFile, jsonText, NASTY_TEXTS } from './nasty.ts';

/** Inputs of trending. */
export function postCorpora(seed: number): Corpus[] {
  const random = new Random(seed);
  const some = (posts: number) =>
    jsonlFile(
      random.several(posts, posts, () => post(random)),
      random,
    );
  const long = `{"text":"${'é\\n'.repeat(80_000)}","tags":["long","__proto__"]}`;
  return [
    { name: 'nothing', small: true, files: [file('empty', ''), file('blank', '\n\r\n  \n'), file('bom', '\ufeff')] },
    { name: 'nasty tags', small: true, seeded: true, files: [file('1', some(6)), file('2', ''), file('3', some(6))] },
    {
      name: 'records longer than a chunk',
      small: false,
      files: [file('long', jsonlFile([post(random), long, post(random), long, long], random)), file('short', some(60))],
    },
    {
      name: 'more tags than the top',
      small: false,
      files: [file('1', some(5_000)), file('2', some(5_000)), ...emptyFiles(300)],
    },
    compressed(() => some(400)),
  ];
}

function post(random: Random): string {
  const tag = () => jsonText(random.oneIn(3) ? random.pick(NASTY_TEXTS) : `tag${random.below(300)}`, random);
  const space = random.pick(['', ' ']);
  const members = [
    `"id":${space}${random.pick(['1', '9007199254740993', '"x"', 'null', '1e2'])}`,
    `"user":${jsonText(random.pick(NASTY_TEXTS), random)}`,
    `"text":${jsonText(random.pick(NASTY_TEXTS), random)}`,
    `"__proto__":{"tags":[${tag()}]}`,
  ].filter(() => random.oneIn(2));
  return `{${[...members, `"tags":${space}[${random.several(0, 4, tag).join(`,${space}`)}]`].join(`${space},`)}}`;
}
