/** Dies when its result is made: in the aggregator. */
import { csvRows, defineJob, lines, sum } from 'fanfold';

export default defineJob({
  name: 'brittle',
  input: lines(),
  *map(line) {
    yield [line, 1];
  },
  combine: sum,
  reduce: (line, count) => {
    if (line === 'poison') process.exit(1);
    return { line, count };
  },
  output: csvRows(['line', 'count']),
});
