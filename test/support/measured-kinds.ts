/** Prints how much memory values of each kind take, measured and as `Sizer` has it: a process of its own, so that nothing else is measured. */
import { Sizer } from '../../functions/core/size-of.ts';
import { heldBytes } from './heap.ts';
import { Random } from './random.ts';

/** Of all values of a kind. Bytes. */
export interface MeasuredKind {
  readonly name: string;
  readonly real: number;
  readonly estimated: number;
}

const random = new Random(1);
/** Values of each kind, none of which shares its memory with another. */
const KINDS: readonly (readonly [name: string, count: number, make: (n: number) => unknown])[] = [
  ['fractions', 20_000, (n) => n + 0.5],
  ['short texts', 20_000, (n) => text(n, 20)],
  ['long texts', 2_000, (n) => text(n, 1_000)],
  ['texts of two-byte characters', 20_000, (n) => `${text(n, 20)}日`.normalize()],
  ['bigints', 20_000, (n) => BigInt(n) * 1_000n],
  ['huge bigints', 2_000, (n) => 10n ** 300n + BigInt(n)],
  ['objects of a type', 20_000, (n) => ({ cents: BigInt(n), entries: 1 })],
  ['objects of fractions', 20_000, (n) => ({ a: n + 0.5, b: n + 0.25 })],
  ['objects whose names are data', 10_000, (n) => ({ [text(n, 10)]: 1 })],
  [
    'objects of many names that are data',
    500,
    (n) => Object.fromEntries(several(40, (k) => [text(n * 40 + k, 10), k])),
  ],
  ['objects of some of many names', 2_000, () => Object.fromEntries(several(10, (k) => [`n${random.below(120)}`, k]))],
  ['lists of one', 20_000, (n) => [n]],
  ['lists that grew', 2_000, (n) => several(100, (k) => n + k)],
  ['lists of fractions', 200, (n) => several(1_000, (k) => n + k + 0.5)],
  ['lists of texts', 200, (n) => several(1_000, (k) => text(n * 1_000 + k, 10))],
  ['sets', 2_000, (n) => new Set(several(129, (k) => n + k))],
  ['maps', 1_000, (n) => new Map(several(129, (k) => [text(n + k, 8), text(k, 20)]))],
  ['bytes', 5_000, () => new Uint8Array(100)],
  ['nested values', 5_000, (n) => ({ a: { b: [{ c: n }, { c: n + 1 }] } })],
];

const several = <T>(count: number, make: (index: number) => T): T[] => {
  const made: T[] = [];
  for (let i = 0; i < count; i++) made.push(make(i));
  return made;
};
/** A text of its own: not put together from others, nor cut from one. */
const text = (n: number, length: number) => Buffer.from(String(n).padEnd(length, 'x')).toString();

/** Bytes that V8 needs for values, in the middle of five times: it also takes and gives back memory of its own. */
function realBytes(held: unknown[], make: (n: number) => unknown): number {
  const times = several(5, () => {
    held.fill(null);
    const before = heldBytes();
    for (let n = 0; n < held.length; n++) held[n] = make(n);
    return heldBytes() - before + 8 * held.length;
  });
  return times.sort((a, b) => a - b)[2] ?? 0;
}

const measured = KINDS.map(([name, count, make]): MeasuredKind => {
  const held = new Array<unknown>(count).fill(null);
  make(-1);
  const real = realBytes(held, make);
  const sizer = new Sizer();
  return { name, real, estimated: held.reduce((sum: number, value) => sum + sizer.of(value), 0) };
});
process.stdout.write(JSON.stringify(measured));
