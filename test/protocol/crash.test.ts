/**
 * A process is killed at every single call of a run, once before and once after the call took effect, with messages
 * repeated and reordered, and the watcher off: the result must be the same bytes, published once.
 */
import { describe, expect, it } from 'vitest';
import type { RunRequest } from '../../functions/core/messages.ts';
import { csvRows, defineJob, lines, sum, textLines } from '../../functions/index.ts';
import { cancelRun } from '../../functions/watcher/early-ends.ts';
import { MemoryPipeline, type PipelineOptions } from '../support/memory-pipeline.ts';

const count = defineJob({
  name: 'count',
  input: lines(),
  *map(line) {
    for (const word of line.split(' ')) if (word !== '') yield [word, 1];
  },
  combine: sum,
  reduce: (word, times) => ({ word, times }),
  output: csvRows(['word', 'times']),
});

const copy = defineJob({
  name: 'copy',
  input: lines(),
  *map(line, { offset }) {
    yield `${offset}:${line}`;
  },
  output: textLines(),
});

const request = (job: string, partitions: number): RunRequest => ({
  kind: 'run',
  run: `${job}-1`,
  job,
  inputs: [
    { bucket: 'in', key: 'a.txt' },
    { bucket: 'in', prefix: 'more/' },
  ],
  params: {},
  chunkBytes: 5,
  groupSize: 2,
  ...(partitions === 1 ? {} : { partitions }),
  requestedAtMs: 1_700_000_000_000,
});

const inputs: { [key: string]: string } = {
  'a.txt': 'to be or not to be\nthat is\n\nthe question',
  'more/1': 'é ß\r\nto',
  'more/2': '',
  'more/3': 'be',
};

function pipeline(options: Omit<PipelineOptions, 'jobs'>): MemoryPipeline {
  const made = new MemoryPipeline({ jobs: [count, copy], ...options });
  for (const [key, text] of Object.entries(inputs)) made.store.upload({ bucket: 'in', key }, Buffer.from(text));
  return made;
}

const words = new Map<string, number>();
for (const word of Object.values(inputs).flatMap((text) => text.split(/\s+/))) {
  if (word !== '') words.set(word, (words.get(word) ?? 0) + 1);
}
const expected: { [job: string]: string } = {
  count: `word,times\n${[...words]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([w, n]) => `${w},${n}\n`)
    .join('')}`,
  copy: '0:to be or not to be\n19:that is\n27:\n28:the question\n0:é ß\n7:to\n0:be\n',
};

describe.each([
  ['count', 1],
  ['count', 3],
  ['copy', 1],
] as const)('%s in parts: %d', (job, partitions) => {
  it('comes out the same however messages are ordered and repeated', async () => {
    for (let seed = 1; seed <= 50; seed++) {
      const made = pipeline({ seed, duplicates: 0.5 });
      const manifest = await made.run(request(job, partitions));
      expect(manifest).toMatchObject({ state: 'succeeded', chunks: { failed: 0 }, failures: [] });
      expect(made.result(job, `${job}-1`).toString()).toBe(expected[job]);
    }
  });

  it('comes out the same when everything happens at the same time', async () => {
    for (let seed = 1; seed <= 100; seed++) {
      const made = pipeline({ seed, duplicates: 0.3, together: 6 });
      made.pending.push({ message: request(job, partitions), receives: 0 }); // a second splitter
      const manifest = await made.run(request(job, partitions));
      expect(manifest, `seed ${seed}`).toMatchObject({ state: 'succeeded', chunks: { failed: 0 } });
      expect(made.result(job, `${job}-1`).toString(), `seed ${seed}`).toBe(expected[job]);
    }
  });

  it('ends once, as cancelled or with its whole result, when it is cancelled meanwhile', async () => {
    const ends = new Set<string | undefined>();
    for (let seed = 1; seed <= 100; seed++) {
      const made = pipeline({ seed, together: 6 });
      const running = made.run(request(job, partitions));
      for (let turns = seed * 16; turns > 0; turns--) await Promise.resolve();
      const told = await cancelRun(`${job}-1`, job, made.services);
      await running;
      const manifest = made.manifest(job, `${job}-1`);
      expect(told, `seed ${seed}`).toEqual(manifest);
      if (manifest?.state === 'succeeded') {
        expect(made.result(job, `${job}-1`).toString(), `seed ${seed}`).toBe(expected[job]);
      }
      ends.add(manifest?.state);
    }
    expect(ends).toEqual(new Set(['cancelled', 'succeeded']));
  });

  it('survives a crash at every call', async () => {
    const calm = pipeline({});
    await calm.run(request(job, partitions));
    expect(calm.calls).toBeGreaterThan(100);
    for (let call = 1; call <= calm.calls; call++) {
      for (const when of ['before', 'after'] as const) {
        const made = pipeline({ seed: call, crash: { call, when } });
        const manifest = await made.run(request(job, partitions));
        const where = `crash ${when} call ${call}`;
        expect(made.events, where).toContain('crash');
        expect(manifest, where).toMatchObject({ state: 'succeeded', chunks: { failed: 0 } });
        expect(made.result(job, `${job}-1`).toString(), where).toBe(expected[job]);
      }
    }
  });
});
