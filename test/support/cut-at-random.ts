import type { Span } from '../../functions/formats/format.ts';
import type { Random } from './random.ts';

/** Neighbouring spans that cover an object, none of them empty. */
export function cutAtRandom(bytes: number, random: Random): Span[] {
  const cuts = random.several(0, 5, () => random.below(bytes + 1)).sort((a, b) => a - b);
  return [0, ...cuts].map((start, i) => ({ start, end: cuts[i] ?? bytes })).filter(({ start, end }) => start < end);
}

/** Records with some bytes changed, left out or doubled: most of them, here and there. */
export function damaged(record: string, random: Random): string {
  if (!random.oneIn(6)) return record;
  const at = random.below(record.length + 1);
  const odd = random.pick([
    '',
    '"',
    '\\',
    '\\u00e9',
    '\\x',
    '{',
    '}',
    '[',
    ',',
    ':',
    ' ',
    '\t',
    '\r',
    '0',
    '-',
    'e5',
    '.',
    '\u0001',
    '\u00e9',
    '\xff',
  ]);
  return record.slice(0, at) + odd + record.slice(at + random.below(3));
}
