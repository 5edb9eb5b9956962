import { describe, expect, test } from 'vitest';
import { accessLog } from '../../../functions/formats/access-log.ts';
import type { Format } from '../../../functions/formats/format.ts';
import { readSpan } from './read-span.ts';

function read<R>(text: string | Buffer, format: Format<R>) {
  const object = Buffer.from(text as string);
  return readSpan(format, object, { start: 0, end: object.length });
}
const only = (text: string | Buffer) => {
  const { records, bad } = read(text, accessLog());
  return records[0]?.record ?? bad[0]?.reason;
};
const at = (time: string) => only(`h - - [${time}] "-" 200 1 "-" "-"`);
const request = (text: string) => only(`h - - [01/Feb/2024:00:00:00 +0000] "${text}" 200 1 "-" "-"`);

describe('accessLog', () => {
  test('has every field, as it stands there', () => {
    const line =
      '127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif?a=b HTTP/1.0" 200 2326 "http://x/start.html" "Mozilla/4.08 [en] (Win98; I ;Nav)"';
    expect(only(line)).toEqual({
      host: '127.0.0.1',
      hour: '2000-10-10T13',
      ident: '-',
      user: 'frank',
      time: '2000-10-10T13:55:36-07:00',
      request: 'GET /apache_pb.gif?a=b HTTP/1.0',
      method: 'GET',
      path: '/apache_pb.gif?a=b',
      protocol: 'HTTP/1.0',
      status: 200,
      bytes: 2326,
      referer: 'http://x/start.html',
      agent: 'Mozilla/4.08 [en] (Win98; I ;Nav)',
    });
  });

  test('has the fields that are named', () => {
    const { records } = read(
      'h - - [01/Feb/2024:00:00:00 +0000] "-" 404 - "-" "-"\r\nh2 - - [01/Feb/2024:00:00:00 +0000] "GET /" 200 7 "" "\\""',
      accessLog(['bytes', 'host', 'agent']),
    );
    expect(records).toEqual([
      { record: { host: 'h', bytes: 0, agent: '-' }, offset: 0, bytes: 52 },
      { record: { host: 'h2', bytes: 7, agent: '\\"' }, offset: 54, bytes: 57 },
    ]);
  });

  test('keeps bytes that are not UTF-8', () => {
    const line = Buffer.from('h - - [01/Feb/2024:00:00:00 +0000] "GET /\xff HTTP/1.1" 200 1 "-" "-"', 'latin1');
    expect(only(line)).toMatchObject({ path: '/\udcff' });
  });

  test.each([
    ['GET / HTTP/1.1', 'GET', '/', 'HTTP/1.1'],
    ['GET /a b HTTP/1.1', 'GET', '/a b', 'HTTP/1.1'],
    ['GET /short', 'GET', '/short', ''],
    ['GET HTTP/1.1', 'GET', 'HTTP/1.1', ''],
    ['GET  HTTP/1.1', 'GET', '', 'HTTP/1.1'],
    ['GET /a HTTP/1.1 ', 'GET', '/a HTTP/1.1 ', ''],
    ['-', '', '', ''],
    ['', '', '', ''],
    [' /', '', '', ''],
  ])('the request %j', (text, method, path, protocol) => {
    expect(request(text)).toMatchObject({ request: text, method, path, protocol });
  });

  test('a user ends where a time begins', () => {
    for (const user of ['two words', 'a [b', 'a [10/Oct/2000', ' x', 'x ']) {
      expect(only(`h - ${user} [10/Oct/2000:13:55:36 -0700] "-" 200 1 "-" "-"`)).toMatchObject({ user });
    }
  });

  test('a time is the one of its own line, whatever stood before', () => {
    const times = ['10/Oct/2000:13:55:36 -0700', '10/Oct/2000:13:55:36 +0700', '10/Nov/2000:13:55:36 +0700'];
    const { records } = read(times.map((t) => `h - - [${t}] "-" 200 1 "-" "-"\n`).join(''), accessLog(['time']));
    expect(records.map(({ record }) => record.time)).toEqual([
      '2000-10-10T13:55:36-07:00',
      '2000-10-10T13:55:36+07:00',
      '2000-11-10T13:55:36+07:00',
    ]);
    expect(at('31/Dec/1999:23:59:60 +1345')).toMatchObject({ time: '1999-12-31T23:59:60+13:45' });
  });

  test.each([
    ...['32/Oct/2000:13:55:36 -0700', '00/Oct/2000:13:55:36 -0700', '10/Okt/2000:13:55:36 -0700'],
    ...['10/anF/2000:13:55:36 -0700', '10/Oct/2000:24:00:00 -0700', '10/Oct/2000:23:60:00 -0700'],
    ...['10/Oct/2000:23:00:61 -0700', '10/Oct/2000:23:00:00 -0760', '1/Oct/2000:23:00:00 +0000'],
    ...['10/Oct/2000 23:00:00 +0000', '10/Oct/2000:23:00:00  0000', '-', ''],
  ])('%j is no time', (time) => {
    expect(at(time)).toMatch('[time]');
  });

  test.each([
    ['h - - [10/Oct/2000:13:55:36 -0700]', 'no quoted request'],
    ['h - - [10/Oct/2000:13:55:36 -0700', '[time]'],
    ['h  - [10/Oct/2000:13:55:36 -0700] "-" 200 1 "-" "-"', '[time]'],
    [' - - [10/Oct/2000:13:55:36 -0700] "-" 200 1 "-" "-"', '[time]'],
    ['h - - [10/Oct/2000:13:55:36 -0700] - 200 1 "-" "-"', 'no quoted request'],
    ['h - - [10/Oct/2000:13:55:36 -0700] "- 200 1 \\"-\\"', 'no quoted request'],
    ['h - - [10/Oct/2000:13:55:36 -0700] "-"', 'no status'],
    ['h - - [10/Oct/2000:13:55:36 -0700] "-"x200 1 "-" "-"', 'no status'],
    ['h - - [10/Oct/2000:13:55:36 -0700] "-" 099 1 "-" "-"', 'no status'],
    ['h - - [10/Oct/2000:13:55:36 -0700] "-" 2000 1 "-" "-"', 'no status'],
    ['h - - [10/Oct/2000:13:55:36 -0700] "-" 200', 'no number of bytes'],
    ['h - - [10/Oct/2000:13:55:36 -0700] "-" 200 -1 "-" "-"', 'no number of bytes'],
    ['h - - [10/Oct/2000:13:55:36 -0700] "-" 200 1000000000000000 "-" "-"', 'no number of bytes'],
    ['h - - [10/Oct/2000:13:55:36 -0700] "-" 200 1', 'no quoted referer'],
    ['h - - [10/Oct/2000:13:55:36 -0700] "-" 200 1 "-"', 'no quoted user agent'],
    ['h - - [10/Oct/2000:13:55:36 -0700] "-" 200 1 "-" "\\"', 'no quoted user agent'],
    ['h - - [10/Oct/2000:13:55:36 -0700] "-" 200 1 "-" "-" ', 'more behind'],
    ['', '[time]'],
  ])('%j is a bad record', (line, reason) => {
    const rest = 'h - - [10/Oct/2000:13:55:36 -0700] "-" 200 1 "-" "-"';
    const { records, bad } = read(`${line}\n${rest}\n`, accessLog());
    expect(bad).toEqual([{ reason: expect.stringContaining(reason), offset: 0, raw: line }]);
    expect(records.map(({ offset }) => offset)).toEqual([line.length + 1]);
  });

  test('wrong options are told when the job is defined', () => {
    const invalid = (told: string) =>
      expect.objectContaining({ code: 'FANFOLD_JOB_INVALID', message: expect.stringContaining(told) });
    expect(() => accessLog(['hosts' as 'host', 'when' as 'time'])).toThrow(invalid('no field hosts, when'));
    expect(() => accessLog([])).toThrow(invalid('no field is named'));
    expect(() => accessLog(['host'], { recordBytesMax: 0 })).toThrow(invalid('recordBytesMax'));
  });
});
