import type { Format } from './format.ts';
import { LineReader, lineText } from './line-reader.ts';
import { type RecordLimit, recordLimit } from './record-limit.ts';

/**
 * Reads text line by line: a record is a line without its `\n` or `\r\n`; the last one needs none.
 *
 * Nothing else is touched: a byte order mark stays, and bytes that are not UTF-8 come out of the job as they went in
 * (in the string they are lone surrogates U+DC80 to U+DCFF).
 *
 * @throws FANFOLD_RECORD_TOO_LONG, while reading, for a line over `recordBytesMax`.
 * @example
 * ```ts
 * const job = defineJob({
 *   name: 'errors-only',
 *   input: lines(),
 *   *map(line) { if (line.includes('ERROR')) yield line; },
 *   output: textLines(),
 * });
 * job.shape; // → 'transform'
 * ```
 */
export function lines(options: RecordLimit = {}): Format<string, { readonly line: 'text' }> {
  const recordBytesMax = recordLimit('lines()', options);
  return {
    kind: 'lines',
    cut: 'anywhere',
    megabytesPerSecond: 60,
    columns: { line: 'text' },
    open: (span, sink) =>
      new LineReader(
        span,
        recordBytesMax,
        (bytes, start, end, offset, valid) => sink.record(lineText(bytes, start, end, valid), offset, end - start),
        sink.bulk,
      ),
  };
}
