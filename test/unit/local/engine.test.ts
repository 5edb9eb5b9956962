import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Engine } from '../../../functions/adapters/local/engine.ts';
import { loadJob } from '../../../functions/adapters/local/load-job.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fanfold-engine-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('the watcher ticks: a run that hangs ends at its deadline', async () => {
  writeFileSync(
    join(folder, 'job.ts'),
    `import { defineJob, lines, textLines } from 'fanfold';
     export default defineJob({ name: 'hang', input: lines(), output: textLines(), deadlineSeconds: 60,
       *map(line) { for (;;); } });`,
  );
  writeFileSync(join(folder, 'in'), 'a');
  mkdirSync(join(folder, 'out'));
  const loaded = await loadJob(join(folder, 'job.ts'));
  const engine = new Engine(1);
  try {
    const manifest = await engine.carryOut({
      request: {
        kind: 'run',
        run: 'r1',
        job: 'hang',
        inputs: [{ bucket: 'file', key: 'in' }],
        params: {},
        requestedAtMs: Date.now() - 60_000, // its minute is over
      },
      store: { base: folder, directory: join(folder, 'out'), job: 'hang', run: 'r1' },
      loaded,
      inputBytes: 1,
      signal: undefined,
      onProgress: () => {},
      watchEveryMs: 20,
    });
    expect(manifest).toMatchObject({ state: 'failed', reason: { code: 'FANFOLD_DEADLINE' } });
  } finally {
    await engine.close();
    loaded.dispose();
  }
});
