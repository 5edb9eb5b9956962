/** Pieces become parts that S3 takes, in order, byte for byte, with hardly a byte sent. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  cutObjects,
  type JoinPart,
  type Piece,
  partsOf,
  pieceBytes,
  S3_LIMITS,
} from '../../functions/core/join-pieces.ts';

const LIMITS = { partBytesMin: 5, partBytesMax: 40, partsMax: 12, objectBytesGoal: 200 };

const pieces = fc.array(
  fc.oneof(
    fc
      .record({
        key: fc.constantFrom('a', 'b'),
        start: fc.nat(50),
        length: fc.oneof(fc.nat(4), fc.nat(12), fc.nat(150)),
      })
      .map(({ key, start, length }): Piece => ({ key, etag: 'e', start, end: start + length })),
    fc.uint8Array({ maxLength: 8 }).map((bytes): Piece => ({ bytes })),
  ),
  { maxLength: 60 },
);

const piecesOf = (part: JoinPart) => ('copy' in part ? [part.copy] : part.send);
const bytesOf = (part: JoinPart) => piecesOf(part).reduce((sum, piece) => sum + pieceBytes(piece), 0);

/** The parts of each object. */
const joined = (given: readonly Piece[]) => [...cutObjects(given, LIMITS)].map((pieces) => partsOf(pieces, LIMITS));

/** Every byte, named by where it comes from. */
const named = (all: readonly Piece[]) =>
  all.flatMap((piece) =>
    Array.from({ length: pieceBytes(piece) }, (_, n) =>
      'bytes' in piece ? `at hand ${piece.bytes[n]}` : `${piece.key} ${piece.start + n}`,
    ),
  );

it('keeps every byte and its order, within the limits of parts', () => {
  fc.assert(
    fc.property(pieces, (given) => {
      const objects = joined(given);
      expect(named(objects.flat().flatMap(piecesOf))).toEqual(named(given));
      for (const parts of objects) {
        expect(parts.length).toBeLessThanOrEqual(LIMITS.partsMax);
        for (const part of parts.slice(0, -1)) expect(bytesOf(part)).toBeGreaterThanOrEqual(LIMITS.partBytesMin);
        for (const part of parts) if ('copy' in part) expect(bytesOf(part)).toBeLessThanOrEqual(LIMITS.partBytesMax);
      }
    }),
    { numRuns: 5_000 },
  );
});

it('ends an object only where a piece ends', () => {
  fc.assert(
    fc.property(pieces, (given) => {
      const ends = new Set<number>([0]);
      let at = 0;
      for (const piece of given) {
        at += pieceBytes(piece);
        ends.add(at);
      }
      let objectEnd = 0;
      for (const parts of joined(given)) {
        objectEnd += parts.reduce((sum, part) => sum + bytesOf(part), 0);
        expect(ends.has(objectEnd)).toBe(true);
      }
    }),
    { numRuns: 2_000 },
  );
});

it('sends less than two smallest parts for each stretch of small pieces, and copies the rest', () => {
  const MiB = 2 ** 20;
  const given: Piece[] = [
    { bytes: new Uint8Array(20) },
    { key: 'a', etag: 'e', start: 100, end: 100 + 300 * MiB },
    { key: 'b', etag: 'e', start: 4, end: 1_004 },
    { key: 'c', etag: 'e', start: 4, end: 4 + 11 * 1024 * MiB },
  ];
  const parts = partsOf(given, S3_LIMITS);
  const sent = parts.filter((part) => 'send' in part).reduce((sum, part) => sum + bytesOf(part), 0);
  expect(sent).toBe(2 * 5 * MiB);
  expect(parts.filter((part) => 'copy' in part)).toHaveLength(1 + 11);
});

it('ends an object once it has come to its goal, and not before unless its parts are too many', () => {
  fc.assert(
    fc.property(pieces, (given) => {
      const objects = [...cutObjects(given, LIMITS)];
      for (const [n, some] of objects.entries()) {
        const bytes = some.reduce((sum, piece) => sum + pieceBytes(piece), 0);
        const last = some.at(-1);
        const before = bytes - (last === undefined ? 0 : pieceBytes(last));
        expect(before).toBeLessThan(LIMITS.objectBytesGoal);
        const next = objects[n + 1]?.[0];
        if (next === undefined || bytes >= LIMITS.objectBytesGoal) continue;
        const copies = Math.ceil(pieceBytes(next) / LIMITS.partBytesMax);
        expect(partsOf(some, LIMITS).length + copies + 2).toBeGreaterThan(LIMITS.partsMax);
      }
    }),
    { numRuns: 2_000 },
  );
});

it('fills an object but for two of its 10,000 parts, each of up to 1 GiB', () => {
  const { partBytesMax, partsMax } = S3_LIMITS;
  const limits = { ...S3_LIMITS, objectBytesGoal: Number.POSITIVE_INFINITY };
  const given = Array.from({ length: 30_000 }, (): Piece => ({ key: 'a', etag: 'e', start: 0, end: partBytesMax }));
  const objects = [...cutObjects(given, limits)];
  expect(objects.map((some) => partsOf(some, limits).length)).toEqual([partsMax - 2, partsMax - 2, partsMax - 2, 6]);
});
