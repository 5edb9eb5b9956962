import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readRecords, takeSample } from '../../functions/check/sample.ts';
import { csv, type Format, lines, tagged } from '../../functions/index.ts';
import { CHECK_OBJECT_BYTES_MIN, CHECK_SAMPLE_BYTES_MAX } from '../../functions/limits.ts';

/** In blocks of any length. */
const source = (key: string, bytes: string | Uint8Array, blockBytes = 1000) => ({
  key,
  async *read() {
    const all = Buffer.from(bytes as string);
    for (let at = 0; at < all.length; at += blockBytes) yield all.subarray(at, at + blockBytes);
  },
});
const take = (format: Format<unknown>, ...sources: ReturnType<typeof source>[]) => takeSample(sources, format);

describe('a sample', () => {
  it('is the whole of short objects, decompressed', async () => {
    const sources = [source('a', 'x\ny'), source('b', ''), source('c', gzipSync('z\n'))];
    const { objects, shortened } = await take(lines(), ...sources);
    expect(objects.map(({ key, bytes }) => [key, bytes.toString()])).toEqual([
      ['a', 'x\ny'],
      ['b', ''],
      ['c', 'z\n'],
    ]);
    expect(shortened).toBe(false);
    expect(readRecords(objects, lines()).map(({ object, offset, record }) => [object, offset, record])).toEqual([
      [0, 0, 'x'],
      [0, 2, 'y'],
      [2, 0, 'z'],
    ]);
  });

  it('is whole records of long ones, CHECK_SAMPLE_BYTES_MAX at most', async () => {
    const row = `1,"two\nlines"\n`;
    const long = `a,b\n${row.repeat(20_000)}`;
    const { objects, shortened } = await take(csv(), source('long', long), source('other', long));
    expect(shortened).toBe(true);
    for (const { bytes } of objects) expect((bytes.length - 4) % row.length).toBe(0);
    const all = objects.reduce((sum, { bytes }) => sum + bytes.length, 0);
    expect(all).toBeLessThanOrEqual(CHECK_SAMPLE_BYTES_MAX);
    expect(all).toBeGreaterThan(CHECK_SAMPLE_BYTES_MAX - 2 * row.length - 2);
  });

  it('is at least one record, however long', async () => {
    const long = 'x'.repeat(3 * CHECK_SAMPLE_BYTES_MAX);
    const { objects } = await take(lines(), source('long', `${long}\n${long}\n${long}\n`));
    expect(objects[0]?.bytes.toString()).toBe(`${long}\n`);
  });

  it('leaves out objects once there is enough, CHECK_OBJECT_BYTES_MIN of each', async () => {
    const many = Array.from({ length: 100 }, (_, i) => source(String(i), 'x\n'.repeat(CHECK_OBJECT_BYTES_MIN)));
    const { objects, shortened } = await take(lines(), ...many);
    expect(shortened).toBe(true);
    expect(objects.length).toBeGreaterThan(10);
    expect(objects.length).toBeLessThan(20);
  });

  it('of an object whose header is wrong is its beginning: the run says what is wrong', async () => {
    const { objects } = await take(csv({ a: 'text' }), source('x', `b\n${'1\n'.repeat(60_000)}`));
    expect(objects[0]?.bytes.length).toBe(CHECK_SAMPLE_BYTES_MAX);
  });

  it('must be of the inputs that the job has', async () => {
    const format = tagged({ a: { from: 'a', read: lines() } });
    await expect(take(format, source('b', 'x'))).rejects.toThrow('The object b matches none');
    const { objects } = await take(format, source('a', 'x'));
    expect(readRecords(objects, format)).toMatchObject([{ record: { input: 'a', record: 'x' } }]);
  });
});
