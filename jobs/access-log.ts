/**
 * Counts what a web server did: access logs in, CSV of requests and bytes by status, by hour and by path out.
 *
 * Reads the combined format of Apache and nginx; a `-` for the bytes counts as 0. An hour is as the log has it, in the
 * log's own time: lines of servers in other zones count in the hours that stand there. A path is as it stands there, with
 * its query; a request that has none (such as `-`) counts for its status and hour alone.
 * Writes `group,value,requests,bytes`: every `status` in ascending order, then every `hour` as `2000-10-10T13` in
 * ascending order, then each `path` of the 100 requested most, equals in byte order. `--param top=10` asks for fewer.
 */
import { accessLog, aggregate, count, csvRows, each, filled, sum, top } from 'fanfold';

interface Row {
  readonly group: string;
  readonly value: string;
  readonly requests: number;
  readonly bytes: bigint;
}

export default aggregate({
  name: 'access-log',
  params: { top: { type: 'number', default: 100, min: 1, whole: true } },
  input: accessLog(['status', 'hour', 'path', 'bytes']),
  groupBy: each('status', 'hour', filled('path')),
  values: { requests: count(), bytes: sum('bytes') },
  async *finish(rows, { params }) {
    const few: Row[] = [];
    const ranked = await Array.fromAsync(top(paths(rows, few), params.top, (row) => row.requests));
    yield* few;
    yield* ranked;
  },
  output: csvRows(['group', 'value', 'requests', 'bytes']),
});

/** The rows of paths; the others go to `few`. */
async function* paths(rows: AsyncIterable<Row>, few: Row[]) {
  for await (const row of rows) {
    if (row.group === 'path') yield row;
    else few.push(row);
  }
}
