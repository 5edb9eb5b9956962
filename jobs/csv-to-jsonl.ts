/**
 * Converts CSV to JSON: rows in, one object of strings a line out.
 *
 * Reads any CSV with a header of its own per object.
 * Writes JSONL in the order of the input, members in the order of the columns.
 */
import { csv, defineJob, jsonRows } from 'fanfold';

export default defineJob({
  name: 'csv-to-jsonl',
  input: csv(),
  map: (row) => [row],
  output: jsonRows(),
});
