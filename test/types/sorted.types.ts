/** What must compile, and what must not. `tsc` runs these tests: a line that wrongly compiles is an error there. */
import { csvRows, jsonl, jsonRows, lines, sorted, textLines, words } from '../../functions/index.ts';

sorted({ name: 'a', input: lines(), output: textLines(), badRecords: 'set-aside', tolerate: { chunks: 1 } });
sorted({ name: 'a', input: words(), output: jsonRows() });
// @ts-expect-error a record is no text
sorted({ name: 'a', input: jsonl({ a: 'text' }), output: jsonRows() });
// @ts-expect-error a text has no columns
sorted({ name: 'a', input: lines(), output: csvRows(['a']) });
// @ts-expect-error rows are the records
sorted({ name: 'a', input: lines(), output: textLines(), map: (line: string) => [line] });
// @ts-expect-error nothing depends on parameters
sorted({ name: 'a', input: lines(), output: textLines(), params: {} });
