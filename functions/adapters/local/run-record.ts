/** What a run was asked for, kept in its directory: whoever goes on with it must know. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunRequest } from '../../core/messages.ts';
import { type EarlierRun, WORKING_DIRECTORY } from './directory-keys.ts';
import { directoryError } from './file-store.ts';

export interface RunRecord {
  readonly version: 1;
  readonly request: RunRequest;
  /** Absolute path of the job's file, and the digest of its code. */
  readonly jobFile: string;
  readonly digest: string;
  /** What relative paths of inputs are relative to. */
  readonly base: string;
  /** Runs that this one adopts from. */
  readonly earlier: readonly EarlierRun[];
}

export const RECORD_NAME = 'run.json';

const pathIn = (directory: string) => join(directory, WORKING_DIRECTORY, RECORD_NAME);

/** Whole or not at all, should the process be killed meanwhile. */
export function writeRecord(directory: string, record: RunRecord): void {
  const path = pathIn(directory);
  try {
    writeFileSync(`${path}.new`, JSON.stringify(record));
    renameSync(`${path}.new`, path);
  } catch (error) {
    throw directoryError(error, directory);
  }
}

/** Undefined where there is none, or where it was lost with the power. */
export function readRecord(directory: string): RunRecord | undefined {
  try {
    return JSON.parse(readFileSync(pathIn(directory), 'utf8')) as RunRecord; // written by `writeRecord`
  } catch {
    return undefined;
  }
}
