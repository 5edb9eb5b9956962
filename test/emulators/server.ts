/** A server in a process group of its own, on a port that was free, with a log. */
import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { killGroup } from './command.ts';

const START_SECONDS_MAX = 60;
const STOP_SECONDS_MAX = 10;

export interface ServerOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly log: string;
  /** Answers once the server is ready. */
  readonly healthUrl: string;
}

export class Server {
  readonly log: string;
  readonly #process: ChildProcess;

  private constructor({ program, args, env, log }: ServerOptions) {
    this.log = log;
    const output = openSync(log, 'w');
    this.#process = spawn(program, args, { env, detached: true, stdio: ['ignore', output, output] });
    const { pid } = this.#process;
    process.once('exit', () => killGroup(pid, 'SIGKILL'));
  }

  static async start(options: ServerOptions): Promise<Server> {
    const server = new Server(options);
    for (let tries = 0; tries < START_SECONDS_MAX * 10; tries++) {
      if (server.#process.exitCode !== null) break;
      const answer = await fetch(options.healthUrl).catch(() => undefined);
      if (answer?.ok) return server;
      await pause(100);
    }
    await server.stop();
    throw new Error(`${options.program} does not start:\n${server.tail()}`);
  }

  /** It may outlive a SIGTERM, and its children outlive it. */
  async stop(): Promise<void> {
    const { pid } = this.#process;
    killGroup(pid, 'SIGTERM');
    const over = () => this.#process.exitCode !== null || this.#process.signalCode !== null;
    for (let tries = 0; tries < STOP_SECONDS_MAX * 10 && !over(); tries++) await pause(100);
    killGroup(pid, 'SIGKILL');
  }

  tail(): string {
    return readFileSync(this.log, 'utf8').slice(-10_000);
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(address)));
    });
  });
}
