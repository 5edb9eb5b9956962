/** What an object is that is in none of the formats read here, told by its first bytes. For errors: nobody asks while all is well. */

const DECOMPRESS = 'decompress it, or compress it with gzip or zstd, which are read as they are';
const UNPACK = 'unpack it, and name the files that were in it';
const EXPORT = 'export it as CSV or JSON Lines, as with duckdb';
const CONVERT = 'convert it to UTF-8, as with iconv -f UTF-16 -t UTF-8';

type Kind = readonly [magic: RegExp, kind: string, fix: string];

/** Of the first bytes in hexadecimal. What might be text itself wants a byte after it that is none. */
const BINARY: readonly Kind[] = [
  [/^425a683[1-9](314159265359|177245385090)/, 'bzip2', DECOMPRESS],
  [/^fd377a585a00/, 'xz', DECOMPRESS],
  [/^04224d18/, 'lz4', DECOMPRESS],
  [/^ff060000734e61507059/, 'Snappy', DECOMPRESS],
  [/^504b(0304|0506)/, 'a zip archive, as Excel workbooks are', `${UNPACK}, or save the workbook as CSV`],
  [/^377abcaf271c/, 'a 7z archive', UNPACK],
  [/^.{514}7573746172/, 'a tar archive', UNPACK],
  [/^50415231(0[0-8]|1[0-9a-f]|[89a-f])/, 'Parquet', EXPORT],
  [/^4f5243(0[0-8]|1[0-9a-f]|[89a-f])/, 'ORC', EXPORT],
  [/^4f626a01/, 'Avro', EXPORT],
  [/^4152524f573100/, 'Arrow', EXPORT],
  [/^d0cf11e0a1b11ae1/, 'an Excel workbook', 'save it as CSV'],
  [/^(fffe|feff|(0[9ad]|[2-7].)00(0[9ad]|[2-7].)00|00(0[9ad]|[2-7].)00(0[9ad]|[2-7].))/, 'UTF-16', CONVERT],
];

/** Of text; to these expressions a byte order mark is white space. */
const TEXT: readonly Kind[] = [
  [/^\s*\[\s*([{["]|$)/, 'a JSON array', "write one value a line, as with jq -c '.[]', and read it with jsonl()"],
  [
    /^\s*\{\s*($|\n\s*")/,
    'JSON over several lines',
    'write one value a line, as with jq -c ., and read it with jsonl()',
  ],
  [
    /^\s*<(!doctype|html|\?xml)/i,
    'a web page or XML',
    'if a download failed, repeat it; otherwise make CSV or JSON Lines of it',
  ],
];

/** A line that is a JSON array of its own, or may be: such lines are records as good as any. */
const ARRAY_LINE = /^\s*\[[^\n]*(\]\s*(\n|$)|[^\n]$)/;

/** As far as any kind reaches. */
export const KIND_BYTES = 512;

/**
 * What to do with an object that has a record which cannot be read.
 *
 * @param first the first KIND_BYTES of the object, or all of it
 * @param offset where that record starts, in bytes
 */
export function otherKindFix(first: Uint8Array, offset: number): string | undefined {
  const bytes = Buffer.from(first.subarray(0, KIND_BYTES));
  const text = bytes.toString();
  const isOf = (magic: RegExp) => magic.test(text) && (offset === 0 || !ARRAY_LINE.test(text));
  const hex = bytes.toString('hex');
  const found = BINARY.find(([magic]) => magic.test(hex)) ?? TEXT.find(([magic]) => isOf(magic));
  return found && `It looks like ${found[1]}: ${found[2]}.`;
}
