/** The sources change; each sabotage must still be one. `npm run sabotage` and by-tests.ts show that each is caught. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CSV } from './csv.ts';
import { MISSING_VALUES } from './missing-values.ts';
import { NUMBERS } from './numbers.ts';
import { SABOTAGES } from './sabotages.ts';
import { WORDS_COUNTED } from './words.ts';

const TESTED = [CSV, MISSING_VALUES, NUMBERS, WORDS_COUNTED].flatMap(({ sabotages }) =>
  sabotages.map(([name, file, from, to]) => ({ name, edits: [{ file, from, to }] })),
);
const ALL = [...SABOTAGES, ...TESTED];

const root = join(import.meta.dirname, '../..');

test.each(ALL)('$name: what it takes away stands in the source, once', ({ edits }) => {
  for (const { file, from, to } of edits) {
    const text = readFileSync(join(root, file), 'utf8');
    expect(text.split(from).length - 1, `${file}: ${from}`).toBe(1);
    expect(to).not.toBe(from);
  }
});

test('each has a name of its own, and there are enough of them', () => {
  expect(new Set(ALL.map(({ name }) => name)).size).toBe(ALL.length);
  expect(SABOTAGES.length).toBeGreaterThanOrEqual(20);
});
