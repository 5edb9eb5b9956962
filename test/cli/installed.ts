/** fanfold as somebody has it who installed it: built from the sources as they are now, in a folder of its own. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Makes Node say that it is another version. */
export const pretendNode = (version: string) => [
  '--import',
  `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'${version}'}})`,
];

export class Installed {
  /** Where the user works: not in the package. */
  readonly cwd: string;
  readonly #folder: string;
  readonly #started: ChildProcess[] = [];

  constructor() {
    this.#folder = realpathSync(mkdtempSync(join(tmpdir(), 'fanfold-cli-')));
    this.cwd = join(this.#folder, 'home with spaces');
    mkdirSync(join(this.#folder, 'bin'));
    mkdirSync(this.cwd);
    const fanfold = join(this.#folder, 'package');
    cpSync(join(root, 'package.json'), join(fanfold, 'package.json'));
    cpSync(join(root, 'bin'), join(fanfold, 'bin'), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(fanfold, 'node_modules'));
    symlinkSync(join(fanfold, 'bin/fanfold.js'), this.bin);
    execFileSync(process.execPath, [join(root, 'build.ts'), join(fanfold, 'dist')], { stdio: 'inherit' });
  }

  /** A link, as in node_modules/.bin. */
  get bin(): string {
    return join(this.#folder, 'bin', 'fanfold');
  }

  get packageFolder(): string {
    return join(this.#folder, 'package');
  }

  /** Leaves nothing of what was written before. */
  clear(): void {
    rmSync(this.cwd, { recursive: true });
    mkdirSync(this.cwd);
  }

  write(path: string, content: string): void {
    mkdirSync(dirname(join(this.cwd, path)), { recursive: true });
    writeFileSync(join(this.cwd, path), content);
  }

  run(...given: string[]): Outcome {
    return this.runBy([], ...given);
  }

  runBy(nodeOptions: readonly string[], ...given: string[]): Outcome {
    const { status, stdout, stderr } = spawnSync(process.execPath, [...nodeOptions, this.bin, ...given], {
      cwd: this.cwd,
      encoding: 'utf8',
    });
    return { code: status, stdout, stderr };
  }

  start(nodeOptions: readonly string[], ...given: string[]) {
    const child = spawn(process.execPath, [...nodeOptions, this.bin, ...given], { cwd: this.cwd, detached: true });
    this.#started.push(child);
    return child;
  }

  remove(): void {
    for (const { pid } of this.#started) killGroup(pid);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** What a test that failed left running: the process, and what it started. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // ended long ago, as it should
  }
}
