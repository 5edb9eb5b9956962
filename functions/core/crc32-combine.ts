/** The CRC-32 of bytes from those of its pieces, without the bytes. */

/** IEEE 802.3, bits reversed: as zlib, PNG and S3 have it. The highest bit stands for x^0. */
const POLYNOMIAL = 0xedb88320;
const ONE = 0x80000000;
const X_TO_THE_8 = 0x00800000;

/**
 * The checksum of `a` and `b`, one behind the other. That is a(x) · x^(8 · bytes of b) + b(x) modulo the polynomial: the
 * method of zlib's crc32_combine. https://github.com/madler/zlib/blob/develop/crc32.c
 */
export const crc32Combine = (a: number, b: number, bytesOfB: number): number =>
  (multiply(shiftBy(bytesOfB), a) ^ b) >>> 0;

/** x^(8 · bytes), by squaring. */
function shiftBy(bytes: number): number {
  let shift = ONE;
  let square = X_TO_THE_8;
  for (let left = bytes; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) shift = multiply(square, shift);
    square = multiply(square, square);
  }
  return shift;
}

/** The product of two polynomials, modulo the polynomial. */
function multiply(a: number, b: number): number {
  let product = 0;
  let times = b;
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) product ^= times;
    times = (times & 1) === 0 ? times >>> 1 : (times >>> 1) ^ POLYNOMIAL;
  }
  return product >>> 0;
}
