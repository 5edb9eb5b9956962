import { type Corpus, compressed, emptyFiles, file } from '../corpus.ts';
import { Random } from '../random.ts';
import { jsonlFile, jsonText, NASTY_TEXTS } from './nasty.ts';

/** Terms that lower-casing and categories get wrong: final sigma, dotted I, title case, numbers that are no digits, marks. */
// biome-ignore format: a table
const TERMS = [
  'the', 'The', 'THE', 'a', 'ΟΔΟΣ', 'Σ', 'ΑΣ1', 'İstanbul', 'ǅ', 'STRASSE', 'straße', 'Ⅷ', 'x²', '٣', '½', 'ไทยนี้', 'हिन्दी', 'é', 'e\u0301',
  '𐐀𐐁', '𝟘', 'ﬁ', '\u212a', '日本語', '한국어', 'ª', 'ᾩ', 'Ω', '__proto__', 'constructor', '1', '01', 'ﬀ', '\u{10400}', 'ꓐ', 'Ა',
];
const BETWEEN = [' ', ', ', '-', '_', "'", '. ', '\u0301', '\u200d', '\n', '\u{1f600}', '', '\u00a0'];
// biome-ignore format: a table
const IDS = [
  '1', '"1"', '-1', '9007199254740993', '-9007199254740993', '123456789012345678901234567890', '0.5', '1e3', '1000', '1.5e-9', '""',
];

/** Inputs of inverted-index. */
export function documentCorpora(seed: number): Corpus[] {
  const random = new Random(seed);
  const some = (documents: number) =>
    jsonlFile(
      random.several(documents, documents, () => document(random)),
      random,
    );
  const long = `{"text":${JSON.stringify('Long ΟΔΟΣ x\u0301y '.repeat(20_000))},"id":"long"}`;
  return [
    { name: 'nothing', small: true, files: [file('empty', ''), file('no terms', '{"id":1,"text":"-- !"}')] },
    {
      name: 'nasty terms and ids',
      small: true,
      seeded: true,
      files: [file('1', some(5)), file('2', ''), file('3', some(5))],
    },
    {
      name: 'records longer than a chunk',
      small: false,
      files: [
        file('long', jsonlFile([document(random), long, document(random), long], random)),
        file('short', some(60)),
      ],
    },
    { name: 'hot terms', small: false, files: [file('1', some(4_000)), file('2', some(4_000)), ...emptyFiles(300)] },
    compressed(() => some(300)),
  ];
}

function document(random: Random): string {
  const text = random.several(0, 8, () => random.pick(TERMS) + random.pick(BETWEEN)).join('');
  return `{"id":${id(random)},"lang":null,"text":${jsonText(text, random)}}`;
}

function id(random: Random): string {
  if (random.oneIn(3)) return String(random.below(500));
  if (random.oneIn(2)) return jsonText(random.pick(NASTY_TEXTS), random);
  return random.pick(IDS);
}
