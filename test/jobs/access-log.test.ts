import { describe, expect, it } from 'vitest';
import { logCorpora } from '../support/corpora/logs.ts';
import { file } from '../support/corpus.ts';
import { equalsOracle } from '../support/equals-oracle.ts';
import { runOver } from '../support/run-over.ts';

const line = (over: { request?: string; status?: string; bytes?: string; time?: string; rest?: string } = {}) =>
  `10.0.0.1 - - [${over.time ?? '10/Oct/2000:13:55:36 -0700'}] "${over.request ?? 'GET /a HTTP/1.1'}" ${over.status ?? 200} ${over.bytes ?? 5} ${over.rest ?? '"-" "curl"'}\n`;

describe('access-log', () => {
  equalsOracle('access-log', logCorpora, [1, 2, 3]);

  it('writes statuses, hours in their own time, then paths by requests and by byte', async () => {
    const lines = [
      line({ request: 'GET /b?x="1" HTTP/1.1'.replaceAll('"', '\\"') }),
      line({ time: '10/Oct/2000:23:59:59 +0900', request: 'POST /b HTTP/1.0' }),
      line({ time: '11/Oct/2000:00:00:00 +0900', request: 'GET /z HTTP/2.0', bytes: '-', status: '304' }),
      line({ request: '-', status: '408', bytes: '-' }),
      line({ request: 'GET /z', bytes: '9007199254740' }),
    ];
    const { bytes, manifest } = await runOver('access-log', [file('1', lines.join(''))], {
      chunkBytes: 64,
      workers: 1,
    });
    expect(bytes.toString()).toBe(
      [
        'group,value,requests,bytes',
        'status,200,3,9007199254750',
        'status,304,1,0',
        'status,408,1,0',
        'hour,2000-10-10T13,3,9007199254745',
        'hour,2000-10-10T23,1,5',
        'hour,2000-10-11T00,1,0',
        'path,/z,2,9007199254740',
        'path,/b,1,5',
        'path,"/b?x=\\""1\\""",1,5',
        '',
      ].join('\n'),
    );
    expect(manifest.records).toEqual({ read: 5, rejected: 0 });
  });

  it('ends at the hundredth path, and at the one that a parameter asks for', async () => {
    const paths = Array.from({ length: 150 }, (_, i) => line({ request: `GET /${1000 + i} HTTP/1.1` }));
    const files = [file('1', [...paths, paths.at(-1)].join(''))];
    const rows = async (params?: { top: string }) => {
      const { bytes } = await runOver('access-log', files, { chunkBytes: 2_000, workers: 2 }, params);
      return bytes
        .toString()
        .split('\n')
        .filter((row) => row.startsWith('path,'));
    };
    const hundred = await rows();
    expect(hundred).toHaveLength(100);
    expect(hundred.slice(0, 2)).toEqual(['path,/1149,2,10', 'path,/1000,1,5']);
    expect(await rows({ top: '1' })).toEqual(['path,/1149,2,10']);
  });

  it.each([
    ['nothing in it', '\n'],
    ['words', 'not a log\n'],
    ['another format', '10.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.1" 200 5\n'],
    ['a time that is none', line({ time: '10/Oct/2000:24:55:36 -0700' })],
    ['a request that does not end', line({ request: 'GET /a\\' })],
    ['no status', line({ status: '-' })],
    ['bytes that are no number', line({ bytes: '5k' })],
    ['more behind the user agent', line({ rest: '"-" "curl" 17' })],
  ])('fails at a line with %s, and tells where it stands', async (_, bad) => {
    const { manifest, paths } = await runOver('access-log', [file('1', line()), file('2', line() + bad + line())], {
      chunkBytes: 50,
      workers: 1,
    });
    expect(manifest.state).toBe('failed');
    expect(manifest.failures[0]).toMatchObject({
      code: 'FANFOLD_RECORD_INVALID',
      source: paths[1],
      offset: line().length,
    });
  });
});
