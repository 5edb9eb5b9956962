/**
 * The real deployment: `cdk bootstrap`, `cdk deploy`, uploads with the real SDK, results compared with an independent
 * oracle, `cdk destroy`. Against ministack, which it installs and starts; or, if AWS_ENDPOINT_URL is set, against the
 * emulator there (LocalStack, for one).
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { command } from '../emulators/command.ts';
import { emulatedEnvironment, emulatorsFolder, hasPython, installEmulators } from '../emulators/install.ts';
import { Ministack } from '../emulators/ministack.ts';

// Whoever runs then ends with us: see `command` and `Server`.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
const given = process.env['AWS_ENDPOINT_URL'];

if (given !== undefined) {
  await deployAndTest(given, String(Date.now()));
} else if (hasPython()) {
  await onOwnEmulator();
} else if (process.env['CI'] === 'true') {
  console.error('e2e: python3 (3.10 or later, with venv) is missing: in CI the end-to-end tests must run. Install it.');
  process.exitCode = 1;
} else {
  console.warn(
    'e2e: SKIPPED: python3 with venv is missing, which the emulator needs. Install it, or set AWS_ENDPOINT_URL.',
  );
}

async function onOwnEmulator(): Promise<void> {
  let emulator: Ministack | undefined;
  try {
    emulator = await Ministack.start(await installEmulators(), { roles: true });
    await deployAndTest(emulator.endpoint, String(emulator.port));
    const denials = emulator.denials();
    if (denials.length > 0) throw new Error(`roles lack what their functions call:\n${denials.join('\n')}`);
    rmSync(emulator.server.log);
  } catch (error) {
    if (emulator !== undefined) console.error(`e2e: the end of ${emulator.server.log}:\n${emulator.server.tail()}`);
    console.error(`e2e: FAILED: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  } finally {
    await emulator?.stop();
  }
}

async function deployAndTest(endpoint: string, name: string): Promise<void> {
  const out = join(emulatorsFolder, `cdk-${name}`);
  mkdirSync(out, { recursive: true });
  const outputs = join(out, 'outputs.json');
  const env = { ...emulatedEnvironment(endpoint, `e2e${name}`), FANFOLD_E2E_OUTPUTS: outputs };
  const app = ['--app', `node ${join(import.meta.dirname, 'app.ts')}`, '--output', join(out, 'cdk.out')];
  const cdk = (...args: readonly string[]) => command('cdk', args, { env, timeoutSeconds: 180 });
  await cdk('bootstrap', 'aws://000000000000/us-east-1', ...app);
  await cdk('deploy', '--require-approval', 'never', '--outputs-file', outputs, ...app);
  const config = join(import.meta.dirname, 'vitest.config.ts');
  try {
    await command('vitest', ['run', '--config', config], { env, timeoutSeconds: 240, loud: true });
  } finally {
    await cdk('destroy', '--force', ...app); // also after a failure: the emulator may be somebody's own
  }
  rmSync(out, { recursive: true, force: true });
}
