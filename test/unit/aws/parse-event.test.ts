import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { RunRequest } from '../../../functions/core/messages.ts';
import { type DigestOf, parseEvent } from '../../../functions/splitter/parse-event.ts';
import { parseDeadLetter } from '../../../functions/watcher/parse-dead-letter.ts';

const TIME = '2026-01-02T03:04:05.678Z';
const digestOf: DigestOf = (job) => (job === 'ledger' ? 'd1' : undefined);

/** As S3 sends it to a queue: the key is encoded. */
const notification = (key: string, sequencer = '0A', eventName = 'ObjectCreated:Put') => ({
  Records: [
    { eventSource: 'aws:s3', eventName, eventTime: TIME, s3: { bucket: { name: 'in' }, object: { key, sequencer } } },
  ],
});
/** As EventBridge sends it: the key is not. */
const eventBridge = (key: string, sequencer = '0A') => ({
  'detail-type': 'Object Created',
  source: 'aws.s3',
  time: TIME,
  detail: { bucket: { name: 'in' }, object: { key, sequencer } },
});

const inputsOf = (event: unknown) => parseEvent(event, digestOf).flatMap((request) => request.inputs);

describe('a new object', () => {
  test('starts a run over itself, asked for when it was made', () => {
    const hash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);
    const id = hash('in\0ledger/a.csv\0' + '0A\0d1');
    expect(parseEvent(notification('ledger/a.csv'), digestOf)).toEqual([
      {
        kind: 'run',
        run: `ledger-${id}`,
        job: 'ledger',
        inputs: [{ bucket: 'in', key: 'ledger/a.csv' }],
        params: {},
        event: hash('in\0ledger/a.csv\0' + '0A'),
        requestedAtMs: Date.parse(TIME),
      },
    ]);
  });

  test('has a key that S3 encodes and EventBridge does not', () => {
    const key = 'ledger/a b+c%20 ü😀.csv';
    const encoded = 'ledger/a+b%2Bc%2520+%C3%BC%F0%9F%98%80.csv';
    expect(inputsOf(notification(encoded))).toEqual([{ bucket: 'in', key }]);
    expect(inputsOf(eventBridge(key))).toEqual([{ bucket: 'in', key }]);
    expect(parseEvent(notification(encoded), digestOf)).toEqual(parseEvent(eventBridge(key), digestOf));
  });

  test('that ends in .run.json is a document', () => {
    expect(inputsOf(notification('ledger/x.run.json'))).toEqual([{ bucket: 'in', document: 'ledger/x.run.json' }]);
    expect(inputsOf(notification('ledger/x.run.json.gz'))).toEqual([{ bucket: 'in', key: 'ledger/x.run.json.gz' }]);
  });

  test.each([
    'top.csv',
    'ledger/',
    'ledger/folder/',
    'ledger/_data/x.csv',
    'ledger/_data/x.run.json',
    '_data/ledger/x.csv',
    'runs/x',
    'watch/x',
    'Ledger/x',
    '/ledger/x',
    `${'x'.repeat(41)}/x`,
    '',
  ])('%s starts nothing', (key) => {
    expect(parseEvent(notification(key), digestOf)).toEqual([]);
    expect(parseEvent(eventBridge(key), digestOf)).toEqual([]);
  });

  test('below a folder that only looks like `_data` does start a run', () => {
    expect(inputsOf(notification('ledger/_database/x'))).toHaveLength(1);
    expect(inputsOf(notification('ledger/a/_data'))).toHaveLength(1);
  });

  test('of a job that is not deployed still asks for its run', () => {
    expect(parseEvent(notification('other/x'), digestOf)).toMatchObject([{ job: 'other' }]);
  });
});

describe('the run', () => {
  const run = (event: unknown, digest = digestOf) => parseEvent(event, digest)[0]?.run;
  const first = run(notification('ledger/a'));

  test('is the same for a repeated notification, in either way', () => {
    expect(run(notification('ledger/a'))).toBe(first);
    expect(run(eventBridge('ledger/a'))).toBe(first);
  });

  test('is another for another write, key, bucket or code', () => {
    const otherBucket = JSON.parse(JSON.stringify(notification('ledger/a')).replace('"in"', '"in2"'));
    const others = [
      run(notification('ledger/a', '0B')),
      run(notification('ledger/b')),
      run(otherBucket),
      run(notification('ledger/a'), () => 'd2'),
      run(notification('ledger/a'), () => undefined),
    ];
    expect(new Set([first, ...others]).size).toBe(6);
    for (const other of others) expect(other).toMatch(/^ledger-[0-9a-f]{16}$/);
  });
});

test('other code makes another run of the same event', () => {
  const [now, later] = [digestOf, () => 'd2'].map((digest) => parseEvent(notification('ledger/a'), digest)[0]);
  expect(later?.run).not.toBe(now?.run);
  expect(later?.event).toBe(now?.event);
});

test('several records are several runs', () => {
  const { Records } = notification('ledger/a');
  expect(inputsOf({ Records: [...Records, ...notification('ledger/b').Records] })).toHaveLength(2);
});

test('a request is taken as it is', () => {
  const request: RunRequest = { kind: 'run', run: 'r', job: 'ledger', inputs: [], params: {}, requestedAtMs: 1 };
  expect(parseEvent(request, digestOf)).toEqual([request]);
});

test.each([
  { Service: 'Amazon S3', Event: 's3:TestEvent', Time: TIME, Bucket: 'in' },
  notification('ledger/a', '0A', 'ObjectRemoved:Delete'),
  { 'detail-type': 'Object Deleted', detail: {} },
  { Records: [null, 1, {}, { eventName: 'ObjectCreated:Put' }] },
  { kind: 'run' },
  null,
  'text',
  [],
])('%j starts nothing', (event) => {
  expect(parseEvent(event, digestOf)).toEqual([]);
});

describe('a dead letter', () => {
  test('of the chunk queue is its chunk', () => {
    const chunk = { kind: 'chunk', run: 'r', chunk: 3 };
    expect(parseDeadLetter(chunk, digestOf).dead).toEqual([chunk]);
  });

  test('of the aggregator is what it was asked, with the last error', () => {
    const requestPayload = { kind: 'node', run: 'r', job: 'j', level: 1, index: 0 };
    const letter = {
      requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 3 },
      requestPayload,
      responsePayload: { errorType: 'Runtime.ExitError', errorMessage: 'exited' },
    };
    expect(parseDeadLetter(letter, digestOf)).toEqual({ dead: [requestPayload], why: 'RetriesExhausted, exited' });
  });

  test('of the intake queue is the run it asked for', () => {
    const [request] = parseEvent(notification('ledger/a'), digestOf);
    expect(parseDeadLetter(notification('ledger/a'), digestOf).dead).toEqual([request]);
    expect(parseDeadLetter(request, digestOf).dead).toEqual([request]);
  });

  test.each([[{}], [null], ['text'], [7]])('%j is nobody', (letter) => {
    expect(parseDeadLetter(letter, digestOf).dead).toEqual([]);
  });
});
