/** Counts lines; one that says `poison` ends the process, as running out of memory would. */
import { csvRows, defineJob, lines, sum } from 'fanfold';

export default defineJob({
  name: 'poison',
  input: lines(),
  *map(line) {
    if (line === 'poison') process.exit(1);
    yield [line, 1];
  },
  combine: sum,
  reduce: (line, count) => ({ line, count }),
  output: csvRows(['line', 'count']),
  tolerate: { chunks: 1 },
});
