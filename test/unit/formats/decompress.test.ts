import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { FanfoldError } from '../../../functions/errors.ts';
import { type Compression, compressionOf, decompress } from '../../../functions/formats/decompress.ts';

const SKIPPABLE = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
/** Bytes that no compression makes smaller, the same every time. */
const noise = (bytes: number) => {
  let seed = 1;
  const next = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0; // Numerical Recipes' generator
    return seed >>> 24;
  };
  return Buffer.from(Array.from({ length: bytes }, next));
};

async function* blocksOf(bytes: Uint8Array, blockBytes: number, seen = { blocks: 0, closed: false }) {
  try {
    for (let at = 0; at < bytes.length; at += blockBytes) {
      seen.blocks += 1;
      yield bytes.subarray(at, at + blockBytes);
    }
  } finally {
    seen.closed = true;
  }
}

async function whole(bytes: Uint8Array, kind: Compression, blockBytes: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of decompress(blocksOf(bytes, blockBytes), kind)) pieces.push(piece);
  return Buffer.concat(pieces).toString('latin1');
}

const kinds = [
  ['gzip', (text: string | Buffer) => gzipSync(text)],
  ['zstd', (text: string | Buffer) => zstdCompressSync(text)],
] as const;

describe('compressionOf', () => {
  test('goes by the first bytes', () => {
    expect(compressionOf(gzipSync('a'))).toBe('gzip');
    expect(compressionOf(zstdCompressSync('a'))).toBe('zstd');
    expect(compressionOf(SKIPPABLE)).toBe('zstd');
    expect(compressionOf(Buffer.from('a,b\n'))).toBe('none');
    expect(compressionOf(Buffer.of(0x1f, 0x8b))).toBe('none');
    expect(compressionOf(Buffer.of())).toBe('none');
  });
});

describe.each(kinds)('%s', (kind, compress) => {
  const big = noise(300_000);
  const cases: [string, Buffer, string][] = [
    ['one', compress('one'), 'one'],
    ['empty', compress(''), ''],
    [
      'several members',
      Buffer.concat([compress('one'), compress(''), compress('two'), compress('three')]),
      'onetwothree',
    ],
    ['incompressible', Buffer.concat([compress(big), compress('end')]), `${big.toString('latin1')}end`],
    ['repeated', compress('x'.repeat(1_000_000)), 'x'.repeat(1_000_000)],
  ];
  test.each(cases)('%s, in blocks of any size', async (_, bytes, expected) => {
    for (const blockBytes of bytes.length < 1000 ? [1, 2, 3, 7, 16, 1000] : [1000, 65_536, bytes.length]) {
      expect((await whole(bytes, kind, blockBytes)) === expected, `blocks of ${blockBytes}`).toBe(true);
    }
  });

  test('cut short at any byte, or followed by something else: an error, never less', async () => {
    const bytes = Buffer.concat([compress('one'), compress('two and more')]);
    const first = compress('one').length;
    for (let length = 1; length < bytes.length; length++) {
      if (length === first) continue; // a whole stream of its own
      for (const blockBytes of [1, 5, 1000]) {
        const read = whole(bytes.subarray(0, length), kind, blockBytes);
        await expect(read, `${length} bytes`).rejects.toMatchObject({ code: 'FANFOLD_INPUT_INVALID' });
      }
    }
    for (const after of ['garbage', '\0\0\0x']) {
      for (const blockBytes of [1, 5, 1000]) {
        const read = whole(Buffer.concat([compress('one'), Buffer.from(after)]), kind, blockBytes);
        await expect(read, JSON.stringify(after)).rejects.toMatchObject({ code: 'FANFOLD_INPUT_INVALID' });
      }
    }
  });

  test('a flipped byte is an error or the same text', async () => {
    const bytes = compress(noise(500));
    for (let i = 4; i < bytes.length; i += 7) {
      const broken = Buffer.from(bytes);
      broken[i] = (broken[i] ?? 0) ^ 0x10;
      const read = await whole(broken, kind, 100).catch((error: unknown) => error);
      if (read instanceof Error) expect(read).toMatchObject({ code: 'FANFOLD_INPUT_INVALID' });
    }
  });

  test('the source failing is told as it is', async () => {
    const gone = new FanfoldError('FANFOLD_INPUT_CHANGED', 'overwritten', { fix: 'Start again.' });
    async function* failing() {
      yield compress('one').subarray(0, 5);
      throw gone;
    }
    await expect(Array.fromAsync(decompress(failing(), kind))).rejects.toBe(gone);
  });

  test('reads no further than its reader, and lets go when the reader stops', async () => {
    const seen = { blocks: 0, closed: false };
    const bytes = compress(noise(4_000_000));
    expect(bytes.length).toBeGreaterThan(3_900_000);
    const reading = decompress(blocksOf(bytes, 5_000, seen), kind);
    await reading.next();
    for (let turn = 0; turn < 1_000; turn++) await new Promise(setImmediate);
    expect(seen.blocks).toBeLessThan(100); // of 800
    await reading.return(undefined);
    expect(seen.closed).toBe(true);
  });
});

test('gzip padded with zeros, zstd with skippable frames', async () => {
  for (const blockBytes of [1, 5, 1000]) {
    expect(await whole(Buffer.concat([gzipSync('one'), Buffer.alloc(20)]), 'gzip', blockBytes)).toBe('one');
    const frames = [SKIPPABLE, zstdCompressSync('one'), SKIPPABLE, zstdCompressSync('two'), SKIPPABLE];
    expect(await whole(Buffer.concat(frames), 'zstd', blockBytes)).toBe('onetwo');
  }
});
