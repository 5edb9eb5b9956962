import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export default defineConfig({
  resolve: { alias: { fanfold: source('functions/index.ts') } },
  test: {
    root: source('.'),
    include: ['test/e2e/*.test.ts'],
    globalSetup: ['test/e2e/teardown.ts'],
    testTimeout: 150_000,
    hookTimeout: 60_000,
    sequence: { concurrent: true },
    maxWorkers: 3, // they wait for the emulator more than they compute
    teardownTimeout: 30_000,
  },
});
