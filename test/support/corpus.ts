/** Inputs of a run: files in order, as the run finds them and as an oracle reads them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';

export interface CorpusFile {
  /** Relative path; files are listed in byte order of it. */
  readonly path: string;
  readonly bytes: Buffer;
  /** How the run's copy is stored. An oracle always gets the plain bytes. @default 'plain' */
  readonly stored?: 'plain' | 'gzip' | 'gzip-members' | 'zstd' | 'zstd-frames';
}

export interface Corpus {
  readonly name: string;
  readonly files: readonly CorpusFile[];
  /** Small enough to be cut into chunks of single bytes. */
  readonly small: boolean;
  /** Worth trying with several seeds. @default false */
  readonly seeded?: true;
}

export const file = (path: string, text: string | Uint8Array, stored?: CorpusFile['stored']): CorpusFile => ({
  path,
  bytes: Buffer.from(text as string),
  ...(stored === undefined ? {} : { stored }),
});

/** Large files, each compressed in another way. */
export const compressed = (some: () => string | Uint8Array): Corpus => ({
  name: 'compressed',
  small: false,
  files: [
    file('a', some(), 'gzip'),
    file('b', some(), 'gzip-members'),
    file('c', some(), 'zstd'),
    file('d', some(), 'zstd-frames'),
  ],
});

/** Writes the corpus under `directory`: `stored/…` for the run, `plain/…` for the oracle. Returns both lists of paths. */
export function writeCorpus(
  directory: string,
  corpus: Corpus,
): { readonly stored: string[]; readonly plain: string[] } {
  const written = { stored: [] as string[], plain: [] as string[] };
  for (const each of corpus.files) {
    const plain = put(join(directory, 'plain', each.path), each.bytes);
    const bytes = compress(each);
    written.plain.push(plain);
    written.stored.push(bytes === each.bytes ? plain : put(join(directory, 'stored', each.path), bytes));
  }
  return written;
}

function put(path: string, bytes: Uint8Array): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes, { flag: 'wx' });
  return path;
}

/** Several members or frames, cut where it hurts: in the middle of a record, and one of them empty. */
function compress({ bytes, stored }: CorpusFile): Buffer {
  const third = Math.floor(bytes.length / 3);
  const pieces = [bytes.subarray(0, third), bytes.subarray(third, third), bytes.subarray(third)];
  switch (stored) {
    case 'gzip':
      return gzipSync(bytes);
    case 'zstd':
      return zstdCompressSync(bytes);
    case 'gzip-members':
      return Buffer.concat(pieces.map((piece) => gzipSync(piece)));
    case 'zstd-frames':
      return Buffer.concat(pieces.map((piece) => zstdCompressSync(piece)));
    default:
      return bytes;
  }
}

export const emptyFiles = (count: number): CorpusFile[] =>
  Array.from({ length: count }, (_, i) => file(`empty/${String(i).padStart(5, '0')}`, ''));
