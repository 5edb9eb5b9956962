/** The word count as a general job: a `*map` in JavaScript over lines. */
import { csvRows, defineJob, lines, sum } from 'fanfold';

export default defineJob({
  name: 'word-count-map',
  input: lines(),
  *map(line) {
    for (const word of line.split(' ')) yield [word, 1];
  },
  combine: sum,
  reduce: (word, count) => ({ word, count }),
  output: csvRows(['word', 'count']),
});
