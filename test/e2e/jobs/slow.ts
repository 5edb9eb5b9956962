/** Takes a second for each record. */
import { defineJob, lines, textLines } from 'fanfold';

const never = new Int32Array(new SharedArrayBuffer(4));

export default defineJob({
  name: 'slow',
  input: lines(),
  *map(line) {
    Atomics.wait(never, 0, 0, 1_000);
    yield line;
  },
  output: textLines(),
});
