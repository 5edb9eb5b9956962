import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { LocalQueue } from '../../functions/adapters/local/local-queue.ts';
import { clockConformance } from './clock.conformance.ts';
import { servicesOver } from './local.ts';
import { stampIn } from './stamp.ts';

clockConformance('the clock of a laptop', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fanfold-clock-'));
  const queue = new LocalQueue({ onMessage: () => {}, onDead: () => {} });
  const { clock, store, results } = servicesOver(queue, join(folder, 'out'));
  return {
    clock,
    pass: pause,
    stamp: () => stampIn(store, { bucket: results, key: 'runs/r1/stamp' }),
    close: async () => rmSync(folder, { recursive: true }),
  };
});
