/**
 * Ranks the tags used most: JSONL of posts in, CSV of tags out.
 *
 * Reads JSONL posts with `tags`, a list of texts: every use counts, case matters. `--param top=10` asks for fewer.
 * Writes `tag,uses`, the most used first; equals are in byte order of the tag.
 */
import { aggregate, count, csvRows, jsonl, top } from 'fanfold';

export default aggregate({
  name: 'trending',
  params: { top: { type: 'number', default: 100, min: 1, whole: true } },
  input: jsonl({ tags: ['text'] }),
  groupBy: { tag: 'tags' },
  values: { uses: count() },
  finish: (rows, { params }) => top(rows, params.top, (row) => row.uses),
  output: csvRows(['tag', 'uses']),
});
