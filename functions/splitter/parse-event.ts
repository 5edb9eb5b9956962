/** Which runs an event asks for: an S3 notification, an EventBridge event, or a request as it is. Pure. */
import { createHash } from 'node:crypto';
import type { RunInput, RunRequest } from '../core/messages.ts';
import { JOB_NAME, RESERVED_JOB_NAMES } from '../limits.ts';

/** The SHA-256 of a deployed job's code; undefined of a job that is not deployed. */
export type DigestOf = (job: string) => string | undefined;

/** What a key below this folder, or below one of its name in a job's folder, starts: nothing. */
const DATA_FOLDER = '_data';
const DOCUMENT_SUFFIX = '.run.json';

/** A new object, told by S3 in one of its two ways. */
interface Upload {
  readonly bucket: string;
  readonly key: string;
  /** Tells writes of one key apart; the same in every repetition of one notification. */
  readonly sequencer: string;
  readonly createdAtMs: number;
}

/**
 * The runs that an event asks for: none, if it is about something else. Never throws.
 *
 * An object `<job>/<anything>` asks for a run over itself, `<job>/<name>.run.json` for the run that it describes, also
 * if the job is not deployed: the splitter then says so in a manifest. A run's id comes from the bucket, key and
 * sequencer and from the job's code, and another upload asks for another. A notification that is repeated after other
 * code was deployed has the same `event`, by which the splitter finds the run that it asked for first.
 *
 * @example
 * ```ts
 * const s3 = { bucket: { name: 'in' }, object: { key: 'ledger/my+file.csv', sequencer: '0A' } };
 * const event = { Records: [{ eventName: 'ObjectCreated:Put', eventTime: '2026-01-01T00:00:00.000Z', s3 }] };
 * parseEvent(event, () => 'digest')[0]?.inputs; // → [{ bucket: 'in', key: 'ledger/my file.csv' }]
 * ```
 */
export function parseEvent(event: unknown, digestOf: DigestOf): RunRequest[] {
  if (isRunRequest(event)) return [event];
  return uploadsOf(event).flatMap((upload) => requestFor(upload, digestOf));
}

/** The run that one upload asks for; none if its key does not name a job. */
function requestFor({ bucket, key, sequencer, createdAtMs }: Upload, digestOf: DigestOf): RunRequest[] {
  const [job = '', second = ''] = key.split('/');
  const names = JOB_NAME.test(job) && !RESERVED_JOB_NAMES.includes(job);
  if (!names || !key.includes('/') || key.endsWith('/') || second === DATA_FOLDER) return [];
  const event = hashOf(bucket, key, sequencer);
  const run = `${job}-${hashOf(bucket, key, sequencer, digestOf(job) ?? 'unknown')}`;
  const input: RunInput = key.endsWith(DOCUMENT_SUFFIX) ? { bucket, document: key } : { bucket, key };
  return [{ kind: 'run', run, job, inputs: [input], params: {}, event, requestedAtMs: createdAtMs }];
}

const hashOf = (...parts: readonly string[]) =>
  createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 16);

function isRunRequest(event: unknown): event is RunRequest {
  const texts = ['run', 'job'].every((name) => typeof at(event, name) === 'string');
  const asked = Number.isFinite(at(event, 'requestedAtMs')) && Array.isArray(at(event, 'inputs'));
  return at(event, 'kind') === 'run' && texts && asked;
}

/** The new objects that an event tells of. */
export function uploadsOf(event: unknown): Upload[] {
  const records = at(event, 'Records');
  if (Array.isArray(records)) return records.flatMap(fromNotification);
  return at(event, 'detail-type') === 'Object Created' ? fromEventBridge(event) : [];
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
function fromNotification(record: unknown): Upload[] {
  if (!text(at(record, 'eventName')).startsWith('ObjectCreated:')) return []; // removals, and what is not of S3
  const bucket = text(at(record, 's3', 'bucket', 'name'));
  const key = decode(text(at(record, 's3', 'object', 'key')));
  return uploadAt(bucket, key, at(record, 's3', 'object', 'sequencer'), at(record, 'eventTime'));
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html: its keys are not encoded. */
function fromEventBridge(event: unknown): Upload[] {
  const bucket = text(at(event, 'detail', 'bucket', 'name'));
  const key = text(at(event, 'detail', 'object', 'key'));
  return uploadAt(bucket, key, at(event, 'detail', 'object', 'sequencer'), at(event, 'time'));
}

/** A store that gives no sequencer still gives the time, which a repetition repeats. */
function uploadAt(bucket: string, key: string, sequencer: unknown, time: unknown): Upload[] {
  const createdAtMs = Date.parse(text(time));
  if (bucket === '' || key === '' || Number.isNaN(createdAtMs)) return [];
  return [{ bucket, key, sequencer: text(sequencer) || text(time), createdAtMs }];
}

/** A key in a notification: percent signs, and `+` for a space. What is not encoded so is taken as it is. */
function decode(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return key;
  }
}

const text = (value: unknown) => (typeof value === 'string' ? value : '');

/** A member deep in what somebody sent; undefined wherever the path ends. */
function at(value: unknown, ...path: readonly string[]): unknown {
  let here = value;
  for (const name of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = Object.getOwnPropertyDescriptor(here, name)?.value;
  }
  return here;
}
