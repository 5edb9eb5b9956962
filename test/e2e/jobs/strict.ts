/** As `poison`, and tolerates nothing. */
import { defineJob, lines, textLines } from 'fanfold';

export default defineJob({
  name: 'strict',
  input: lines(),
  *map(line) {
    if (line === 'poison') process.exit(1);
    yield line;
  },
  output: textLines(),
});
