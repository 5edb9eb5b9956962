/** A job that does nothing: what is left of a run is what its chunks cost. */
import { defineJob, lines, textLines } from 'fanfold';

export default defineJob({
  name: 'nothing',
  input: lines(),
  map: () => [],
  output: textLines(),
});
