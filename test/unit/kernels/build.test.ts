import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));

it('the kernels that are stored are those of their sources', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fanfold-kernels-'));
  try {
    const built = join(folder, 'wasm.ts');
    execFileSync(process.execPath, ['build-kernels.ts', built], { cwd: root });
    const stored = readFileSync(join(root, 'functions/kernels/wasm.ts'), 'utf8');
    expect(readFileSync(built, 'utf8') === stored, 'run `npm run kernels`').toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
