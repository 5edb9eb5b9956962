/** moto's server: S3 and SQS. Its Lambda runs functions in Docker, so here it runs none. */
import { join } from 'node:path';
import { emulatedEnvironment, emulatorsFolder } from './install.ts';
import { freePort, Server } from './server.ts';

export interface Moto {
  readonly endpoint: string;
  readonly server: Server;
}

/**
 * `moto_server`, but one request at a time: it looks whether a name is taken and writes in two steps, so that several
 * threads of it may each take a name that only one may have.
 */
const ONE_AT_A_TIME = `
import sys
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple
run_simple('127.0.0.1', int(sys.argv[1]), DomainDispatcherApplication(create_backend_app), threaded=False)
`;

export async function startMoto(programs: string): Promise<Moto> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const server = await Server.start({
    program: join(programs, 'python'),
    args: ['-c', ONE_AT_A_TIME, String(port)],
    env: emulatedEnvironment(endpoint, 'test'),
    log: join(emulatorsFolder, `moto-${port}.log`),
    healthUrl: `${endpoint}/moto-api/data.json`,
  });
  return { endpoint, server };
}
