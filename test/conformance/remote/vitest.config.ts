import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { target } from './target.ts';

const source = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

export default defineConfig({
  resolve: { alias: { fanfold: source('functions/index.ts') } },
  test: {
    root: source('.'),
    include: ['test/conformance/remote/*.test.ts'],
    exclude: target.functions ? [] : ['**/invoker.test.ts'], // main.ts says why
    testTimeout: 150_000, // Lambda waits a minute before it runs a function again
    hookTimeout: 120_000,
    maxWorkers: 4, // they wait for the target more than they compute
  },
});
