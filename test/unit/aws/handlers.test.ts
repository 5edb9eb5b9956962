import type { SQSEvent } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { eachMessage } from '../../../functions/adapters/aws/each-message.ts';
import { FanfoldError } from '../../../functions/errors.ts';
import { defineJob, lines, textLines } from '../../../functions/index.ts';
import { split } from '../../../functions/splitter/split.ts';
import { workerHandler } from '../../../functions/worker/handler.ts';
import { MemoryPipeline } from '../../support/memory-pipeline.ts';

const eventOf = (...bodies: string[]) => {
  const Records = bodies.map((body, i) => ({ messageId: `m${i}`, body, attributes: { ApproximateReceiveCount: '1' } }));
  return { Records } as unknown as SQSEvent; // what the handlers read of it
};

describe('messages', () => {
  test('are done one after the other, and those that threw come again', async () => {
    const events: string[] = [];
    const step = async (body: unknown) => {
      events.push(`begin ${body}`);
      await new Promise(setImmediate);
      events.push(`end ${body}`);
      if (body === 2) throw new FanfoldError('FANFOLD_STORE_UNAVAILABLE', 'busy', { fix: 'Wait.', retry: 'safe' });
      if (body === 3) throw new TypeError('a bug');
    };
    const logged: string[] = [];
    const answer = await eachMessage(eventOf('1', '2', '3', '4'), (event) => logged.push(event), step);
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }, { itemIdentifier: 'm2' }] });
    expect(events).toEqual([1, 2, 3, 4].flatMap((body) => [`begin ${body}`, `end ${body}`]));
    expect(logged).toEqual(['message given back', 'message given back']);
  });

  test('that are no JSON are told and dropped, and hold up nothing', async () => {
    const logged: string[] = [];
    const done: unknown[] = [];
    const log = (event: string) => void logged.push(event);
    const answer = await eachMessage(eventOf('{', '1'), log, async (body) => void done.push(body));
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(logged).toEqual(['message that is no JSON']);
    expect(done).toEqual([1]);
  });

  test('all done give nothing back', async () => {
    expect(
      await eachMessage(
        eventOf('1'),
        () => {},
        async () => {},
      ),
    ).toEqual({ batchItemFailures: [] });
  });
});

test('the worker knows how often a message came, and how long it may take', async () => {
  const job = defineJob({
    name: 'copy',
    input: lines(),
    *map(line) {
      yield line;
    },
    output: textLines(),
  });
  const made = new MemoryPipeline({ jobs: [job] });
  made.store.upload({ bucket: 'in', key: 'a' }, Buffer.from('a\nb\n'));
  const inputs = [{ bucket: 'in', key: 'a' }];
  await split(
    { kind: 'run', run: 'copy-1', job: 'copy', inputs, params: {}, bisect: true, requestedAtMs: 0 },
    made.services,
  );
  const handler = workerHandler(made.services.jobs, made.services);
  const body = JSON.stringify(made.pending[0]?.message);
  const Records = [{ messageId: 'm', body, attributes: { ApproximateReceiveCount: '2' } }];
  // An earlier worker did not get through; what there is of time is too little to find out why.
  await handler({ Records } as unknown as SQSEvent, { getRemainingTimeInMillis: () => -1 });
  const steps = [...made.store.contents('results').keys()].filter((key) => key.startsWith('runs/copy-1/bisect/'));
  expect(steps).toEqual(['runs/copy-1/bisect/00000000/0/over']);
});
