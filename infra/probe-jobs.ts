/** Looks into bundled job files: a construct cannot await an import, so another Node process imports them. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface Probe {
  readonly name?: string;
  /** It has no default export. */
  readonly shared?: true;
  /** Why it is not a job. */
  readonly error?: string;
}

const TIMEOUT_MS = 60_000;

/** What the other process runs: it answers on its third channel, since stdout is the jobs' own. */
const SCRIPT = `
import { writeSync } from 'node:fs';
const answers = [];
for (const url of process.argv.slice(1)) {
  try {
    const exported = await import(url);
    const job = exported.default;
    const made = typeof job?.name === 'string' && typeof job?.map === 'function' && typeof job?.input?.open === 'function';
    if (!('default' in exported)) answers.push({ shared: true });
    else answers.push(made ? { name: job.name } : { error: 'its default export is not what defineJob() returns' });
  } catch (error) {
    answers.push({ error: String(error?.message ?? error) });
  }
}
writeSync(3, JSON.stringify(answers));
process.exit(0);
`;

/** The name of each bundled code's job, or why it has none. */
export function probeJobs(codes: readonly string[]): Probe[] {
  const folder = mkdtempSync(join(tmpdir(), 'fanfold-jobs-'));
  try {
    const urls = codes.map((code, i) => {
      const file = join(folder, `${i}.mjs`);
      writeFileSync(file, code);
      return pathToFileURL(file).href;
    });
    const child = spawnSync(process.execPath, ['--input-type=module', '--eval', SCRIPT, ...urls], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
      maxBuffer: 64 * 1024 * 1024,
    });
    const answer = child.output?.[3]?.toString();
    if (answer) return JSON.parse(answer);
    const why = child.error?.message ?? `importing it ended the process: ${child.stderr?.toString().trim()}`;
    return codes.map(() => ({ error: why }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
