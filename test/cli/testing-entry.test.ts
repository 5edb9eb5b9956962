/** `fanfold/testing` as it is shipped: from a package that somebody installed. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Installed } from './installed.ts';

const fanfold = new Installed();
afterAll(() => fanfold.remove());

it('runs a job under faults, beside the package that the job imports', () => {
  mkdirSync(join(fanfold.cwd, 'node_modules'));
  symlinkSync(fanfold.packageFolder, join(fanfold.cwd, 'node_modules', 'fanfold'));
  fanfold.write(
    'job.test.mjs',
    `import { defineJob, FanfoldError, lines, sum, textLines } from 'fanfold';
    import { simulate } from 'fanfold/testing';
    const job = defineJob({
      name: 'count',
      input: lines(),
      *map(line) {
        yield [line, 1];
      },
      combine: sum,
      reduce: (line, times) => line + ' ' + times,
      output: textLines(),
    });
    const { text, faults } = await simulate({ job, objects: { a: 'b\\na\\n'.repeat(50) }, seed: 6 });
    const wrong = await simulate({ job, objects: {} }).catch((error) => error);
    console.log(JSON.stringify({ text, struck: Object.keys(faults).length > 0, same: wrong instanceof FanfoldError }));`,
  );
  const told = execFileSync(process.execPath, ['job.test.mjs'], { cwd: fanfold.cwd, encoding: 'utf8' });
  expect(JSON.parse(told)).toEqual({ text: 'a 50\nb 50\n', struck: true, same: true });
});

it('takes nothing with it that is there for our own tests', () => {
  const dist = join(fanfold.packageFolder, 'dist');
  const code = readdirSync(dist).filter((name) => name.endsWith('.js'));
  for (const name of code) {
    expect(readFileSync(join(dist, name), 'utf8'), name).not.toMatch(/from "(vitest|fast-check|zod|csv-parse)"/);
  }
});
