import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesThatDecide, chooseGeometry } from '../../../functions/core/geometry.ts';
import {
  onDemandRamp,
  provisionedRamp,
  type Ramp,
  secondsFor,
  secondsForChunks,
} from '../../../functions/core/ramp.ts';
import { CHUNK_BYTES_MIN } from '../../../functions/limits.ts';

const anyRamp = fc.oneof(
  fc.integer({ min: 2, max: 1_000 }).map(onDemandRamp),
  fc
    .tuple(fc.integer({ min: 2, max: 200 }), fc.integer({ min: 0, max: 500 }))
    .map(([min, more]) => provisionedRamp({ min, max: min + more })),
);

/** Workers that come one by one, as fast as the ramp says, and take the next piece of work each time: when all is done. */
function simulated({ start, perMinute, max }: Ramp, pieces: number, secondsEach: number): number {
  const freeAt: number[] = [];
  let end = 0;
  for (let piece = 0; piece < pieces; piece++) {
    const next = freeAt.length;
    const comesAt = next < start ? 0 : ((next - start) * 60) / perMinute;
    let earliest = 0;
    for (const [worker, at] of freeAt.entries()) if (at < (freeAt[earliest] ?? 0)) earliest = worker;
    if (next < max && (next === 0 || comesAt <= (freeAt[earliest] ?? 0))) freeAt.push(comesAt + secondsEach);
    else freeAt[earliest] = (freeAt[earliest] ?? 0) + secondsEach;
  }
  for (const at of freeAt) end = Math.max(end, at);
  return end;
}

describe('the ramp of workers', () => {
  test('is what AWS documents', () => {
    expect(onDemandRamp(2_000)).toEqual({ start: 5, perMinute: 300, max: 1_250 });
    expect(onDemandRamp(2)).toEqual({ start: 2, perMinute: 300, max: 2 });
    expect(provisionedRamp({ min: 2, max: 200 })).toEqual({ start: 20, perMinute: 1_000, max: 2_000 });
  });

  test('does work in the time that adding up workers second by second comes to', () => {
    fc.assert(
      fc.property(anyRamp, fc.double({ min: 1, max: 1e5, noNaN: true }), (ramp, work) => {
        const step = 0.001 * Math.max(1, secondsFor(ramp, work));
        let done = 0;
        let seconds = 0;
        for (; done < work; seconds += step) {
          done += step * Math.min(ramp.max, ramp.start + ((seconds + step / 2) / 60) * ramp.perMinute);
        }
        expect(Math.abs(secondsFor(ramp, work) - seconds)).toBeLessThan(2 * step);
      }),
      { numRuns: 200 },
    );
  });
});

test('chunks end when workers that come one by one, and take the next one each time, have done them', () => {
  fc.assert(
    fc.property(
      anyRamp,
      fc.integer({ min: 1, max: 3_000 }),
      fc.double({ min: 0.1, max: 60, noNaN: true }),
      (ramp, chunks, chunkSeconds) => {
        const seconds = secondsForChunks(ramp, chunks, chunkSeconds, 0);
        const real = simulated(ramp, chunks, chunkSeconds);
        expect(Math.abs(seconds - real)).toBeLessThan(0.001 + real * 1e-4);
        expect(secondsForChunks(ramp, chunks, chunkSeconds, 2)).toBeGreaterThanOrEqual(seconds);
      },
    ),
    // Few workers first and very many in the end: the longest span to halve.
    { numRuns: 60, examples: [[{ start: 5, perMinute: 300, max: 995 }, 2_973, 58.267296291245074]] },
  );
});

describe('chunks that fit the ramp', () => {
  const MBPS = 40;
  const choose = (bytes: number, ramp: Ramp | undefined) =>
    chooseGeometry({ bytes, megabytesPerSecond: MBPS, chunkBytes: undefined, groupSize: undefined, ramp });
  const ends = (bytes: number, chunkBytes: number, ramp: Ramp) =>
    simulated(ramp, Math.ceil(bytes / chunkBytes), chunkBytes / (MBPS * 1e6) + 0.2);

  test('end as early as they say, and about as early as chunks of any other size', () => {
    fc.assert(
      fc.property(anyRamp, fc.integer({ min: 1e8, max: 2e10 }), (ramp, bytes) => {
        const { chunkBytes, because } = choose(bytes, ramp);
        const took = ends(bytes, chunkBytes, ramp);
        const others = [8, 16, 32, 64, 128, 256].map((mib) => ends(bytes, mib * 1024 * 1024, ramp));
        expect(took).toBeLessThan(1.35 * Math.min(...others) + 0.5);
        const [, said] = /in about (\d+) s/.exec(because) ?? [];
        if (said !== undefined) expect(took).toBeLessThan(Number(said) + 0.5);
      }),
      { numRuns: 40 },
    );
  });

  test('are smaller the more workers there are at once, and the reason says so', () => {
    const slow = choose(1e10, onDemandRamp(1_000));
    const fast = choose(1e10, provisionedRamp({ min: 100, max: 200 }));
    expect(fast.chunkBytes).toBeLessThan(slow.chunkBytes);
    expect(slow.because).toContain('processors that are 5 first, 300 more a minute, 1000 at most');
    expect(choose(1e9, onDemandRamp(4)).because).toContain('by 4 processors');
  });

  test('are never below the least size, and no longer change once enough is counted', () => {
    const ramp = provisionedRamp({ min: 200, max: 10_000 });
    expect(choose(1e8, ramp).chunkBytes).toBeGreaterThanOrEqual(CHUNK_BYTES_MIN);
    expect(choose(bytesThatDecide(MBPS, ramp), ramp)).toEqual(choose(2 ** 50, ramp));
    expect(choose(0, ramp).chunkBytes).toBeGreaterThan(0);
  });
});
