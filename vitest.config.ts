import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    alias: {
      'fanfold/cdk': fileURLToPath(new URL('infra/index.ts', import.meta.url)),
      'fanfold/testing': fileURLToPath(new URL('functions/testing.ts', import.meta.url)),
      fanfold: fileURLToPath(new URL('functions/index.ts', import.meta.url)),
    },
  },
  test: {
    // Hundreds of runs start and stop threads in one process: now and then V8 loses count of pages of code that come and go
    // with them, and ends the process. https://github.com/nodejs/node/issues/64500
    execArgv: ['--no-memory-protection-keys', '--no-wasm-code-gc', '--disable-warning=ExperimentalWarning'],
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**', 'test/conformance/remote/**', 'node_modules/**'],
    setupFiles: ['test/support/property-seed.ts', 'test/support/no-pool.ts', 'test/support/warm-types.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
