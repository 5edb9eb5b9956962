/** The oracles themselves, against results worked out by hand. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askOracle, canAskOracle, type OracleName } from '../support/oracle.ts';

let directory: string;
let files = 0;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'fanfold-oracle-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

function ask(name: OracleName, contents: readonly (string | Uint8Array)[], environment?: NodeJS.ProcessEnv): string {
  const paths = contents.map((content) => {
    const path = join(directory, `${files++}`);
    writeFileSync(path, content);
    return path;
  });
  return askOracle(name, paths, environment).bytes.toString('latin1');
}

/** The UTF-8 bytes of a text, a character each, as `ask` gives them. */
const utf8 = (text: string) => Buffer.from(text).toString('latin1');

describe.skipIf(!canAskOracle)('the oracle of word-count', () => {
  it('splits at the six ASCII spaces only, and ends a word at the end of its file', () => {
    expect(ask('word-count', ['a\tb\nc\vd\fe\rf  g', 'a\x1cb\x85c A'])).toBe(
      utf8('word,count\nA,1\na,1\na\x1cb\x85c,1\nb,1\nc,1\nd,1\ne,1\nf,1\ng,1\n'),
    );
  });
  it('keeps broken UTF-8 and orders by byte, not by UTF-16 unit', () => {
    expect(ask('word-count', [Buffer.from('ff fe80 ee8080 f0908080'.replaceAll(' ', '20'), 'hex')])).toBe(
      'word,count\n\xee\x80\x80,1\n\xf0\x90\x80\x80,1\n\xfe\x80,1\n\xff,1\n',
    );
  });
  it('quotes what CSV needs quoted, and prints the header of nothing', () => {
    expect(ask('word-count', ['a,b "x" __proto__'])).toBe('word,count\n"""x""",1\n__proto__,1\n"a,b",1\n');
    expect(ask('word-count', [''])).toBe('word,count\n');
  });
});

describe.skipIf(!canAskOracle)('the oracle of ledger', () => {
  const HEADER = 'account_id,ts,amount,type,memo\n';
  it('adds cents exactly, and never writes -0.00', () => {
    const rows =
      'b,,0.1,,\nb,,.20,,\na,,-0.00,,\nc,,-0.05,,\nd,,99999999999999999999999999999999999999.99,,\nd,,0.01,,\n';
    expect(ask('ledger', [HEADER + rows])).toBe(
      'account,balance,transactions\na,0.00,1\nb,0.30,2\nc,-0.05,1\nd,100000000000000000000000000000000000000.00,2\n',
    );
  });
  it('reads quotes, newlines in quotes, CRLF, a BOM, columns in any order, and files without rows', () => {
    const quoted = `\ufeffmemo,amount,account_id\r\n"a ""b""\r\n,c",+1,"x,\ny"\r\n"",+1.,"x,\ny"\r\n"",1.5,"x,\ny"`;
    expect(ask('ledger', [HEADER, '', quoted])).toBe('account,balance,transactions\n"x,\ny",3.50,3\n');
  });
  it.each(['1e3', '1,000', '1.005', '', ' 1', '.', '--1', '1.2.3'])('refuses the amount %j', (amount) => {
    expect(() => ask('ledger', [`account_id,amount\na,"${amount}"\n`])).toThrow('bad input: amount');
  });
  it('refuses a header without its columns, also above no rows', () => {
    expect(() => ask('ledger', ['account_id,amont\n'])).toThrow('bad input: columns');
  });
});

describe.skipIf(!canAskOracle)('the oracle of trending', () => {
  it('counts every use, and orders by uses, then by byte', () => {
    const posts = '{"tags":["b","b","a"]}\n\n{"tags":["a","\\ud800\\udc00","\ue000"]}\r\n{"tags":[]}';
    expect(ask('trending', [posts])).toBe(utf8('tag,uses\na,2\nb,2\n\ue000,1\n\u{10000},1\n'));
    expect(ask('trending', [posts], { TOP: '1' })).toBe('tag,uses\na,2\n');
  });
});

describe.skipIf(!canAskOracle)('the oracle of sort', () => {
  it('orders by byte, keeps equal lines, and takes a carriage return only before a line feed', () => {
    expect(ask('sort', ['b\r\n\na\rb\nb', Buffer.from('ff0ac3a90a00', 'hex'), '\r'])).toBe(
      '\n\0\n\r\na\rb\nb\nb\n\xc3\xa9\n\xff\n',
    );
  });
});

describe.skipIf(!canAskOracle)('the oracle of inverted-index', () => {
  it('refuses an id that is none, also of a document without terms', () => {
    expect(() => ask('inverted-index', ['{"id":null,"text":""}'])).toThrow('bad input: id');
    expect(() => ask('inverted-index', ['{"id":true,"text":""}'])).toThrow('bad input: id');
  });
  it('keeps what is not UTF-8 as escapes', () => {
    expect(ask('inverted-index', [Buffer.from('{"id":"\xff\\ud800","text":"t"}', 'latin1')])).toBe(
      '{"term":"t","documents":1,"ids":["\\udcff\\ud800"]}\n',
    );
  });
  it('splits before it lowers, and keeps ids in order, each once', () => {
    const documents = [
      `{"id":"z","text":"Foo, foo! İst_x² Ⅷ"}\n{"id":"a","text":"x ΟΔΟΣ"}\n`,
      `{"id":"z","text":"foo x"}\n{"id":"<\\"\\u0007>","text":"FOO"}\n`,
    ];
    expect(ask('inverted-index', documents)).toBe(
      utf8(
        '{"term":"foo","documents":2,"ids":["z","<\\"\\u0007>"]}\n' +
          '{"term":"i\u0307st","documents":1,"ids":["z"]}\n' +
          '{"term":"x","documents":2,"ids":["a","z"]}\n' +
          '{"term":"x²","documents":1,"ids":["z"]}\n' +
          '{"term":"οδος","documents":1,"ids":["a"]}\n' +
          '{"term":"ⅷ","documents":1,"ids":["z"]}\n',
      ),
    );
  });
  it('writes numbers as JavaScript does, and integers in full', () => {
    const ids = [
      '1.0',
      '1',
      '"1"',
      '9007199254740993',
      '-0.0',
      '1e21',
      '1.5e-7',
      '123456789012345680000.0',
      '0.000001',
      '-1e-7',
      '5e-324',
    ];
    expect(ask('inverted-index', [ids.map((id) => `{"text":"t","id":${id}}`).join('\n')])).toBe(
      '{"term":"t","documents":10,"ids":[1,"1",9007199254740993,0,1e+21,1.5e-7,123456789012345680000,0.000001,-1e-7,5e-324]}\n',
    );
  });
});

describe.skipIf(!canAskOracle)('the oracle of access-log', () => {
  const line = (request: string, status: number, bytes: string, hour = '13') =>
    `h - u [ [10/Oct/2000:${hour}:55:36 -0700] "${request}" ${status} ${bytes} "-" "a \\"b\\""`;
  it('orders groups, hours and paths, and takes a path as it stands', () => {
    const lines = [
      line('GET /b HTTP/1.1', 404, '5'),
      line('GET /a\\"c d HTTP/1.1', 200, '-', '09'),
      line('-', 200, '2'),
      line('GET /z', 200, '3'),
      line('GET /z HTTP/2', 200, '1'),
    ];
    expect(ask('access-log', [lines.join('\r\n')], { TOP: '2' })).toBe(
      'group,value,requests,bytes\nstatus,200,4,6\nstatus,404,1,5\nhour,2000-10-10T09,1,0\nhour,2000-10-10T13,4,11\n' +
        'path,/z,2,4\npath,"/a\\""c d",1,0\n',
    );
  });
  it.each(['', 'words', line('GET /', 200, 'x'), line('GET /', 20, '1')])('refuses %j', (text) => {
    expect(() => ask('access-log', [`${text}\n`])).toThrow('bad input: line');
  });
});

describe.skipIf(!canAskOracle)('the oracle of csv-to-jsonl', () => {
  it('keeps columns in the order of each header, and everything as text', () => {
    expect(ask('csv-to-jsonl', ['1,__proto__,a\n2,"x\n""y""",\n', 'a\n\u007f\u2028\t\n'])).toBe(
      utf8('{"1":"2","__proto__":"x\\n\\"y\\"","a":""}\n{"a":"\u007f\u2028\\t"}\n'),
    );
  });
  it('refuses a repeated column, a row of another width, and broken quotes', () => {
    expect(() => ask('csv-to-jsonl', ['a,b,a\n'])).toThrow('repeated');
    expect(() => ask('csv-to-jsonl', ['a,b\n1\n'])).toThrow('1 fields under 2 columns');
    expect(() => ask('csv-to-jsonl', ['a\nx"y\n'])).toThrow('inside an unquoted field');
    expect(() => ask('csv-to-jsonl', ['a\n"x"y\n'])).toThrow('after a closing quote');
    expect(() => ask('csv-to-jsonl', ['a\n"x'])).toThrow('never closed');
  });
});
