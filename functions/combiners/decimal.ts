import { FanfoldError } from '../errors.ts';

/**
 * Writes a scaled integer as a decimal number with exactly `scale` decimals. Zero has no sign.
 *
 * @param scale 0 to 100
 * @throws FANFOLD_VALUE_INVALID for another scale
 * @example
 * ```ts
 * decimal(-12345n, 2); // → '-123.45'
 * decimal(5n, 2); // → '0.05'
 * decimal(7n, 0); // → '7'
 * ```
 */
export function decimal(value: bigint, scale: number): string {
  if (!Number.isInteger(scale) || scale < 0 || scale > 100) {
    throw new FanfoldError('FANFOLD_VALUE_INVALID', `decimal(): the scale is ${scale}`, {
      fix: 'Give a whole number, 0 to 100.',
    });
  }
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  const sign = value < 0n ? '-' : '';
  if (scale === 0) return sign + digits;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
