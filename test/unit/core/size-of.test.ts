import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CUT_CHARACTERS_MIN, Sizer } from '../../../functions/core/size-of.ts';
import type { MeasuredKind } from '../../support/measured-kinds.ts';

const printed = execFileSync(process.execPath, [join(import.meta.dirname, '../../support/measured-kinds.ts')]);
const measured: readonly MeasuredKind[] = JSON.parse(String(printed));

describe('the memory that values take', () => {
  it.each(measured)('of $name is at least what V8 takes, and at most four times that', ({ real, estimated }) => {
    expect(estimated / real).toBeGreaterThan(0.9);
    expect(estimated / real).toBeLessThan(4);
  });

  it('tells whether a text in them may have been cut from a larger one', () => {
    const sizer = new Sizer();
    const line = Buffer.alloc(100_000, 'x').toString();
    const cut = Array.from({ length: 200 }, (_, n) => line.slice(n, n + CUT_CHARACTERS_MIN));
    for (const some of [cut[0], { a: [cut[0]] }, new Map([[cut[0], 1]])]) {
      sizer.of(some);
      expect(sizer.mayKeepText).toBe(true);
    }
    for (const none of [cut[0]?.slice(1), 12345678901234567890n, [1, 2], {}]) {
      sizer.of(none);
      expect(sizer.mayKeepText).toBe(false);
    }
  });
});
