/**
 * Indexes documents by term: JSONL of documents in, JSONL of terms out.
 *
 * Reads JSONL documents with `id` (text or number) and `text`; a term is a run of letters and digits of any script.
 * Writes `{term,documents,ids}` in byte order of the term; ids are in the order of the input, each once.
 */
import { defineJob, jsonl, jsonRows, union } from 'fanfold';
import * as v from 'valibot';

export default defineJob({
  name: 'inverted-index',
  input: jsonl(v.object({ id: v.union([v.string(), v.number(), v.bigint()]), text: v.string() })),
  *map({ id, text }) {
    const terms = text.match(/[\p{L}\p{N}]+/gu)?.map((term) => term.toLowerCase());
    for (const term of new Set(terms)) yield [term, [id]];
  },
  combine: union,
  reduce: (term, ids) => ({ term, documents: ids.length, ids }),
  output: jsonRows(),
});
