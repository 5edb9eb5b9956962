import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../../functions/core/bytes.ts';
import { decodeValue, encodeValue } from '../../../functions/core/codec.ts';

const encode = (value: unknown) => {
  const out = new ByteWriter();
  encodeValue(value, out);
  return out.take();
};
const roundTrip = (value: unknown) => decodeValue(encode(value));

/** Every value that the codec promises to carry, nested. */
const storable = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, true, false, -0, 2 ** 53 - 1, -(2 ** 53) + 1, 2 ** 53, 0.1, 1e300),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.bigInt(),
    fc.string({ unit: 'binary' }),
    fc.uint8Array(),
    fc.array(tie('value')),
    fc.dictionary(fc.string(), tie('value')).map((record) => ({ ...record })),
    fc.array(fc.tuple(fc.string(), tie('value'))).map((entries) => new Map(entries)),
    fc.array(fc.string()).map((members) => new Set(members)),
  ),
})).value;

describe('codec', () => {
  it('gives back what was encoded', () => {
    fc.assert(
      fc.property(storable, (value) => {
        expect(roundTrip(value)).toEqual(value);
      }),
      { numRuns: 2_000 },
    );
  });

  it('keeps -0, big integers and the order of members', () => {
    expect(Object.is(roundTrip(-0), -0)).toBe(true);
    const big = -(10n ** 60n) - 7n;
    expect(roundTrip([big, 2n ** 53n, -(2n ** 53n)])).toEqual([big, 2n ** 53n, -(2n ** 53n)]);
    expect(Object.keys(roundTrip({ b: 1, a: 2 }) as object)).toEqual(['b', 'a']);
  });

  it('keeps an own member called __proto__ without touching prototypes', () => {
    const value: unknown = JSON.parse('{"__proto__":{"polluted":1},"constructor":2}');
    const back = roundTrip(value) as { polluted?: unknown };
    expect(JSON.stringify(back)).toBe(JSON.stringify(value));
    expect(back.polluted).toBeUndefined();
  });

  it.each([
    [Number.NaN, 'is NaN'],
    [{ a: [1, { b: Number.POSITIVE_INFINITY }] }, 'at .a[1].b is Infinity'],
    [{ a: undefined }, 'at .a is undefined'],
    [[() => 1], 'at [0] is function'],
    [new Date(0), 'is an instance of Date'],
  ])('refuses %o and says where', (value, message) => {
    expect(() => encode(value)).toThrow(message);
  });

  it('keeps two texts two, also where their bytes are the same', () => {
    const pair = ['\u00e9', '\udcc3\udca9', '\ud800', '\udced\udca0\udc80'];
    expect(roundTrip(pair)).toEqual(pair);
    expect(roundTrip({ '\ud800': 1, '\udced\udca0\udc80': 2 })).toEqual({ '\ud800': 1, '\udced\udca0\udc80': 2 });
  });

  it('refuses a value that contains itself', () => {
    const value: { self?: unknown } = {};
    value.self = value;
    expect(() => encode(value)).toThrow('contains itself');
  });
});
