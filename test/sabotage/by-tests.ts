/**
 * `node test/sabotage/by-tests.ts csv` (or `missing`, `numbers`, `words`): takes one part after the other out of a copy of the sources, and
 * says which of a few tests noticed. Ends with 1 if one was not noticed, or if the sources with all of them intact were.
 * Another argument is a part of the names of those that are to be tried.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CSV } from './csv.ts';
import { editOnce } from './edit-once.ts';
import { MISSING_VALUES } from './missing-values.ts';
import { NUMBERS } from './numbers.ts';
import type { Edit } from './sabotages.ts';
import type { Tested } from './tested.ts';
import { WORDS_COUNTED } from './words.ts';

const root = join(import.meta.dirname, '../..');
const MINUTES_MAX = 3;
const FILES = ['package.json', 'vitest.config.ts', 'build-kernels.ts'];
const KERNELS = 'functions/kernels/assembly/';

const [, , name = '', only = ''] = process.argv;
const chosen = { csv: CSV, missing: MISSING_VALUES, numbers: NUMBERS, words: WORDS_COUNTED }[name];
if (chosen === undefined) throw new Error('say csv, missing, numbers, or words');
let missed = 0;
for (const [what, file, from, to] of [['all in place', '', '', ''] as const, ...chosen.sabotages]) {
  if (!what.includes(only)) continue;
  const noticed = noticedBy({ file, from, to }, chosen);
  if ((noticed === undefined) !== (file === '')) missed += 1;
  console.log(`${what.padEnd(56)}  ${noticed ?? 'not noticed'}`);
}
process.exitCode = missed === 0 ? 0 : 1;

/** The first test that fails, if one does. */
function noticedBy({ file, from, to }: Edit, { tests, env }: Tested): string | undefined {
  const copy = mkdtempSync(join(tmpdir(), 'fanfold-sabotage-'));
  try {
    for (const folder of ['functions', 'test']) cpSync(join(root, folder), join(copy, folder), { recursive: true });
    for (const one of FILES) cpSync(join(root, one), join(copy, one));
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    if (file !== '') editOnce(join(copy, file), from, to);
    if (file.startsWith(KERNELS)) execFileSync(process.execPath, ['build-kernels.ts'], { cwd: copy });
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['node_modules/vitest/vitest.mjs', 'run', '--bail=1', ...tests],
      { cwd: copy, encoding: 'utf8', timeout: MINUTES_MAX * 60_000, env: { ...process.env, ...env, NO_COLOR: '1' } },
    );
    if (status === 0) return undefined;
    return status === null ? 'it never ends' : (/ FAIL {2}(.*)/.exec(stdout + stderr)?.[1] ?? 'it breaks down');
  } finally {
    rmSync(copy, { recursive: true });
  }
}
