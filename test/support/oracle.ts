/** Independent answers: the Python scripts of test/oracle, which share no code and no library with fanfold. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export type OracleName =
  | 'word-count'
  | 'ledger'
  | 'sort'
  | 'trending'
  | 'inverted-index'
  | 'csv-to-jsonl'
  | 'access-log'
  | 'orders-by-customer';

/** Whether oracles can run here. They must in CI, where a missing python3 is a failure and not a skip. */
export const canAskOracle: boolean = spawnSync('python3', ['--version']).status === 0;

if (!canAskOracle) {
  if (process.env['CI'] === 'true')
    throw new Error('python3 is missing: in CI the oracles must run. Install Python 3.8 or later.');
  console.warn('python3 is missing: tests against the oracles of test/oracle are skipped');
}

/** Paths of one call: below the 128 KiB that a system's command line is sure to take. */
const ARGUMENT_BYTES_MAX = 100_000;

export interface OracleAnswer {
  /** What the job's parts must be, joined. */
  readonly bytes: Buffer;
  /** What the manifest must say was read. */
  readonly records: number;
}

/** What the job must come to over these files, in this order. Throws with what the oracle says against bad input. */
export function askOracle(
  name: OracleName,
  paths: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): OracleAnswer {
  const script = fileURLToPath(new URL(`../oracle/${name.replaceAll('-', '_')}.py`, import.meta.url));
  const given = paths.join('\n').length > ARGUMENT_BYTES_MAX ? ['@-'] : paths;
  const { status, stdout, stderr } = spawnSync('python3', ['-B', script, ...given], {
    input: paths.join('\n'),
    env: { ...process.env, ...environment },
    maxBuffer: 2 ** 30,
  });
  const records = /^records=(\d+)$/m.exec(stderr.toString())?.[1];
  if (status !== 0 || records === undefined) throw new Error(`The oracle of ${name} says: ${stderr}`);
  return { bytes: stdout, records: Number(records) };
}
