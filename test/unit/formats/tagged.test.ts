import { describe, expect, it } from 'vitest';
import { keyPattern } from '../../../functions/formats/key-pattern.ts';
import { formatOf, tagOf } from '../../../functions/formats/tagged.ts';
import { csv, lines, tagged, words } from '../../../functions/index.ts';

describe('a pattern of keys', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['*.csv', ['a.csv', 'x/a.csv', '/x/.y/a.csv', '.csv'], ['a.csv2', 'a.csv/b', 'acsv']],
    ['in/*.csv', ['in/a.csv'], ['in/x/a.csv', 'x/in/a.csv']],
    ['**/in/*', ['in/a', 'x/in/a', 'x/y/in/a', '/in/a'], ['xin/a', 'in/a/b']],
    ['in/**', ['in/a', 'in/a/b', 'in/'], ['in', 'x/in/a']],
    ['a?c', ['abc', 'a日c', 'a\u{1f469}c'], ['ac', 'a/c', 'abbc']],
    ['{a,b*}.{csv,{j,t}sv}', ['a.csv', 'bx.jsv', 'a.tsv'], ['a.sv', 'c.csv', 'a,b.csv']],
    ['a+(1).[x],$^|', ['a+(1).[x],$^|'], ['aa1.x,', 'a+(1)']],
    ['new\nline*', ['new\nline\n'], ['newline']],
  ])('%j', (pattern, matching, others) => {
    const regex = keyPattern(pattern);
    expect(matching.filter((key) => !regex?.test(key))).toEqual([]);
    expect(others.filter((key) => regex?.test(key))).toEqual([]);
  });

  it.each(['{a', 'a}', '}a{', '{a,{b}'])('%j has braces that do not match', (pattern) => {
    expect(keyPattern(pattern)).toBeUndefined();
  });
});

const input = tagged({
  a: { from: ['a*', 'both'], read: lines() },
  b: { from: 'b*', read: csv({ x: 'text' }) },
});

describe('an object of tagged inputs', () => {
  it('belongs to the one whose patterns it matches, or to the one it is named under', () => {
    expect(tagOf(input, { key: 'x/a1' })).toBe('a');
    expect(tagOf(input, { key: '../../b1' })).toBe('b');
    expect(tagOf(input, { key: 'x/a1', tag: 'b' })).toBe('b');
    expect(tagOf(lines(), { key: 'anything' })).toBeUndefined();
    expect(formatOf(input, 'a').kind).toBe('lines');
    expect(formatOf(input, 'b').kind).toBe('csv');
  });

  it.each<[{ key: string; tag?: string }, string]>([
    [{ key: 'c' }, "The object c matches none of the job's inputs a, b"],
    [{ key: 'both' }, "The object both matches several of the job's inputs: a, b"],
    [{ key: 'a', tag: 'c' }, 'The object a is named as an input c, which the job does not have'],
  ])('%o is refused', (object, message) => {
    expect(() => tagOf(input, object)).toThrow(expect.objectContaining({ code: 'FANFOLD_INPUT_UNMATCHED', message }));
  });

  it('may not be named under a tag where there are none', () => {
    expect(() => tagOf(lines(), { key: 'a', tag: 'a' })).toThrow('the job has no tagged inputs');
  });
});

describe('tagged()', () => {
  it('is planned at the speed of the slowest', () => {
    expect(tagged({ a: { from: '*', read: csv() }, b: { from: '*', read: words() } }).megabytesPerSecond).toBe(
      csv().megabytesPerSecond,
    );
  });

  it.each<[object, string]>([
    [{}, 'there is no input'],
    [{ 'a b': { from: '*', read: lines() } }, 'the tag "a b" is not'],
    [{ a: { from: '*', read: input } }, 'a: `read` must be a format'],
    [{ a: { from: '*' } }, 'a: `read` must be a format'],
    [{ a: { read: lines() } }, 'a: `from` names nothing'],
    [{ a: { from: [], read: lines() } }, 'a: `from` names nothing'],
    [{ a: { from: '{', read: lines() } }, 'a: the braces of "{" do not match'],
    [{ 'a b': { from: '{', read: lines() }, c: {} }, 'do not match; c: `read` must'],
  ])('refuses %o', (inputs, message) => {
    expect(() => tagged(inputs as Parameters<typeof tagged>[0])).toThrow(message);
  });
});
