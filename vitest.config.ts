import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    alias: {
      'fanfold/cdk': fileURLToPath(new URL('infra/index.ts', import.meta.url)),
      fanfold: fileURLToPath(new URL('functions/index.ts', import.meta.url)),
    },
  },
  test: { include: ['test/**/*.test.ts'], exclude: ['test/e2e/**', 'node_modules/**'], testTimeout: 60_000 },
});
