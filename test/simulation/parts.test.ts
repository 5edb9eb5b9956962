/** The parts that a simulation is made of. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FAULT_KINDS, Faults } from '../../functions/adapters/simulated/faults.ts';
import { KeyTree } from '../../functions/adapters/simulated/key-tree.ts';
import { Random } from '../../functions/adapters/simulated/random.ts';
import { SimulatedQueue } from '../../functions/adapters/simulated/sqs-queue.ts';
import { Timeline } from '../../functions/adapters/simulated/timeline.ts';
import { World } from '../../functions/adapters/simulated/world.ts';
import { playSeed } from './seed.ts';

test('keys are listed in byte order, below a prefix, after a key: as sorting all of them would', () => {
  const key = fc
    .array(fc.constantFrom('a', 'b', '/', '-', 'é', '\ue000', '😀'), { maxLength: 6 })
    .map((c) => c.join(''));
  fc.assert(
    fc.property(fc.uniqueArray(key), fc.uniqueArray(key), key, key, (keys, removed, prefix, after) => {
      const tree = new KeyTree<string>();
      for (const each of keys) tree.set(each, each);
      for (const each of removed) tree.delete(each);
      const left = keys.filter((each) => !removed.includes(each));
      const compare = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
      const expected = left.filter((each) => each.startsWith(prefix) && compare(each, after) > 0).sort(compare);
      expect([...tree.list(prefix, after)].map(([each]) => each)).toEqual(expected);
      for (const each of [...keys, ...removed]) expect(tree.get(each)).toBe(left.includes(each) ? each : undefined);
    }),
    { numRuns: 2_000 },
  );
});

test('what is planned happens in the order of time, and of two at once in the order of planning', async () => {
  const timeline = new Timeline(1_000);
  const random = new Random(1);
  const done: number[][] = [];
  for (let i = 0; i < 500; i++) {
    const ms = random.below(50);
    timeline.after(ms, () => done.push([ms, i, timeline.nowMs]));
  }
  while (await timeline.step());
  expect(done.length).toBe(500);
  expect(done).toEqual([...done].sort(([a = 0, i = 0], [b = 0, j = 0]) => a - b || i - j));
  for (const [ms = 0, , nowMs] of done) expect(nowMs).toBe(1_000 + ms);
});

test('a stream of random numbers is repeated by its seed, differs from every other, and is even', () => {
  const draw = (seed: number, stream?: string) => {
    const random = new Random(seed, stream);
    return Array.from({ length: 1_000 }, () => random.below(10));
  };
  expect(draw(7, 'a')).toEqual(draw(7, 'a'));
  expect(new Set([draw(7, 'a'), draw(7, 'b'), draw(8, 'a'), draw(2 ** 32 + 7, 'a')].map(String)).size).toBe(4);
  for (let digit = 0; digit < 10; digit++) {
    const share = draw(1).filter((drawn) => drawn === digit).length;
    expect(share).toBeGreaterThan(60);
    expect(share).toBeLessThan(140);
  }
});

test('faults strike as often as they are told to, are counted, and end', () => {
  const faults = new Faults(new Random(1), { slowDown: 0.25 });
  const strikes = (times: number) => Array.from({ length: times }, () => faults.strikes('slowDown')).filter(Boolean);
  const struck = strikes(10_000).length;
  expect(struck / 10_000).toBeCloseTo(0.25, 1);
  expect(faults.counts).toEqual(new Map([['slowDown', struck]]));
  expect(faults.strikes('conflict')).toBe(false);
  faults.over = true;
  expect(strikes(100)).toEqual([]);
});

describe('a queue', () => {
  const queues = () => {
    const world = new World({ seed: 1, startMs: 0, faults: {} });
    const dead = new SimulatedQueue(world, 'dead', { visibilityMs: 10 });
    const queue = new SimulatedQueue(world, 'q', { visibilityMs: 10, deadLetters: { queue: dead, maxReceives: 2 } });
    return { world, dead, queue };
  };

  test('shows a message again unless it was deleted, and gives it up after its receives', async () => {
    const { world, dead, queue } = queues();
    queue.send('a');
    queue.send('b');
    const [a] = queue.receive(1);
    const [b] = queue.receive(5);
    expect([a?.body, b?.body, queue.receive(5)]).toEqual(['a', 'b', []]);
    if (b !== undefined) queue.delete(b);
    while (await world.timeline.step());
    expect(queue.receive(5).map(({ body, receives }) => [body, receives])).toEqual([['a', 2]]);
    while (await world.timeline.step());
    expect(queue.receive(5)).toEqual([]);
    expect([queue.length, dead.receive(5).map(({ body }) => body)]).toEqual([0, ['a']]);
  });
});

describe('a seed', () => {
  const traceOf = async (seed: number) => {
    const lines: string[] = [];
    await playSeed(seed, { trace: (line) => lines.push(line) });
    return lines.join('\n');
  };

  test('replays everything that happened, to the millisecond', async () => {
    for (let seed = 1; seed <= 20; seed++) expect(await traceOf(seed)).toBe(await traceOf(seed));
    expect(await traceOf(1)).not.toBe(await traceOf(2));
    expect(FAULT_KINDS.length).toBeGreaterThan(30);
  });
});
