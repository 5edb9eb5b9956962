/**
 * The suites of the ports on the adapters for AWS: against ministack and moto, which it installs and starts; against
 * the endpoint of AWS_ENDPOINT_URL instead, if that is set; and against AWS itself where FANFOLD_CONFORMANCE_BUCKET
 * names a bucket of yours that credentials of the environment may write to and delete from.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { command } from '../../emulators/command.ts';
import { emulatedEnvironment, hasPython, installEmulators } from '../../emulators/install.ts';
import { Ministack } from '../../emulators/ministack.ts';
import { startMoto } from '../../emulators/moto.ts';
import type { Target } from './target.ts';

// Whoever runs then ends with us: see `command` and `Server`.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));

const SECONDS_MAX = 240;
const { AWS_ENDPOINT_URL: given, FANFOLD_CONFORMANCE_BUCKET: bucket, FANFOLD_CONFORMANCE_ROLE: role } = process.env;

try {
  if (given !== undefined) await check({ name: given, functions: true }, emulatedEnvironment(given, 'test'));
  else await checkEmulators();
  if (bucket === undefined) skipped('AWS', 'set FANFOLD_CONFORMANCE_BUCKET, and credentials that may use it');
  else await check({ name: 'AWS', bucket, functions: role !== undefined, ...(role ? { role } : {}) }, process.env);
  if (bucket !== undefined && role === undefined) {
    skipped('Lambda on AWS', 'set FANFOLD_CONFORMANCE_ROLE to the ARN of a role for functions that may use SQS');
  }
} catch (error) {
  console.error(`conformance: FAILED: ${told(error)}`);
  process.exitCode = 1;
}

async function checkEmulators(): Promise<void> {
  if (!hasPython()) {
    const needed = 'python3 (3.10 or later, with venv) is missing, which the emulators need; or set AWS_ENDPOINT_URL';
    if (process.env['CI'] === 'true') throw new Error(needed);
    return skipped('ministack and moto', needed);
  }
  const programs = await installEmulators();
  skipped('Lambda on moto', 'it runs functions in Docker; ministack runs them');
  const outcomes = await Promise.allSettled([onMinistack(programs), onMoto(programs)]);
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [told(outcome.reason)] : []));
  if (failures.length > 0) throw new Error(failures.join('\n'));
}

async function onMinistack(programs: string): Promise<void> {
  const emulator = await Ministack.start(programs, { roles: false });
  try {
    await check({ name: 'ministack', functions: true }, emulatedEnvironment(emulator.endpoint, 'test'));
    rmSync(emulator.server.log);
  } finally {
    await emulator.stop();
  }
}

async function onMoto(programs: string): Promise<void> {
  const { endpoint, server } = await startMoto(programs);
  try {
    await check({ name: 'moto', functions: false }, emulatedEnvironment(endpoint, 'test'));
    rmSync(server.log);
  } finally {
    await server.stop();
  }
}

/** Each in a process of its own, since the SDK and our clients look at the environment. */
async function check(target: Target, environment: NodeJS.ProcessEnv): Promise<void> {
  const env = { ...environment, FANFOLD_CONFORMANCE_TARGET: JSON.stringify(target), NO_COLOR: '1' };
  const config = join(import.meta.dirname, 'vitest.config.ts');
  const printed = await command('vitest', ['run', '--config', config], { env, timeoutSeconds: SECONDS_MAX });
  console.log(`conformance: ${target.name}\n${printed.trim()}\n`);
}

function told(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function skipped(what: string, why: string): void {
  console.log(`conformance: SKIPPED: ${what}: ${why}.`);
}
