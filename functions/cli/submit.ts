/** `fanfold submit`: starts a run of a deployed stack over files that it uploads, or over what is in S3 already. */

import { basename } from 'node:path';
import { connect, type Remote } from '../adapters/aws/remote.ts';
import { upload } from '../adapters/aws/s3-upload.ts';
import { expandInputs } from '../adapters/local/expand-inputs.ts';
import { readInput } from '../adapters/local/read-input.ts';
import { JOB_NAME, RESERVED_JOB_NAMES } from '../limits.ts';
import type { Arguments, CommandShape } from './arguments.ts';
import { DEFAULT_STACK, type Writers } from './remote-command.ts';
import { readParams } from './run.ts';
import { putDocument, tellStarted, uploadId } from './start-run.ts';
import { storedInputs } from './stored-inputs.ts';
import { counted } from './units.ts';
import { UsageError } from './usage.ts';

export interface SubmitOptions extends Writers {
  readonly job: string;
  /**
   * Files, directories and globs, as `fanfold run` takes them; or what is in S3 already: objects, `s3://bucket/key`, and
   * all that begins with a prefix, `s3://bucket/folder/` or `s3://bucket/logs/2026-*`.
   */
  readonly paths: readonly string[];
  readonly params?: { readonly [name: string]: string };
  /** @default 'Fanfold' */
  readonly stack?: string;
}

export const submitShape: CommandShape = {
  words: ['job', 'path…'],
  options: { stack: 'text', param: 'list' },
};

/** Files on their way at a time. Ours. */
const UPLOADS = 8;
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
  const stored = storedInputs(options.paths);
  const { paths, problems } = stored ?? expandInputs(options.paths, process.cwd());
  const wrong = [...problems];
  if (!JOB_NAME.test(job) || RESERVED_JOB_NAMES.includes(job))
    wrong.push(`${job} is not the name of a job: give the name that its file defines`);
  if (wrong.length > 0) throw new UsageError(wrong);
  const remote = await connect(stack);
  const { jobs } = remote.deployment;
  if (jobs?.includes(job) === false) throw new UsageError([`${stack} has no job ${job}: it has ${jobs.join(', ')}`]);
  if (stored === undefined) stderr.write(`fanfold: uploading ${counted(paths.length, 'file')} to ${stack}\n`);
  const key =
    stored === undefined
      ? await uploadAll(remote, job, paths, params)
      : await putDocument(remote, job, uploadId(), { ...stored.document, params });
  await tellStarted(remote, job, key, { stack, stdout, stderr });
  return 0;
}

/** Uploads the files and then what starts the run; returns its key. */
async function uploadAll(
  remote: Remote,
  job: string,
  paths: readonly string[],
  params: { readonly [name: string]: string },
): Promise<string> {
  const { clients, deployment } = remote;
  const bucket = deployment.input;
  const put = (key: string, path: string) => upload(clients.s3, { bucket, key }, readInput(path), { ifAbsent: false });
  const [first = ''] = paths;
  const name = basename(first);
  if (paths.length === 1 && Object.keys(params).length === 0 && name !== DATA_FOLDER) {
    const key = `${job}/${name}`;
    await put(key, first);
    return key;
  }
  const id = uploadId();
  // Numbered, so that the order of their keys is that of the arguments, and two files may have one name.
  const folder = `${job}/${DATA_FOLDER}/${id}/`;
  const left = paths.entries();
  const uploader = async () => {
    for (const [i, path] of left) await put(`${folder}${String(i).padStart(8, '0')}/${basename(path)}`, path);
  };
  await Promise.all(Array.from({ length: UPLOADS }, uploader));
  return putDocument(remote, job, id, { prefixes: [folder], params });
}
