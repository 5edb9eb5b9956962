/** ministack: an emulator of AWS that needs no Docker and no account, in a virtual environment of its own. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, request, type Server } from 'node:http';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { command, killGroup } from './command.ts';

/** Pinned together: ministack names its botocore, and CDK's bootstrap needs nothing else of Python. */
const PACKAGES = ['ministack==1.5.33', 'boto3==1.43.106'];
const START_SECONDS_MAX = 60;
const STOP_SECONDS_MAX = 10;

const PYTHON_CHECK = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))';

/** Whether a Python that the emulator runs on is there, and can make virtual environments. */
export const hasPython = () => spawnSync('python3', ['-c', PYTHON_CHECK]).status === 0;

/** What every program that talks to the emulator is to see; nothing of the user's own account. */
export function emulatedEnvironment(endpoint: string, key: string, folder: string): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  return {
    ...Object.fromEntries(own),
    // The emulator starts functions with the `node` it finds first; fanfold's own, and cdk, stand beside it.
    PATH: [dirname(process.execPath), 'node_modules/.bin', process.env['PATH']].join(':'),
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: key, // cdk remembers accounts by key: one for each emulator
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_CONFIG_FILE: join(folder, 'no-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'no-credentials'),
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_HOME: join(folder, 'cdk-home'),
    CDK_DISABLE_CLI_TELEMETRY: 'true',
  };
}

/** Makes the virtual environment, unless a whole one stands there; returns the program. */
export async function installEmulator(folder: string): Promise<string> {
  const venv = join(folder, PACKAGES.join('+'));
  const program = join(venv, 'bin', 'ministack');
  if (existsSync(join(venv, 'installed'))) return program;
  rmSync(venv, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const options = { env: process.env, timeoutSeconds: 300 };
  await command('python3', ['-m', 'venv', venv], options);
  await command(join(venv, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', ...PACKAGES], options);
  openSync(join(venv, 'installed'), 'w');
  return program;
}

export class Emulator {
  readonly endpoint: string;
  readonly port: number;
  readonly log: string;
  readonly #process: ChildProcess;
  readonly #gate: Server;

  private constructor(port: number, endpoint: string, log: string, child: ChildProcess, gate: Server) {
    this.port = port;
    this.endpoint = endpoint;
    this.log = log;
    this.#process = child;
    this.#gate = gate;
  }

  static async start(program: string, folder: string): Promise<Emulator> {
    const port = await freePort();
    const log = join(folder, `ministack-${port}.log`);
    const output = openSync(log, 'w');
    const gate = await openGate(port);
    const endpoint = addressOf(gate);
    const env = {
      ...emulatedEnvironment(endpoint, `e2e${port}`, folder),
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      LAMBDA_ASYNC_RETRY_BASE_SECONDS: '1',
      AUTH: 'true',
      SFTP_ENABLED: '0',
      IOT_MTLS_ENABLED: '0',
    };
    const child = spawn(program, [], { env, detached: true, stdio: ['ignore', output, output] });
    process.once('exit', () => killGroup(child.pid, 'SIGKILL'));
    const emulator = new Emulator(port, endpoint, log, child, gate);
    for (let tries = 0; tries < START_SECONDS_MAX * 10; tries++) {
      if (child.exitCode !== null) break;
      const answer = await fetch(`${emulator.endpoint}/_ministack/health`).catch(() => undefined);
      if (answer?.ok) return emulator;
      await pause(100);
    }
    await emulator.stop();
    throw new Error(`ministack does not start:\n${emulator.tail()}`);
  }

  /** It may outlive a SIGTERM, and its functions outlive it. */
  async stop(): Promise<void> {
    const { pid } = this.#process;
    killGroup(pid, 'SIGTERM');
    const over = () => this.#process.exitCode !== null || this.#process.signalCode !== null;
    for (let tries = 0; tries < STOP_SECONDS_MAX * 10 && !over(); tries++) await pause(100);
    killGroup(pid, 'SIGKILL');
    this.#gate.close();
    this.#gate.closeAllConnections();
  }

  /** Calls that a function's role did not allow. The protocol heals them by way of the dead letters: no result tells. */
  denials(): string[] {
    const told = readFileSync(this.log, 'utf8').match(/assumed-role\/\S+ is not authorized to perform: \S+/g);
    return [...new Set(told)];
  }

  tail(): string {
    return readFileSync(this.log, 'utf8').slice(-10_000);
  }
}

/**
 * Passes requests on to the emulator as if it had taken TLS off them: policies that refuse plain HTTP then hold, and
 * nobody needs to trust a certificate.
 */
function openGate(port: number): Promise<Server> {
  const gate = createHttpServer((asked, answer) => {
    const { method, url: path, headers } = asked;
    const onward = request(
      { host: '127.0.0.1', port, method, path, headers: { ...headers, 'x-forwarded-proto': 'https' } },
      (answered) => {
        answer.writeHead(answered.statusCode ?? 502, answered.rawHeaders);
        answered.pipe(answer);
      },
    );
    onward.on('error', () => answer.destroy());
    answer.on('close', () => onward.destroy());
    asked.pipe(onward);
  });
  return new Promise((resolve) => gate.listen(0, '127.0.0.1', () => resolve(gate)));
}

function addressOf(server: Server): string {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the gate is not open');
  return `http://127.0.0.1:${address.port}`;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(address)));
    });
  });
}
