/**
 * What compressing the blocks of partials costs and saves, on each kind of data of the bench: `node bench/codec.ts [--mib 32]`.
 *
 * Nanoseconds of processor time a byte: compressing and decompressing a block as partials have them; writing it to a file
 * of this disk, or its cache, and reading it back. A store that moves 80 MB/s takes 25 ns to write and read a byte.
 */
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { PARTIAL_BLOCK_BYTES } from '../functions/limits.ts';
import { DATA_KINDS, writeData } from './data.ts';

const { values } = parseArgs({ options: { mib: { type: 'string', default: '32' } } });
const STORE_NS_A_BYTE = 25;
const folder = mkdtempSync(join(tmpdir(), 'fanfold-codec-'));
const options = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Nanoseconds of processor time a byte. */
function measure(bytes: number, step: () => void): number {
  const before = process.cpuUsage();
  step();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / bytes;
}

console.log('| data | stored / raw | compress | decompress | write and read on disk | pays on a store of 80 MB/s |');
console.log('| --- | --- | --- | --- | --- | --- |');
for (const kind of DATA_KINDS) {
  const path = join(folder, kind);
  writeData(kind, path, Number(values.mib) * 2 ** 20);
  const bytes = readFileSync(path);
  const raw: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += PARTIAL_BLOCK_BYTES) raw.push(bytes.subarray(at, at + PARTIAL_BLOCK_BYTES));
  let packed: Buffer[] = [];
  const compress = measure(bytes.length, () => {
    packed = raw.map((block) => zstdCompressSync(block, options));
  });
  const decompress = measure(bytes.length, () => {
    for (const block of packed) zstdDecompressSync(block);
  });
  const disk = measure(bytes.length, () => {
    const file = openSync(join(folder, 'copy'), 'w+');
    for (const block of raw) writeSync(file, block);
    const into = Buffer.allocUnsafe(PARTIAL_BLOCK_BYTES);
    for (let at = 0; at < bytes.length; at += readSync(file, into, 0, into.length, at));
    closeSync(file);
  });
  const ratio = packed.reduce((sum, { length }) => sum + length, 0) / bytes.length;
  const pays = compress + decompress < (1 - ratio) * STORE_NS_A_BYTE ? 'yes' : 'no';
  const shown = [ratio, compress, decompress, disk].map((n) => n.toFixed(2));
  console.log(`| ${[kind, ...shown, pays].join(' | ')} |`);
}
rmSync(folder, { recursive: true });
