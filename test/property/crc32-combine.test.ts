import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { crc32Combine } from '../../functions/core/crc32-combine.ts';

it('is the checksum of both, one behind the other', () => {
  const bytes = fc.uint8Array({ maxLength: 3_000 });
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      expect(crc32Combine(crc32(a), crc32(b), b.length)).toBe(crc32(b, crc32(a)));
    }),
    { numRuns: 3_000 },
  );
});

it('goes on beyond 4 GiB: shifting by two lengths is shifting by their sum', () => {
  const lengths = fc.maxSafeNat();
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), lengths, lengths, (crc, one, other) => {
      const [a, b] = [Math.floor(one / 2), Math.floor(other / 2)];
      expect(crc32Combine(crc32Combine(crc, 0, a), 0, b)).toBe(crc32Combine(crc, 0, a + b));
    }),
    { numRuns: 1_000 },
  );
});
