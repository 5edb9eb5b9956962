import type { Format } from './format.ts';
import { type RecordLimit, recordLimit } from './record-limit.ts';
import { ShortTexts } from './short-texts.ts';
import { WordReader } from './word-reader.ts';

/**
 * Reads text word by word: a record is a maximal run of bytes that are not ASCII white space (09 to 0D, 20).
 *
 * Case and punctuation stay, and bytes that are not UTF-8 come out of the job as they went in (in the string they are
 * lone surrogates U+DC80 to U+DCFF). Faster than splitting `lines()`.
 *
 * @throws FANFOLD_RECORD_TOO_LONG, while reading, for a word over `recordBytesMax`.
 * @example
 * ```ts
 * const job = defineJob({
 *   name: 'word-count',
 *   input: words(),
 *   *map(word) { yield [word, 1]; },
 *   combine: sum,
 *   output: csvRows(['key', 'value']),
 * });
 * job.shape; // → 'keyed'
 * ```
 */
export function words(options: RecordLimit = {}): Format<string, { readonly word: 'text' }> {
  const recordBytesMax = recordLimit('words()', options);
  const texts = new ShortTexts();
  return {
    kind: 'words',
    cut: 'anywhere',
    megabytesPerSecond: 40,
    columns: { word: 'text' },
    open: (span, sink) => new WordReader(span, recordBytesMax, texts, sink),
  };
}
