/** A job that counts words, for tests of what kernels make of them. */
import { aggregate, count, csvRows, words } from '../../functions/index.ts';

export const wordCounts = aggregate({
  name: 'words',
  input: words(),
  groupBy: 'word',
  values: { count: count() },
  output: csvRows(['word', 'count']),
});
