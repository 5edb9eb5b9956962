/** Sabotages of how a kernel finds words, and counts them in two tables. */
import type { Tested } from './tested.ts';

const TESTS = [
  'test/property/kernels/counted-words.test.ts',
  'test/property/kernels/words.test.ts',
  'test/property/kernels/many-groups.test.ts',
];

const WORDS = 'functions/kernels/assembly/words.ts';
const HOT = 'functions/kernels/assembly/hot.ts';
const OFFERS = 'functions/kernels/assembly/offers.ts';
const TABLE = 'functions/kernels/assembly/table.ts';
const KEY = 'functions/kernels/assembly/key.ts';

const SABOTAGES: Tested['sabotages'] = [
  ['a form feed is a letter', WORDS, '0x0b, 0x0c, 0x0d', '0x0b, 0, 0x0d'],
  ['a zero is white space', WORDS, '0x0d, 0, 0]', '0x0d, 0x0e, 0]'],
  [
    'bytes are white space by their lower bits alone',
    WORDS,
    'i8x16.eq(bytes, i8x16.swizzle',
    'i8x16.eq(v128.and(bytes, lowerBits), i8x16.swizzle',
  ],
  [
    'a block is looked at by itself',
    WORDS,
    'runs |= white & ((white << 1) | previous)',
    'runs |= white & (white << 1)',
  ],
  ['all white space ends a word', WORDS, 'return runs != 0;', 'return false;'],
  [
    'twelve words of a block are all',
    WORDS,
    'for (let more = to + BITS_MIN * 4; more < end;',
    'for (let more = end; more < end;',
  ],
  ['the word at hand is forgotten', WORDS, 'wordStarts + (<usize>(before ^ 1) << 2)', 'wordStarts'],
  [
    'a block begins after white space',
    WORDS,
    'let previous = before;\n  for (let block',
    'let previous: u64 = 1;\n  for (let block',
  ],
  [
    'what begins behind the blocks is not known',
    WORDS,
    'if (previous != 0) store<u32>(started',
    'if (previous == 2) store<u32>(started',
  ],
  ['half of a key holds a place', HOT, 'same + 1) >> 16', 'same + 1) >> 16 | <u32>(same == 0xff)'],
  [
    'a count in a place is lost',
    HOT,
    '  if (count == IN_PLACE + 1) return store<u64>(place, most + 1, 16);',
    '  if (count == IN_PLACE + 1) return;',
  ],
  ['who takes a place forgets who held it', HOT, '  store<u64>(load<u32>(place, 24), most);\n', ''],
  ['who takes a place is counted twice', HOT, '  store<u64>(entry, IN_PLACE);\n', ''],
  ['long keys take places', HOT, ' || isLong(high)) return;', ') return;'],
  ['places keep their counts', HOT, '  if (!anyHeld) return;\n', '  return;\n'],
  [
    'a slot of half a hash is that of a key',
    TABLE,
    'if (entry == 0 || i8x16.bitmask(same) != 0xffff) {',
    'if (entry == none) {',
  ],
  ['a free slot is that of the empty key', TABLE, 'if (entry == 0 || i8x16', 'if (i8x16'],
  ['keys are cut', KEY, 'first16(from, length), 15, <i8>length)', 'v128.load(from), 15, <i8>length)'],
  ['keys have no length', KEY, 'i8x16.replace_lane(first16(from, length), 15, <i8>length)', 'first16(from, length)'],
  [
    'what waits is overwritten',
    OFFERS,
    '(WAITING_BYTES - 1)) == full) endWait(partition)',
    '(WAITING_BYTES - 1)) == full + 1) endWait(partition)',
  ],
  ['long keys wait', OFFERS, '    if (isLong(high)) {', '    if (high == 0) {'],
];

export const WORDS_COUNTED: Tested = { tests: TESTS, env: {}, sabotages: SABOTAGES };
