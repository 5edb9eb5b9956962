/** What a cold start loads: bytes of each handler's bundle, of what they are made, and how long Node takes to load it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildStation, bundleJobs, bundleStation, findJobFiles, STATIONS } from '../infra/bundle.ts';
import { bundleSize } from '../test/support/bundle-size.ts';

const ROUNDS = 15;
/** What the construct sets, as far as loading needs it. */
const ENVIRONMENT = {
  ...process.env,
  AWS_REGION: 'us-east-1',
  FANFOLD_RESULTS: 'results',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1769',
  NODE_OPTIONS: '--enable-source-maps',
};

const jobs = bundleJobs(findJobFiles('jobs'));
const folder = mkdtempSync(join(tmpdir(), 'fanfold-handlers-'));
try {
  console.log(
    `With the ${jobs.length} jobs of jobs/; loading in a Node ${process.version} of its own, of ${ROUNDS} the median.\n`,
  );
  console.log('| handler | bytes | of them fanfold and jobs | AWS SDK | loading |');
  console.log('| --- | --- | --- | --- | --- |');
  const nothing = medianMs('export {};');
  for (const station of STATIONS) {
    const { bytes, ownBytes, sdkBytes } = bundleSize(buildStation(station, jobs));
    const module = pathToFileURL(join(bundleStation(station, jobs, folder), 'index.mjs')).href;
    const loadMs = medianMs(`await import(${JSON.stringify(module)});`) - nothing;
    console.log(`| ${station} | ${told(bytes)} | ${told(ownBytes)} | ${told(sdkBytes)} | ${loadMs.toFixed(0)} ms |`);
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** Until the code has run, in a process of its own, as that process sees it: it begins with Node itself. */
function medianMs(code: string): number {
  const script = `${code}\nprocess.stdout.write(String(performance.now()));`;
  const args = ['--input-type=module', '--eval', script];
  const times = Array.from({ length: ROUNDS }, () =>
    Number(execFileSync(process.execPath, args, { env: ENVIRONMENT, encoding: 'utf8' })),
  );
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN;
}

function told(bytes: number): string {
  return `${(bytes / 1000).toFixed(0)} kB`;
}
