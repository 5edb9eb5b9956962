/**
 * Makes `functions/kernels/wasm.ts` from the AssemblyScript in `functions/kernels/assembly`: the same bytes from the same
 * sources, which a test holds. `node build-kernels.ts FILE` writes elsewhere.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = import.meta.dirname;
const [, , elsewhere] = process.argv;
const asc = join(dirname(fileURLToPath(import.meta.resolve('assemblyscript/package.json'))), 'bin', 'asc.js');
const folder = mkdtempSync(join(tmpdir(), 'fanfold-kernels-'));
const wasm = join(folder, 'kernels.wasm');
const options = ['--enable', 'simd', '-O3', '--converge', '--noAssert', '--uncheckedBehavior', 'always'];
try {
  execFileSync(
    process.execPath,
    [asc, 'functions/kernels/assembly/index.ts', '--outFile', wasm, '--runtime', 'stub', ...options],
    { cwd: root, stdio: 'inherit' },
  );
  writeFileSync(resolve(elsewhere ?? join(root, 'functions/kernels/wasm.ts')), moduleOf(readFileSync(wasm)));
} finally {
  rmSync(folder, { recursive: true });
}

function moduleOf(bytes: Uint8Array): string {
  return `// Made by \`npm run kernels\` from the AssemblyScript in ./assembly: change that, never this.
export const WASM_BASE64 =
  '${Buffer.from(bytes).toString('base64')}';
`;
}
