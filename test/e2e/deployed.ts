/** The stack under test, and the hands of its user. */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { DeleteObjectsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { awsClients } from '../../functions/adapters/aws/clients.ts';
import { S3ObjectStore } from '../../functions/adapters/aws/s3-object-store.ts';
import { manifestKey, planKey, planPageKey, resultPrefix, watchPrefix } from '../../functions/core/keys.ts';
import type { Manifest } from '../../functions/core/manifest.ts';
import type { RunRequest } from '../../functions/core/messages.ts';
import type { Chunk, Segment } from '../../functions/core/plan.ts';

const outputs: { FanfoldE2e: Record<string, string> } = JSON.parse(
  readFileSync(process.env['FANFOLD_E2E_OUTPUTS'] ?? '', 'utf8'),
);

export const STACK = 'FanfoldE2e';
const clients = awsClients();
const store = new S3ObjectStore(clients.s3);

const RUN_SECONDS_MAX = 100;

/** One of the stack's fanfolds. */
export class Deployed {
  readonly name: string;
  readonly input: string;
  readonly results: string;
  readonly intake: string;

  constructor(name: 'Words' | 'Hostile') {
    const output = (what: string) => outputs[STACK][`${name}${what}`] ?? '';
    this.name = `${STACK}/${name}`;
    this.input = output('Input');
    this.results = output('Results');
    this.intake = output('Intake');
  }

  async upload(key: string, body: string | Uint8Array): Promise<void> {
    const Body = Buffer.from(body as string); // either is what Buffer.from takes
    await clients.s3.send(new PutObjectCommand({ Bucket: this.input, Key: key, Body, ContentLength: Body.length }));
  }

  /** Puts anything into the intake queue. */
  async tell(event: unknown): Promise<void> {
    await clients.sqs.send(new SendMessageCommand({ QueueUrl: this.intake, MessageBody: JSON.stringify(event) }));
  }

  /** Asks for a run over objects in its own geometry, which an upload cannot. */
  async start(run: string, job: string, keys: readonly string[], geometry: Partial<RunRequest>): Promise<void> {
    const inputs = keys.map((key) => ({ bucket: this.input, key }));
    const request: RunRequest = { kind: 'run', run, job, inputs, params: {}, requestedAtMs: Date.now(), ...geometry };
    await this.tell(request);
  }

  /** The runs that were accepted for a key, in no order. */
  async runsOf(key: string): Promise<RunRequest[]> {
    const requests: RunRequest[] = [];
    for (const marker of await listAll(this.results, watchPrefix)) {
      const request = await this.#json<RunRequest>(marker);
      const names = request?.inputs.some(
        (input) => ('key' in input ? input.key : 'document' in input && input.document) === key,
      );
      if (request !== undefined && names) requests.push(request);
    }
    return requests;
  }

  /** Waits until a key has started so many runs. */
  async startedBy(key: string, count = 1): Promise<RunRequest[]> {
    return until(`${count} runs of ${key}`, async () => {
      const runs = await this.runsOf(key);
      return runs.length >= count ? runs : undefined;
    });
  }

  async planned(run: string): Promise<void> {
    await until(`the plan of ${run}`, () => this.#json(planKey(run)));
  }

  /** The range of a chunk that is one range, as the plan has it. */
  async rangeOf(run: string, chunk: number): Promise<Segment> {
    const page = await this.#json<{ chunks: Chunk[] }>(planPageKey(run, 0));
    const segment = page?.chunks[chunk]?.segments[0];
    if (segment === undefined) throw new Error(`${run} has no chunk ${chunk}`);
    return segment;
  }

  async ended(job: string, run: string): Promise<Manifest> {
    return until(`the end of ${run}`, () => this.#json<Manifest>(manifestKey(job, run)));
  }

  /** Uploads, and waits for the one run that comes of it. */
  async runOver(key: string, body: string | Uint8Array): Promise<Manifest> {
    await this.upload(key, body);
    const [request] = await this.startedBy(key);
    return this.ended(request?.job ?? '', request?.run ?? '');
  }

  /** The parts joined, in the order of the manifest; each as long as the manifest says. */
  async resultOf({ job, run, results }: Manifest): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (const { path, bytes } of results) {
      const part = await this.#bytes(resultPrefix(job, run) + path);
      if (part?.length !== bytes) throw new Error(`${run}: ${path} has ${part?.length} bytes, not ${bytes}`);
      parts.push(part);
    }
    return Buffer.concat(parts);
  }

  async #json<T>(key: string): Promise<T | undefined> {
    const bytes = await this.#bytes(key);
    return bytes === undefined ? undefined : (JSON.parse(bytes.toString()) as T); // fanfold wrote it
  }

  async #bytes(key: string): Promise<Buffer | undefined> {
    const stream = await store.open({ bucket: this.results, key });
    return stream === undefined ? undefined : Buffer.concat(await Array.fromAsync(stream));
  }
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (const giveUpAtMs = Date.now() + RUN_SECONDS_MAX * 1000; Date.now() < giveUpAtMs; await pause(250)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`${what}: not after ${RUN_SECONDS_MAX} s`);
}

async function listAll(bucket: string, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for (let more = true; more; ) {
    const page = await store.list(bucket, prefix, keys.at(-1));
    keys.push(...page.objects.map(({ key }) => key));
    more = page.more;
  }
  return keys;
}

/** A bucket that is to be destroyed must be empty. */
export async function empty(bucket: string): Promise<void> {
  const keys = await listAll(bucket, '');
  for (let i = 0; i < keys.length; i += 1000) {
    const Objects = keys.slice(i, i + 1000).map((Key) => ({ Key }));
    await clients.s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
  }
}
