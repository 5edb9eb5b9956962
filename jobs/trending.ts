/**
 * Ranks the tags used most: JSONL of posts in, CSV of tags out.
 *
 * Reads JSONL posts with `tags`, a list of texts: every use counts, case matters. `--param top=10` asks for fewer.
 * Writes `tag,uses`, the most used first; equals are in byte order of the tag.
 */
import { csvRows, defineJob, jsonl, sum, top } from 'fanfold';
import * as v from 'valibot';

export default defineJob({
  name: 'trending',
  params: { top: { type: 'number', default: 100, min: 1, whole: true } },
  input: jsonl(v.object({ tags: v.array(v.string()) })),
  *map({ tags }) {
    for (const tag of tags) yield [tag, 1];
  },
  combine: sum,
  reduce: (tag, uses) => ({ tag, uses }),
  finish: (rows, { params }) => top(rows, params.top, (row) => row.uses),
  output: csvRows(['tag', 'uses']),
});
