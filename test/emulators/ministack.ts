/** ministack: S3, SQS, Lambda and what else the deployment needs. */
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server as Gate, request } from 'node:http';
import { join } from 'node:path';
import { emulatedEnvironment, emulatorsFolder } from './install.ts';
import { freePort, Server } from './server.ts';

export interface MinistackOptions {
  /** Whether calls are refused that a function's role does not allow. */
  readonly roles: boolean;
}

export class Ministack {
  readonly endpoint: string;
  readonly port: number;
  readonly server: Server;
  readonly #gate: Gate;

  private constructor(port: number, endpoint: string, server: Server, gate: Gate) {
    this.port = port;
    this.endpoint = endpoint;
    this.server = server;
    this.#gate = gate;
  }

  static async start(programs: string, { roles }: MinistackOptions): Promise<Ministack> {
    const port = await freePort();
    const gate = await openGate(port);
    const endpoint = addressOf(gate);
    const server = await Server.start({
      program: join(programs, 'ministack'),
      args: [],
      env: {
        ...emulatedEnvironment(endpoint, `e2e${port}`),
        GATEWAY_PORT: String(port),
        BIND_HOST: '127.0.0.1',
        LAMBDA_ASYNC_RETRY_BASE_SECONDS: '1',
        AUTH: String(roles),
        SFTP_ENABLED: '0',
        IOT_MTLS_ENABLED: '0',
      },
      log: join(emulatorsFolder, `ministack-${port}.log`),
      healthUrl: `${endpoint}/_ministack/health`,
    });
    return new Ministack(port, endpoint, server, gate);
  }

  async stop(): Promise<void> {
    await this.server.stop();
    this.#gate.close();
    this.#gate.closeAllConnections();
  }

  /** Calls that a function's role did not allow. The protocol heals them by way of the dead letters: no result tells. */
  denials(): string[] {
    const told = readFileSync(this.server.log, 'utf8').match(/assumed-role\/\S+ is not authorized to perform: \S+/g);
    return [...new Set(told)];
  }
}

/**
 * Passes requests on to the emulator as if it had taken TLS off them: policies that refuse plain HTTP then hold, and
 * nobody needs to trust a certificate.
 */
function openGate(port: number): Promise<Gate> {
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

function addressOf(gate: Gate): string {
  const address = gate.address();
  if (typeof address !== 'object' || address === null) throw new Error('the gate is not open');
  return `http://127.0.0.1:${address.port}`;
}
