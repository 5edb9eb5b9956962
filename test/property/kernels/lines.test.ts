/** Lines, access logs and JSON in kernels and on the plain path: the same partials at every cut, the same results. */
import { describe, expect, it } from 'vitest';
import {
  accessLog,
  aggregate,
  count,
  csvRows,
  each,
  filled,
  jsonl,
  jsonRows,
  lines,
  max,
  min,
  sum,
} from '../../../functions/index.ts';
import type { Job } from '../../../functions/job.ts';
import { needsPlainPath, sameMerged, samePartials } from '../../support/both-ways.ts';
import { NASTY_TEXTS } from '../../support/corpora/nasty.ts';
import { cutAtRandom, damaged } from '../../support/cut-at-random.ts';
import { Random } from '../../support/random.ts';
import { sequences } from '../../unit/formats/read-span.ts';

const patient = { badRecords: 'set-aside', badRecordsMax: 10_000 } as const;

const byLine = aggregate({
  name: 'lines',
  input: lines(),
  groupBy: 'line',
  values: { n: count() },
  output: csvRows(['line', 'n']),
});
it('a log line whose time is zeroes is none, also for a kernel that has read no other', async () => {
  const line = (time: string) => `1.2.3.4 - - [${time}] "GET / HTTP/1.1" 200 1 "-" "-"\n`;
  const object = Buffer.from(line('\0'.repeat(26)) + line('10/Oct/2000:13:55:36 -0700'));
  const job = aggregate({
    name: 'log',
    input: accessLog(),
    groupBy: 'hour',
    values: { n: count() },
    output: jsonRows(),
    badRecords: 'set-aside',
  });
  const [partial] = await samePartials(job, object, [{ start: 0, end: object.length }]);
  expect(partial?.toString()).toContain('"rejected":1');
});

const log = {
  ...patient,
  name: 'log',
  values: { requests: count(), bytes: sum('bytes'), least: min('bytes'), most: max('status') },
  output: jsonRows(),
} as const;
const byEach = aggregate({
  ...log,
  input: accessLog(['status', 'hour', 'path', 'bytes', 'user']),
  groupBy: each('status', 'hour', filled('path'), 'user'),
});
const byHour = aggregate({ ...log, input: accessLog(), groupBy: 'hour' });
const byAgent = aggregate({ ...log, input: accessLog(), groupBy: { by: 'agent' } });
const byTag = aggregate({
  ...patient,
  name: 'tags',
  input: jsonl({ tags: ['text'], likes: 'integer', rate: 'number' }),
  groupBy: { tag: 'tags' },
  values: { n: count(), likes: sum('likes'), least: min('likes'), most: max('likes') },
  output: csvRows(['tag', 'n', 'likes', 'least', 'most']),
});
const byTagSparse = aggregate({
  ...patient,
  name: 'sparse',
  input: jsonl({ tags: ['text'], likes: 'integer?', rate: 'number?' }),
  groupBy: { tag: 'tags' },
  values: { n: count(), rated: count('rate'), likes: sum('likes'), most: max('likes') },
  output: csvRows(['tag', 'n', 'rated', 'likes', 'most']),
});
const byText = aggregate({
  ...patient,
  name: 'texts',
  input: jsonl({ 'é x': 'text', id: 'integer' }),
  groupBy: { name: 'é x' },
  values: { n: count() },
  output: csvRows(['name', 'n']),
});

const ends = (random: Random) => random.pick(['\n', '\n', '\n', '\r\n', '\r\r\n', '\n\n', '\n \t\r\n']);

function logLine(random: Random): string {
  const user = random.pick(['-', '-', 'frank', 'a b', '[x]', '']);
  const day = random.pick(['01', '10', '31', '32', '00']);
  const month = random.pick(['Jan', 'Feb', 'Oct', 'Oct', 'Dec', 'oct', 'Foo']);
  const time = `${day}/${month}/2025:${random.pick(['00', '13', '23', '24'])}:59:${random.pick(['00', '60', '61'])} ${random.pick(['+0000', '-0700', '+0060'])}`;
  const request = random.pick([
    `GET /${random.below(40)} HTTP/1.1`,
    `GET /${random.pick(NASTY_TEXTS)} HTTP/1.0`,
    'POST  HTTP/2',
    '-',
    'GET /a',
    'HTTP/1.1',
    'GET /a b HTTP/1.1',
    'GET / HTTP',
    '',
    '\\"',
  ]);
  const status = random.pick(['200', '200', '404', '099', '1000', '20x']);
  const bytes = random.pick([
    '-',
    '0',
    '12',
    String(random.below(1e9)),
    '007',
    '999999999999999',
    '1000000000000000',
    '1.5',
    '',
  ]);
  return `10.0.0.${random.below(4)} - ${user} [${time}] "${request}" ${status} ${bytes} "${random.pick(['-', 'http://x/?a=\\"', 'é'])}" "${random.pick(['curl', 'Mozilla/5.0 (X11)', ''])}"`;
}

/** Mostly as others write it, now and then with other spaces, orders, escapes, numbers, types and depths. */
function post(random: Random): string {
  const text = () => {
    const plain = JSON.stringify(random.oneIn(3) ? random.pick(NASTY_TEXTS) : `t${random.below(60)}`);
    return random.oneIn(12) ? plain.replace(/t/, '\\u0074') : plain;
  };
  const blank = () => (random.oneIn(8) ? random.pick([' ', '\t', '\r', '  ']) : '');
  const number = () =>
    random.pick([
      '0',
      '-0',
      '1',
      '-7',
      String(random.below(1e6)),
      '1.5',
      '1.0',
      '01',
      '1e3',
      '1E999',
      '999999999999999',
      '1234567890123456789',
      '-',
      '+1',
      '.5',
      '1.',
      'null',
    ]);
  const list = () => `[${blank()}${random.several(0, 4, text).join(`${blank()},${blank()}`)}${blank()}]`;
  const deep = '['.repeat(70) + ']'.repeat(70);
  const any = () =>
    random.pick([
      number,
      text,
      list,
      () => '{"a":{"tags":[1,{"b":null}]}}',
      () => 'true',
      () => 'false',
      () => '[]',
      () => '{}',
      () => '[1,]',
      () => deep,
    ])();
  const members = [
    `"tags"${blank()}:${blank()}${random.oneIn(15) ? any() : list()}`,
    `"likes":${random.oneIn(4) ? any() : random.below(1e6)}`,
    `"rate":${number()}`,
    `"text":${text()}`,
    ...random.several(0, 2, () => `${text()}:${any()}`),
    ...(random.oneIn(20) ? ['"likes":3'] : []),
    ...(random.oneIn(20) ? ['"\\u0074ags":[]'] : []),
  ];
  if (random.oneIn(10)) members.shift();
  if (random.oneIn(3)) members.reverse();
  return `${blank()}{${blank()}${members.join(`${blank()},${blank()}`)}${blank()}}${blank()}`;
}

const byMember = (random: Random) =>
  random.pick([
    JSON.stringify({ 'é x': random.pick(NASTY_TEXTS), id: random.below(9) }),
    JSON.stringify({ id: random.below(9), other: [1, 2.5, -3], 'é x': 'x' }),
  ]);

/** A record with nothing odd. */
const clean: { readonly [kind: string]: string } = {
  lines: 'a\r\n',
  'access-log':
    '10.0.0.1 - - [10/Oct/2025:13:55:36 +0000] "GET /a HTTP/1.1" 200 17 "-" "Mozilla/5.0 (X11; Linux x86_64)"\n',
  jsonl:
    '{"id": 7, "text": "a \\n b", "é x": "x", "tags": ["a", "b"], "likes": 12, "rate": 0.5, "more": [{"x": null}]}\n',
};

describe.each([
  ['lines', byLine, (random: Random) => random.pick(['', 'a', 'b\r', 'é', '\xff', `n${random.below(5_000)}`])],
  ['access logs, in several groupings', byEach, logLine],
  ['access logs by hour', byHour, logLine],
  ['access logs by user agent', byAgent, logLine],
  ['JSON by the texts of a list', byTag, post],
  ['JSON whose members may be missing', byTagSparse, post],
  ['JSON by a text', byText, byMember],
])('%s in a kernel', (_, job: Job, record) => {
  it('are taken by it, where nothing is odd', async () => {
    const many = Buffer.from((clean[job.input.kind] ?? '').repeat(1_000));
    const reached = (object: Buffer) => needsPlainPath(job, object, { start: 0, end: object.length });
    expect(await reached(many)).toBe(false);
    expect(await reached(many.subarray(0, -1))).toBe(true); // a last line without its end
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('come to the same, seed %i', async (seed) => {
    const random = new Random(seed);
    const text = random.several(0, seed < 7 ? 300 : 6_000, () => damaged(record(random), random) + ends(random));
    const object = Buffer.from(
      (random.oneIn(3) ? '\ufeff' : '') + text.join('').slice(0, random.oneIn(2) ? -1 : undefined),
      random.pick(['utf8', 'latin1']),
    );
    const spans = cutAtRandom(object.length, random);
    const partials = await samePartials(job, object, spans, random.pick([17, 1_000, 65_536, 400_000]));
    await sameMerged(job, partials);
  });
});

it('JSON whose members are missing, or null, is taken by a kernel where they may be', async () => {
  const object = Buffer.from('{"tags":["a"]}\n{"rate":null,"tags":["a"],"likes":null}\n{"likes":3,"tags":["b"]}\n');
  const whole = [{ start: 0, end: object.length }] as const;
  expect(await needsPlainPath(byTagSparse, object, whole[0])).toBe(false);
  await sameMerged(byTagSparse, await samePartials(byTagSparse, object, whole));
});

it('every small file of lines comes to the same', async () => {
  for (const letters of sequences(['a', '\n', '\r'], 5)) {
    const object = Buffer.from(letters.join(''));
    for (let start = 0; start < object.length; start++) {
      for (const blockBytes of [1, 2, 6])
        await samePartials(byLine, object, [{ start, end: object.length }], blockBytes);
      await samePartials(byLine, object, [{ start: 0, end: start + 1 }], 6);
    }
  }
});

it('every short sequence of JSON comes to the same', async () => {
  const tokens = ['{', '}', '[', ']', ',', ':', '"tags"', '"likes"', '"rate"', '1', '"\\n"', ' '];
  const frame = '{"tags":["a"],"likes":1,"rate":1';
  let lines = 0;
  for (const letters of sequences(tokens, 3)) {
    const some = letters.join('');
    const object = Buffer.from(
      [
        `${frame},"x":${some}}`,
        `${some}${frame}}`,
        `${frame}}${some}`,
        `{"tags":${some},"likes":2,"rate":0}`,
        `{"likes":1,"tags":[${some}],"rate":2}`,
      ].join('\n'),
    );
    await samePartials(byTag, object, [{ start: 0, end: object.length }], 1_000);
    lines += 5;
  }
  expect(lines).toBeGreaterThan(9_000);
});
