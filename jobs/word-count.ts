/**
 * Counts words: any text in, CSV of words and counts out.
 *
 * Reads anything; a word is a run of bytes without ASCII white space, case matters, broken UTF-8 is kept as it is.
 * Writes `word,count` in byte order of the word.
 */
import { aggregate, count, csvRows, words } from 'fanfold';

export default aggregate({
  name: 'word-count',
  input: words(),
  groupBy: 'word',
  values: { count: count() },
  output: csvRows(['word', 'count']),
});
