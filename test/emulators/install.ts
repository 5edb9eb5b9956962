/** Emulators of AWS that need no Docker and no account, in one virtual environment of Python. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { command } from './command.ts';

/** Pinned together: ministack names its botocore; moto serves by way of Flask, and needs nothing else for S3 and SQS. */
const PACKAGES = ['ministack==1.5.33', 'boto3==1.43.106', 'moto==5.2.5', 'flask==3.1.3', 'flask-cors==6.0.5'];

/** Where they are installed, and where they keep what they print. */
export const emulatorsFolder = join(import.meta.dirname, '../../node_modules/.cache/fanfold-emulators');

const PYTHON_CHECK = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))';

/** Whether a Python that the emulators run on is there, and can make virtual environments. */
export const hasPython = () => spawnSync('python3', ['-c', PYTHON_CHECK]).status === 0;

/** Makes the virtual environment, unless a whole one stands there; returns the folder of its programs. */
export async function installEmulators(): Promise<string> {
  const venv = join(emulatorsFolder, PACKAGES.join('+').replaceAll('==', '-'));
  const programs = join(venv, 'bin');
  if (existsSync(join(venv, 'installed'))) return programs;
  rmSync(venv, { recursive: true, force: true });
  mkdirSync(emulatorsFolder, { recursive: true });
  const options = { env: process.env, timeoutSeconds: 300 };
  await command('python3', ['-m', 'venv', venv], options);
  await command(join(programs, 'pip'), ['install', '--quiet', '--disable-pip-version-check', ...PACKAGES], options);
  openSync(join(venv, 'installed'), 'w');
  return programs;
}

/** What every program that talks to an emulator is to see; nothing of the user's own account. */
export function emulatedEnvironment(endpoint: string, key: string): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  return {
    ...Object.fromEntries(own),
    // ministack starts functions with the `node` it finds first; fanfold's own, and cdk, stand beside it.
    PATH: [dirname(process.execPath), 'node_modules/.bin', process.env['PATH']].join(':'),
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: key, // cdk remembers accounts by key: one for each emulator
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_CONFIG_FILE: join(emulatorsFolder, 'no-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(emulatorsFolder, 'no-credentials'),
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_HOME: join(emulatorsFolder, 'cdk-home'),
    CDK_DISABLE_CLI_TELEMETRY: 'true',
  };
}
