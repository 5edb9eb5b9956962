/**
 * One process at a time works in a run's directory. Each that takes it writes down who it is, under the next number and
 * once; the highest number counts, until its process lets go of it or is gone. So a process that was killed keeps nobody
 * out, and of several that see this at the same time one gets the next number: numbers are never used again.
 */
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { FanfoldError } from '../../errors.ts';
import { WORKING_DIRECTORY } from './directory-keys.ts';
import { directoryError } from './file-store.ts';
import { systemCode } from './file-version.ts';
import { isAlive, type ProcessIdentity, thisProcess } from './process-identity.ts';

/** A holder that cannot be seen from here shows that it lives by touching its lock, and is dead when it has not for so long. */
const TOUCH_EVERY_MS = 5_000;
export const UNSEEN_DEAD_MS = 60_000;

export interface RunLock {
  /** Who held it before, if anybody did. */
  readonly before: ProcessIdentity | undefined;
  release(): void;
}

/** @throws FANFOLD_OUTPUT_EXISTS naming the process that works there */
export function lockRun(directory: string): RunLock {
  try {
    return lock(directory, lockFolder(directory));
  } catch (error) {
    throw error instanceof FanfoldError ? error : directoryError(error, directory);
  }
}

function lock(directory: string, folder: string): RunLock {
  mkdirSync(folder, { recursive: true });
  for (;;) {
    const last = numbersIn(folder).at(-1);
    const holder = last === undefined ? undefined : holderOf(folder, last);
    if (holder?.alive) throw held(directory, holder.process);
    const path = join(folder, String((last ?? -1) + 1));
    if (!create(folder, path)) continue; // somebody else was faster: look who
    const touching = setInterval(() => touch(path), TOUCH_EVERY_MS).unref();
    const release = () => {
      clearInterval(touching);
      letGo(path);
    };
    return { before: holder?.process, release };
  }
}

/** The process that works in a run's directory now. */
export function workingIn(directory: string): ProcessIdentity | undefined {
  const folder = lockFolder(directory);
  const last = numbersIn(folder).at(-1);
  const holder = last === undefined ? undefined : holderOf(folder, last);
  return holder?.alive ? holder.process : undefined;
}

/** Beside a lock that was let go of. */
const FREED = '.free';

export const LOCK_FOLDER = 'lock';

const lockFolder = (directory: string) => join(directory, WORKING_DIRECTORY, LOCK_FOLDER);

function numbersIn(folder: string): number[] {
  try {
    const names = readdirSync(folder).filter((name) => /^\d+$/.test(name));
    return names.map(Number).sort((a, b) => a - b);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

function holderOf(folder: string, number: number): { process: ProcessIdentity; alive: boolean } | undefined {
  const path = join(folder, String(number));
  try {
    const holder: ProcessIdentity = JSON.parse(readFileSync(path, 'utf8')); // written by `create`
    if (existsSync(path + FREED)) return { process: holder, alive: false };
    const seen = isAlive(holder);
    return { process: holder, alive: seen ?? Date.now() - statSync(path).mtimeMs < UNSEEN_DEAD_MS };
  } catch {
    return undefined; // lost with the power: nobody holds it
  }
}

/** Writes down who we are; false when the number is taken. Whole or not at all, since others read it. */
function create(folder: string, path: string): boolean {
  const temporary = join(folder, `new-${process.pid}-${threadId}`);
  writeFileSync(temporary, JSON.stringify(thisProcess()));
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

function letGo(path: string): void {
  try {
    writeFileSync(path + FREED, '');
  } catch {
    // gone with the directory, or not to be written: then it counts until the process ends
  }
}

function touch(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // gone with the directory: whoever took that away means it
  }
}

function held(directory: string, { pid, place }: ProcessIdentity): FanfoldError {
  return new FanfoldError(
    'FANFOLD_OUTPUT_EXISTS',
    `The process ${pid} (${place.split(' ')[0]}) works in ${directory}`,
    {
      fix: 'Wait for it, end it, or choose another directory with --out.',
    },
  );
}
