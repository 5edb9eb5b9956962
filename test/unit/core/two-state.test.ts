import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  atStart,
  type Ends,
  IN,
  join,
  OUT,
  type State,
  type Sum,
  type TwoState,
} from '../../../functions/core/two-state.ts';

/** Texts, which are told apart in any order; what is lost stays lost. */
const text: Sum<string> = {
  empty: '',
  add: (a, b) => (a.includes('!') ? a : a + b),
  either: ([out, in_]) => (out + in_ === '' ? '' : '!'),
};
const state = fc.constantFrom<(State | null)[]>(OUT, IN, null);
const word = fc.string({ minLength: 0, maxLength: 2, unit: fc.constantFrom('a', 'b', 'c') });
const range: fc.Arbitrary<TwoState<string>> = fc
  .record({ out: state, in_: state, heads: fc.tuple(word, word), body: word, begins: fc.boolean() })
  .map(({ out, in_, heads, body, begins }) => {
    const ends: Ends = begins ? [out, out] : [out, in_];
    // What is common is known only where both have met, and an object begins in one way.
    return { ends, heads: begins ? (['', ''] as const) : heads, body: ends[OUT] === ends[IN] ? body : '' };
  });

describe('joining ranges', () => {
  const undecided = (out: string, in_: string, ends: Ends): TwoState<string> => ({
    ends,
    heads: [out, in_],
    body: '',
  });
  const decided = (out: string, in_: string, body: string, end: State | null): TwoState<string> => ({
    ends: [end, end],
    heads: [out, in_],
    body,
  });

  test('takes the head that the end before it asks for', () => {
    const first: TwoState<string> = { ends: [IN, IN], heads: ['', ''], body: '1' };
    expect(join(first, decided('o', 'i', '2', OUT), text)).toEqual({ ...first, ends: [OUT, OUT], body: '1i2' });
    expect(join(undecided('o', 'i', [IN, OUT]), decided('p', 'j', '2', OUT), text)).toEqual(
      decided('oj', 'ip', '2', OUT),
    );
    expect(join(undecided('o', 'i', [OUT, IN]), undecided('p', 'j', [IN, OUT]), text)).toEqual(
      undecided('op', 'ij', [IN, OUT]),
    );
  });

  test('is lost where the state before a range is, until an object begins or a range ends the same way', () => {
    const unknown = decided('', '', '1', null);
    const next: TwoState<string> = { ends: [IN, IN], heads: ['', ''], body: '3' };
    expect(join(unknown, next, text)).toEqual(decided('', '', '13', IN));
    expect(join(unknown, decided('o', 'i', '2', OUT), text)).toEqual(decided('', '', '1!', OUT));
    expect(join(unknown, undecided('o', 'i', [OUT, IN]), text).ends).toEqual([null, null]);
    expect(join(undecided('o', 'i', [null, IN]), decided('p', 'j', '2', OUT), text).heads).toEqual(['o!', 'ij']);
  });

  test('is associative', () => {
    fc.assert(
      fc.property(range, range, range, (a, b, c) => {
        const left = join(join(a, b, text), c, text);
        const right = join(a, join(b, c, text), text);
        expect(left.ends).toEqual(right.ends);
        for (const lane of [OUT, IN] as const) {
          expect(text.add(left.heads[lane], left.body)).toBe(text.add(right.heads[lane], right.body));
        }
      }),
      { numRuns: 5_000 },
    );
  });

  test('of a file in pieces is what a walk through them finds', () => {
    fc.assert(
      fc.property(fc.array(range, { minLength: 1, maxLength: 6 }), (ranges) => {
        let at: State | null = OUT;
        let walked = '';
        for (const { ends, heads, body } of ranges) {
          walked = text.add(walked, at === null ? text.either(heads) : heads[at]);
          walked = text.add(walked, body);
          at = ends[OUT] === ends[IN] ? ends[OUT] : at === null ? null : ends[at];
        }
        const joined = ranges.reduce((a, b) => join(a, b, text));
        expect(atStart(joined, text)).toBe(walked);
        expect(joined.ends[OUT]).toBe(at);
      }),
      { numRuns: 5_000 },
    );
  });
});
