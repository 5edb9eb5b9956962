import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Format } from '../../../functions/formats/format.ts';
import { csv, lines } from '../../../functions/index.ts';
import { HEADER_BYTES_MAX } from '../../../functions/limits.ts';
import { readStart } from '../../../functions/splitter/read-start.ts';

const BLOCK_BYTES = 1_000;

/** What is found, and how many bytes were pulled for it. */
async function start(bytes: Uint8Array, format: Format<unknown>) {
  let pulled = 0;
  const store = {
    async *read(_: unknown, from: number, to: number) {
      for (let at = from; at < to; at += BLOCK_BYTES) {
        const block = bytes.subarray(at, Math.min(to, at + BLOCK_BYTES));
        pulled += block.length;
        yield block;
      }
    },
  };
  const object = { bucket: 'b', key: 'k', etag: 'e', size: bytes.length };
  return { ...(await readStart(store, object, format)), pulled };
}

describe('the start of an object', () => {
  it('tells whether it is compressed, from four bytes', async () => {
    expect(await start(Buffer.alloc(5_000, 'x'), lines())).toEqual({ cuttable: true, pulled: 4 });
    expect(await start(Buffer.from('x\n'), lines())).toEqual({ cuttable: true, pulled: 2 });
    expect(await start(gzipSync('x'), lines())).toEqual({ cuttable: false, pulled: 4 });
    expect(await start(Buffer.alloc(5_000, 'x'), csv({ a: 'text' }, { header: false }))).toMatchObject({ pulled: 4 });
  });

  it('has a header, and nothing is read beyond it', async () => {
    const rows = '1,2\n'.repeat(5_000);
    const header = { columns: 2, names: [[1, 'a']] };
    expect(await start(Buffer.from(`b,a\n${rows}`), csv({ a: 'text' }))).toEqual({
      cuttable: true,
      header,
      pulled: 1_000,
    });
    expect(await start(gzipSync(`b,a\n${rows}`), csv({ a: 'text' }))).toMatchObject({ cuttable: false });
    expect(await start(Buffer.from(`b,b\n${rows}`), csv({ a: 'text' }))).toEqual({ cuttable: false, pulled: 1_000 });
    expect(await start(Buffer.from('b,a'), csv({ a: 'text' }))).toEqual({ cuttable: false, pulled: 3 });
  });

  it('is looked through for a header up to the limit', async () => {
    const long = (bytes: number) => Buffer.from(`a,${'x'.repeat(bytes - 3)}\n${'1,2\n'.repeat(1_000)}`);
    const header = { columns: 2, names: [[0, 'a']] };
    expect(await start(long(HEADER_BYTES_MAX), csv({ a: 'text' }))).toMatchObject({ cuttable: true, header });
    expect(await start(long(HEADER_BYTES_MAX + 1), csv({ a: 'text' }))).toEqual({
      cuttable: false,
      pulled: HEADER_BYTES_MAX,
    });
  });
});
