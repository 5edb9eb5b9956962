/**
 * Counts words: any text in, CSV of words and counts out.
 *
 * Reads anything; a word is a run of bytes without ASCII white space, case matters, broken UTF-8 is kept as it is.
 * Writes `word,count` in byte order of the word.
 */
import { csvRows, defineJob, sum, words } from 'fanfold';

export default defineJob({
  name: 'word-count',
  input: words(),
  *map(word) {
    yield [word, 1];
  },
  combine: sum,
  reduce: (word, count) => ({ word, count }),
  output: csvRows(['word', 'count']),
});
