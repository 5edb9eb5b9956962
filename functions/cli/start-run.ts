/** How a run on AWS is started from here: by an upload, as everybody starts one. */
import { randomBytes } from 'node:crypto';
import type { Remote } from '../adapters/aws/remote.ts';
import { putWhole } from '../adapters/aws/s3-upload.ts';
import { watchDay, watchPrefix } from '../core/keys.ts';
import type { RunRequest } from '../core/messages.ts';
import { FanfoldError } from '../errors.ts';
import { readJson } from '../protocol/documents.ts';
import { listAll } from '../protocol/list-all.ts';
import { pause, type Writers } from './remote-command.ts';

/** How long an uploaded object's event may take before it is told as missing. Ours. */
const START_SECONDS_MAX = 300;

/** In order of time, and not to be met twice. */
export const uploadId = () =>
  `${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}-${randomBytes(4).toString('hex')}`;

/** Uploads a `.run.json`; returns its key. */
export async function putDocument(
  { clients, deployment }: Remote,
  job: string,
  id: string,
  document: object,
): Promise<string> {
  const key = `${job}/${id}.run.json`;
  const body = Buffer.from(JSON.stringify(document, null, 2));
  await putWhole(clients.s3, { bucket: deployment.input, key }, body, { ifAbsent: false });
  return key;
}

/** Waits for the run that an upload starts, and tells it: its id alone on stdout. */
export async function tellStarted(
  remote: Remote,
  job: string,
  key: string,
  { stack, stdout, stderr }: Writers & { readonly stack: string },
): Promise<void> {
  const run = await startedBy(remote, job, key);
  stdout.write(`${run}\n`);
  stderr.write(`fanfold: started; follow it with: fanfold watch ${run} --stack ${stack}\n`);
}

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
