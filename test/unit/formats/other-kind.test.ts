import { describe, expect, it } from 'vitest';
import { KIND_BYTES, otherKindFix } from '../../../functions/formats/other-kind.ts';

const latin1 = (text: string) => Buffer.from(text, 'latin1');
const utf16 = (text: string) => Buffer.from(text, 'utf16le');

describe('an object of another kind', () => {
  it.each<[string, Uint8Array]>([
    ['bzip2', latin1('BZh91AY&SY\x8f\x12')],
    ['bzip2', latin1('BZh9\x17rE8P\x90\0\0\0\0')], // of nothing
    ['xz', latin1('\xfd7zXZ\0\0\x04')],
    ['lz4', latin1('\x04"M\x18d@')],
    ['Snappy', latin1('\xff\x06\0\0sNaPpY')],
    ['a zip archive', latin1('PK\x03\x04\x14\0')],
    ['a zip archive', latin1('PK\x05\x06\0\0')],
    ['a 7z archive', latin1("7z\xbc\xaf'\x1c\0\x04")],
    ['a tar archive', latin1(`${'a.csv'.padEnd(257, '\0')}ustar\x0000`)],
    ['Parquet', latin1('PAR1\x15\x04\x15')],
    ['ORC', latin1('ORC\x08\x03')],
    ['ORC', latin1('ORC\xe3')],
    ['Avro', latin1('Obj\x01\x04\x16avro.schema')],
    ['Arrow', latin1('ARROW1\0\0')],
    ['an Excel workbook', latin1('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')],
    ['UTF-16', utf16('\uFEFFa,b\n1,2\n')],
    ['UTF-16', utf16('\uFEFFé')],
    ['UTF-16', utf16('{"a":1}\n')],
    ['UTF-16', utf16('a,b\n').swap16()],
    ['UTF-16', utf16('\uFEFFa,b\n').swap16()],
    ['a JSON array', latin1('[\n  {"a": 1},\n')],
    ['a JSON array', latin1('[{"a":1},\n{"a":2}]\n')],
    ['a JSON array', Buffer.from('\uFEFF [\r\n')],
    ['JSON over several lines', latin1('{\n  "a": 1\n}\n')],
    ['JSON over several lines', latin1('{\r\n\t"a": 1\r\n}')],
    ['a web page or XML', latin1('\n<!DOCTYPE html>\n<html>')],
    ['a web page or XML', latin1('<?xml version="1.0"?>\n<Error>')],
  ])('is told as %s, wherever it cannot be read', (kind, first) => {
    for (const offset of [0, 700]) {
      expect(otherKindFix(first, offset)).toMatch(new RegExp(`^It looks like ${kind}.*: .+\\.$`));
    }
  });

  it('says what to do', () => {
    expect(otherKindFix(latin1('BZh91AY&SY'), 0)).toBe(
      'It looks like bzip2: decompress it, or compress it with gzip or zstd, which are read as they are.',
    );
    expect(otherKindFix(latin1('['), 0)).toBe(
      "It looks like a JSON array: write one value a line, as with jq -c '.[]', and read it with jsonl().",
    );
  });

  it.each(['[1,2]\n[3,4]\n', '[{"a":1}]\n[{"a":2}]\n', '["a"] \r\n', '["a"]', `["${'a'.repeat(2 * KIND_BYTES)}`])(
    'may be one if nothing else can be read: %o',
    (text) => {
      // its lines are arrays, and one of them is bad; or it is an array in one line, and that is what is bad
      expect(otherKindFix(latin1(text), 700)).toBeUndefined();
      if (!text.startsWith('[1')) expect(otherKindFix(latin1(text), 0)).toMatch('a JSON array');
    },
  );
});

it.each([
  '',
  'a',
  'BZh9,name\n',
  'PAR1,PAR2\n',
  'PAR1\n',
  'ORC,ORB\n',
  'ORC',
  'Obj,n\n',
  'PK,name\n',
  'Rare,names\n',
  'a,b\n1,2\n',
  '\uFEFFa,b\n',
  'ÿþ,þÿ\n',
  '{"a":1}\n{"a":2}\n',
  '{"a":[\n',
  '[::1] - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 1\n',
  '[2026-01-01 00:00:00] started\n',
  '[INFO] started\n',
  '<165>1 2003-10-11T22:14:15.003Z host app\n',
])('text is not told as another kind: %o', (text) => {
  for (const offset of [0, 700]) expect(otherKindFix(Buffer.from(text), offset)).toBeUndefined();
});
