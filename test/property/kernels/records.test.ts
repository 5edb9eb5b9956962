/** Records whose fields a kernel finds: that it does, with their places, and as many as there are. */
import { expect, it } from 'vitest';
import { accessLog, csv, jsonl } from '../../../functions/index.ts';
import { recordPlan } from '../../../functions/kernels/plan.ts';
import { RecordScan } from '../../../functions/kernels/record-scan.ts';

const HEADER = {
  columns: 3,
  names: [
    [0, 'id'],
    [1, 'n'],
    [2, 'rate'],
  ] as const,
};
const LISTED = Array.from({ length: 2_000 }, (_, i) => `t${i}`);

it.each([
  ['csv', csv({ rate: 'number', id: 'text', n: 'decimal(2)' }), 'é,-1.5,2.5\r\n', { rate: 2.5, id: 'é', n: -150n }],
  [
    'jsonl called as members of all objects are',
    jsonl({ id: 'text', toString: 'text', constructor: 'text?', valueOf: 'integer?', hasOwnProperty: 'text' }),
    '{"toString":"t","id":"i","valueOf":null,"hasOwnProperty":""}\n',
    { id: 'i', toString: 't', constructor: null, valueOf: null, hasOwnProperty: '' },
  ],
  [
    'jsonl',
    jsonl({ n: 'integer', tags: ['text'], ['__proto__']: 'text', rate: 'number' }),
    `{"tags":${JSON.stringify(LISTED)},"rate":-0,"n":7,"__proto__":"p"} \n`,
    { n: 7n, tags: LISTED, ['__proto__']: 'p', rate: -0 },
  ],
  [
    'access log',
    accessLog(['time', 'hour', 'status', 'path', 'bytes']),
    'h - - [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.0" 200 12 "-" "x"\n',
    { time: '2000-10-10T13:55:36-07:00', status: 200, bytes: 12, path: '/a', hour: '2000-10-10T13' },
  ],
])('of %s are found by a kernel, none by the format', (_, format, line, record) => {
  const plan = recordPlan(format);
  expect(plan).toBeDefined();
  if (plan === undefined) return;
  const bytes = Buffer.from(line.repeat(3_000));
  const length = Buffer.byteLength(line);
  const places: number[] = [];
  const scan = new RecordScan(plan);
  const bulk = scan.bulkFor({
    record(found, offset, recordBytes) {
      expect(Object.entries(found as object)).toEqual(Object.entries(record));
      expect(recordBytes).toBe(Buffer.byteLength(line.replace(/\r?\n$/, '')));
      places.push(offset);
    },
    bad: () => expect.unreachable(),
  });
  bulk.rows({ delimiter: 0x2c, quote: 0x22 }, HEADER);
  expect(bulk.take(bytes, 0, bytes.length, false, 1_000)).toBe(bytes.length);
  scan.close();
  expect(places).toEqual(Array.from({ length: 3_000 }, (_, i) => 1_000 + i * length));
});
