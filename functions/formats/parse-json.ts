/** A value that JSON can hold, integers beyond ±(2^53 - 1) as bigint. */
export type JsonValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** Other numbers are what they say: 2^53 has 16 digits, and what overflows has as many or an exponent of three. */
const LARGE = /\d{16}|[eE]\+?\d{3}/;
const INTEGER = /^-?\d+$/;

/**
 * `JSON.parse`, but an integer that a double cannot hold becomes a bigint instead of another integer.
 *
 * @throws SyntaxError, also for a number with a fraction or an exponent that is too large for a double
 */
export function parseJson(text: string): JsonValue {
  return LARGE.test(text) ? JSON.parse(text, exact) : JSON.parse(text);
}

function exact(_: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source;
  if (source !== undefined && INTEGER.test(source)) return BigInt(source);
  if (Number.isFinite(value)) return value;
  throw new SyntaxError(`${source?.slice(0, 40)} is too large for a number`);
}
