/**
 * A fault at every single request of a run, one at a time, and nothing else: each request of a job of each shape, each
 * kind of fault that may strike any request.
 */
import { describe, expect, test } from 'vitest';
import type { FaultKind } from '../../functions/adapters/simulated/faults.ts';
import type { Scenario } from './scenario.ts';
import { play } from './seed.ts';
import { WORKLOADS } from './workloads.ts';

const KINDS: readonly FaultKind[] = [
  'crashBefore',
  'crashAfter',
  'memoryKill',
  'requestLost',
  'answerLost',
  'lateEffect',
  'outage',
  'timeOut',
  'zombie',
];

const TEXT = 'to be or not to be\n\né zz\nthe question';

/** Five chunks in groups of two, on three levels, in several parts of an upload, or in several objects joined of copies. */
function calm(name: string): Scenario {
  const workload = WORKLOADS.find((each) => each.name === name);
  if (workload === undefined) throw new Error(`there is no workload ${name}`);
  const upload = (key: string, text: string) =>
    ({ atMs: 0, kind: 'upload', key: `${name}/${key}`, bytes: Buffer.from(text) }) as const;
  const request = { prefixes: [`${name}/_data/`], chunkBytes: 10, groupSize: 2 };
  return {
    workload,
    startMs: Date.UTC(2026, 0, 1, 23, 59, 58),
    deeds: [upload('_data/a', TEXT), upload('_data/b', 'be\n'), upload('now.run.json', JSON.stringify(request))],
    deadly: undefined,
    rates: {},
    faultsMs: 1,
    merciful: true,
    ticks: false,
    deadlineSeconds: undefined,
    batchSize: 1,
    concurrencyMax: 3,
    firstPartBytes: name === 'copy' ? 1_000 : 100,
    partBytesMin: name === 'copy' ? 10 : 100,
    tableBytesMax: 1,
    pageChunksMax: 2,
    redrives: 0,
    impatient: false,
  };
}

describe.each(['in-order', 'copy'])('%s', (name) => {
  test.each(KINDS)('%s', async (kind) => {
    const whole = await play(1, calm(name));
    const { requests } = whole;
    expect(requests).toBeGreaterThan(80);
    if (name === 'copy') expect(whole.met).toEqual(expect.arrayContaining(['copied', 'several parts']));
    for (let request = 1; request <= requests; request++) {
      const { violations, met } = await play(1, calm(name), { strike: { request, kind } });
      expect(violations, `${kind} at request ${request}`).toEqual([]);
      expect(met, `${kind} at request ${request}`).toContain('succeeded');
    }
  });
});
