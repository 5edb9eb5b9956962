import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** This package, seen from the sources (functions/adapters/local) or from what is built of them (dist). */
export const packageFolder = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../../' : '../', import.meta.url),
);
/** Examples as built, ready to be imported. */
export const builtJobsFolder = join(packageFolder, 'dist', 'jobs');
