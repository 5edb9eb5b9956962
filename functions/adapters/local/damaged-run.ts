/**
 * After a loss of power. What a process writes survives the process, but not the machine: a file may then have its name
 * and not its bytes. Partials carry checksums, so those of chunks stay that are whole; the rest is made again from them.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { levelPrefix } from '../../core/keys.ts';
import { PartialReader } from '../../core/partial-reader.ts';
import type { Plan } from '../../core/plan.ts';
import { asFanfoldError } from '../../errors.ts';
import type { Services } from '../../ports/services.ts';
import { listAll } from '../../protocol/list-all.ts';
import { WORKING_DIRECTORY } from './directory-keys.ts';
import { removeBut, removeResults } from './run-directory.ts';

export async function discardDamaged(services: Services, directory: string, { run }: Plan): Promise<void> {
  const working = join(directory, WORKING_DIRECTORY);
  removeResults(directory);
  removeBut(join(working, 'runs', run), ['survey.json', 'plan.json', 'plan', 'partials']);
  removeBut(join(working, 'runs', run, 'partials'), ['0']);
  for await (const { key } of listAll(services.store, services.results, levelPrefix(run, 0))) {
    if (!(await isWhole(services, key))) rmSync(join(working, key));
  }
}

async function isWhole(services: Services, key: string): Promise<boolean> {
  const bytes = await services.store.open({ bucket: services.results, key });
  if (bytes === undefined) return false;
  const reader = new PartialReader(bytes, key);
  try {
    while ((await reader.next()) !== undefined);
    return true;
  } catch (error) {
    if (asFanfoldError(error).code === 'FANFOLD_PARTIAL_CORRUPT') return false;
    throw error;
  } finally {
    await reader.close();
  }
}
