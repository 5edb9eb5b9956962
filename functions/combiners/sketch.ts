/** What the values of approximate combiners have in common: four bytes at the start that say what they are. */
import { FanfoldError } from '../errors.ts';

/** Bytes that no text begins with. */
const MAGIC = [0xff, 0x53] as const;
export const HEADER_BYTES = 4;

const KINDS = { approxDistinct: 1, approxQuantiles: 2, approxTop: 3 } as const;
export type SketchKind = keyof typeof KINDS;

/** A sketch of so many bytes, with its header. `precision` must be the same in all that are combined. */
export function newSketch(kind: SketchKind, precision: number, bytes: number): Uint8Array {
  const sketch = new Uint8Array(HEADER_BYTES + bytes);
  sketch.set([...MAGIC, KINDS[kind], precision]);
  return sketch;
}

/** Whether a value is a sketch of this kind, whatever its precision. */
export const isSketch = (value: unknown, kind: SketchKind): value is Uint8Array =>
  value instanceof Uint8Array &&
  value.length >= HEADER_BYTES &&
  value[0] === MAGIC[0] &&
  value[1] === MAGIC[1] &&
  value[2] === KINDS[kind];

/** @throws FANFOLD_VALUE_INVALID for anything else than a sketch of this kind and precision */
export function checkSketch(sketch: unknown, kind: SketchKind, precision: number): void {
  const what = !isSketch(sketch, kind)
    ? 'a value that it did not make'
    : sketch[3] !== precision
      ? 'a sketch that was made with other options'
      : undefined;
  if (what === undefined) return;
  throw new FanfoldError('FANFOLD_VALUE_INVALID', `${kind}() got ${what}`, {
    fix: `Yield what \`of\` of the same ${kind}() makes, and combine and estimate with that one.`,
  });
}

export function invalidOption(kind: SketchKind, what: string, fix: string): FanfoldError {
  return new FanfoldError('FANFOLD_JOB_INVALID', `${kind}(): ${what}`, { fix });
}
