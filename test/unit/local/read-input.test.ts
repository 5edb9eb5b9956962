import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readInput } from '../../../functions/adapters/local/read-input.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fanfold-read-input-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('gives a file from its start to its end', async () => {
  const bytes = Buffer.alloc(2.5 * 2 ** 20, 'fanfold ');
  writeFileSync(join(folder, 'in'), bytes);
  expect(Buffer.concat(await Array.fromAsync(readInput(join(folder, 'in')))).equals(bytes)).toBe(true);
});

test('what the system says against a file is an error that names it', async () => {
  const gone = join(folder, 'gone');
  const error = { code: 'FANFOLD_INPUT_GONE', source: gone, message: `${gone} is gone` };
  await expect(Array.fromAsync(readInput(gone))).rejects.toMatchObject(error);
  await expect(Array.fromAsync(readInput(folder))).rejects.toMatchObject({
    code: 'FANFOLD_STORE_UNAVAILABLE',
    source: folder,
  });
});
