const ZERO = 0x30;
const POINT = 0x2e;
const PLUS = 0x2b;
const MINUS = 0x2d;
/** Digits that a double holds exactly. */
const EXACT_DIGITS = 15;

/**
 * The exact value of a decimal number, times 10^scale: `[+-]?(\d+(\.\d{0,scale})?|\.\d{1,scale})`. Undefined for
 * anything else. With `integer` no point may stand in it.
 */
export function parseScaled(
  bytes: Buffer,
  start: number,
  end: number,
  scale: number,
  integer: boolean,
): bigint | undefined {
  const sign = bytes[start];
  const first = start < end && (sign === PLUS || sign === MINUS) ? start + 1 : start;
  let point = -1;
  let value = 0;
  for (let i = first; i < end; i++) {
    const byte = bytes[i] as number; // i is within
    if (byte >= ZERO && byte <= ZERO + 9) value = value * 10 + (byte - ZERO);
    else if (byte === POINT && point < 0 && !integer) point = i;
    else return undefined;
  }
  const digits = end - first - (point < 0 ? 0 : 1);
  const missing = scale - (point < 0 ? 0 : end - point - 1);
  if (digits === 0 || missing < 0) return undefined;
  const negative = sign === MINUS;
  if (digits + missing <= EXACT_DIGITS) {
    const scaled = BigInt(value * 10 ** missing);
    return negative ? -scaled : scaled;
  }
  const text = bytes.toString('latin1', first, end).replace('.', '') + '0'.repeat(missing);
  return negative ? -BigInt(text) : BigInt(text);
}
