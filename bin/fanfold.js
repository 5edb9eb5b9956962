#!/usr/bin/env node
// Plain JavaScript for any Node: finds a Node that is new enough, then starts what `npm run build` made.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// zstd is in Node since 22.15 and 23.8: https://nodejs.org/api/zlib.html#class-zlibzstdcompress
const NEEDED = [22, 15];

if (isNewEnough(process.versions.node)) start();
else startNewer();

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > 23 || (major === 23 && minor >= 8) || (major === 22 && minor >= 15);
}

function start() {
  const cli = new URL('../dist/cli.js', import.meta.url);
  if (!existsSync(cli))
    quit(`fanfold is not built: run npm run build in ${fileURLToPath(new URL('..', import.meta.url))}`);
  if (module.enableCompileCache) {
    module.enableCompileCache();
    // worker threads look only here
    process.env.NODE_COMPILE_CACHE ??= module.getCompileCacheDir();
  }
  import(cli.href).then(({ main }) => main(process.argv.slice(2)));
}

/** The `node` package of npm brings a whole Node; it stands beside fanfold where it was installed with it. */
function startNewer() {
  const node = newerNode();
  if (node === undefined) {
    quit(
      `fanfold needs Node ${NEEDED.join('.')} or newer, and this is ${process.versions.node}: ` +
        'install one from https://nodejs.org, or run npm install node@24 beside fanfold',
    );
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => quit(`fanfold cannot start ${node}: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

function newerNode() {
  try {
    const require = module.createRequire(import.meta.url);
    const folder = dirname(require.resolve('node/package.json'));
    const program = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return isNewEnough(require('node/package.json').version) && existsSync(program) ? program : undefined;
  } catch {
    return undefined;
  }
}

function quit(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
