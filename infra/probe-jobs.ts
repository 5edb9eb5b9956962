/** Looks into bundled job files: a construct cannot await an import, so another Node process imports them. */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
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
const answer = (probe) => writeSync(3, JSON.stringify(probe) + '\\n');
for (const url of process.argv.slice(1)) {
  try {
    const exported = await import(url);
    const job = exported.default;
    const made = typeof job?.name === 'string' && typeof job?.map === 'function' && typeof job?.input?.open === 'function';
    if (!('default' in exported)) answer({ shared: true });
    else answer(made ? { name: job.name } : { error: 'its default export is not what defineJob() returns' });
  } catch (error) {
    answer({ error: String(error?.message ?? error) });
  }
}
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
    const probes: Probe[] = [];
    while (probes.length < urls.length) probes.push(...importEach(urls.slice(probes.length)));
    return probes;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the first of them are: all, or as many as it takes until one ends the process, which is the last. */
function importEach(urls: readonly string[]): Probe[] {
  const child = spawnSync(process.execPath, ['--input-type=module', '--eval', SCRIPT, ...urls], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
  const lines = child.output?.[3]?.toString().split('\n').slice(0, -1) ?? [];
  const probes: Probe[] = lines.map((line) => JSON.parse(line));
  if (probes.length === urls.length) return probes;
  return [...probes, { error: whyOf(child) }];
}

function whyOf({ error, status, signal, stderr }: SpawnSyncReturns<Buffer>): string {
  if (error !== undefined && 'code' in error && error.code === 'ETIMEDOUT') {
    return `importing it, and the jobs before it, took more than ${TIMEOUT_MS / 1000} s`;
  }
  if (error !== undefined) return error.message;
  return `importing it ended the process with ${signal ?? `exit code ${status}`} ${stderr.toString().trim()}`.trim();
}
