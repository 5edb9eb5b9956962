/** Numbers of JSON, but those with exponents or many digits. */

/** Digits in a row that a double holds exactly. */
const DIGITS_MAX: usize = 15;
/** Whether the number that was read last has no decimals. */
export let whole: bool = false;

/** A number without an exponent; where it ends, or 0. */
export function number(from: usize): usize {
  let at = from;
  if (load<u8>(at) == 0x2d) at += 1;
  const end = afterDigits(at);
  if (end == at || end - at > DIGITS_MAX || (load<u8>(at) == 0x30 && end - at > 1)) return 0;
  whole = load<u8>(end) != 0x2e;
  at = end;
  if (!whole) {
    at = afterDigits(end + 1);
    if (at == end + 1 || at - end > DIGITS_MAX) return 0;
  }
  return (load<u8>(at) | 0x20) == 0x65 ? 0 : at;
}

// @ts-ignore: decorator
@inline
function afterDigits(from: usize): usize {
  let at = from;
  while (<u32>load<u8>(at) - 0x30 <= 9) at += 1;
  return at;
}

/** The value of one without decimals. */
export function wholeNumber(from: usize, to: usize): i64 {
  const negative = load<u8>(from) == 0x2d;
  let value: i64 = 0;
  for (let at = negative ? from + 1 : from; at < to; at++) value = value * 10 + load<u8>(at) - 0x30;
  return negative ? -value : value;
}
