/** `fanfold submit`: uploads files to a deployed stack, and starts a run over them. */

import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { connect, type Remote } from '../adapters/aws/remote.ts';
import { putWhole, upload } from '../adapters/aws/s3-upload.ts';
import { expandInputs } from '../adapters/local/expand-inputs.ts';
import { watchDay, watchPrefix } from '../core/keys.ts';
import type { RunRequest } from '../core/messages.ts';
import { FanfoldError } from '../errors.ts';
import { JOB_NAME, RESERVED_JOB_NAMES } from '../limits.ts';
import { readJson } from '../protocol/documents.ts';
import { listAll } from '../protocol/list-all.ts';
import type { Arguments, CommandShape } from './arguments.ts';
import { DEFAULT_STACK, pause, type Writers } from './remote-command.ts';
import { readParams } from './run.ts';
import { UsageError } from './usage.ts';

export interface SubmitOptions extends Writers {
  readonly job: string;
  /** Files, directories and globs, as `fanfold run` takes them. */
  readonly paths: readonly string[];
  readonly params?: { readonly [name: string]: string };
  /** @default 'Fanfold' */
  readonly stack?: string;
}

export const submitShape: CommandShape = {
  words: ['job', 'path…'],
  options: { stack: 'text', param: 'list' },
};

/** Files on their way at a time, and how long an uploaded object's event may take before it is told as missing. Ours. */
const UPLOADS = 8;
const START_SECONDS_MAX = 300;
const DATA_FOLDER = '_data';

export function submitCommand(given: Arguments): Promise<number> {
  const [job = '', ...paths] = given.words;
  const { params, problems } = readParams(given.list('param'));
  const wrong = [...given.problems, ...problems];
  if (wrong.length > 0) throw new UsageError(wrong);
  return submit({ job, paths, params, stack: given.text('stack') ?? DEFAULT_STACK, ...process });
}

/** Prints the run's id on stdout once it has started. Resolves with 0. */
export async function submit(options: SubmitOptions): Promise<number> {
  const { job, params = {}, stack = DEFAULT_STACK, stdout, stderr } = options;
  const { paths, problems } = expandInputs(options.paths, process.cwd());
  const wrong = [...problems];
  if (!JOB_NAME.test(job) || RESERVED_JOB_NAMES.includes(job))
    wrong.push(`${job} is not the name of a job: give the name that its file defines`);
  if (wrong.length > 0) throw new UsageError(wrong);
  const remote = await connect(stack);
  stderr.write(`fanfold: uploading ${paths.length} ${paths.length === 1 ? 'file' : 'files'} to ${stack}\n`);
  const key = await uploadAll(remote, job, paths, params);
  const run = await startedBy(remote, job, key);
  stdout.write(`${run}\n`);
  stderr.write(`fanfold: started; follow it with: fanfold watch ${run} --stack ${stack}\n`);
  return 0;
}

/** Uploads the files and then what starts the run; returns its key. */
async function uploadAll(
  { clients, deployment: { input: bucket } }: Remote,
  job: string,
  paths: readonly string[],
  params: { readonly [name: string]: string },
): Promise<string> {
  const put = (key: string, path: string) => upload(clients.s3, { bucket, key }, readFile(path), { ifAbsent: false });
  const [first = ''] = paths;
  const name = basename(first);
  if (paths.length === 1 && Object.keys(params).length === 0 && name !== DATA_FOLDER) {
    const key = `${job}/${name}`;
    await put(key, first);
    return key;
  }
  const id = `${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}-${randomBytes(4).toString('hex')}`;
  // Numbered, so that the order of their keys is that of the arguments, and two files may have one name.
  const folder = `${job}/${DATA_FOLDER}/${id}/`;
  const left = paths.entries();
  const uploader = async () => {
    for (const [i, path] of left) await put(`${folder}${String(i).padStart(8, '0')}/${basename(path)}`, path);
  };
  await Promise.all(Array.from({ length: UPLOADS }, uploader));
  const key = `${job}/${id}.run.json`;
  const document = { prefixes: [folder], params };
  await putWhole(clients.s3, { bucket, key }, Buffer.from(JSON.stringify(document, null, 2)), {
    ifAbsent: false,
  });
  return key;
}

const readFile = (path: string): AsyncIterable<Uint8Array> => createReadStream(path, { highWaterMark: 1024 * 1024 });

/**
 * The run that an upload has started. Its id contains what only S3's event tells, so it is found where the splitter
 * writes down every run that it accepts.
 */
async function startedBy({ services, deployment }: Remote, job: string, key: string): Promise<string> {
  const bucket = deployment.input;
  const uploaded = await services.store.head({ bucket, key });
  const sinceMs = uploaded?.modifiedAtMs ?? 0;
  const seen = new Set<string>();
  for (const untilMs = Date.now() + START_SECONDS_MAX * 1000; Date.now() < untilMs; await pause(500)) {
    for (const day of new Set([watchDay(sinceMs), watchDay(Date.now())])) {
      for (const marker of await markers(services, `${watchPrefix}${day}/${job}/`, sinceMs)) {
        if (seen.has(marker)) continue;
        seen.add(marker);
        const request = await readJson<RunRequest>(services, marker);
        const [input] = request?.inputs ?? [];
        const names = input !== undefined && ('key' in input ? input.key : 'document' in input && input.document);
        if (request !== undefined && names === key && request.requestedAtMs >= sinceMs) return request.run;
      }
    }
  }
  throw new FanfoldError('FANFOLD_STORE_UNAVAILABLE', `s3://${bucket}/${key} is uploaded, but has started no run`, {
    fix: `Look at the intake queue and the splitter's log of ${deployment.stack}; does the bucket send its events?`,
  });
}

/** Those written since; S3 tells whole seconds. */
async function markers(services: Remote['services'], prefix: string, sinceMs: number): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key, modifiedAtMs } of listAll(services.store, services.results, prefix)) {
    if (modifiedAtMs + 1000 > sinceMs) keys.push(key);
  }
  return keys;
}
