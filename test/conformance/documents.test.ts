import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Differences, KNOWN_DIFFERENCES } from './remote/known-differences.ts';

test('docs/emulators.md tells every known difference', () => {
  const rows = readFileSync(new URL('../../docs/emulators.md', import.meta.url), 'utf8').split('\n');
  const all = Object.entries(KNOWN_DIFFERENCES).flatMap(([emulator, suites]) =>
    Object.values(suites).flatMap((differences: Differences) =>
      Object.entries(differences).map(([test, seen]) => ({ emulator, test, seen })),
    ),
  );
  const untold = all.filter(
    ({ emulator, test, seen }) => !rows.some((row) => [emulator, test, seen].every((text) => row.includes(text))),
  );
  expect(untold).toEqual([]);
});
