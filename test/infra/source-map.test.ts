/** What a job throws on Lambda is told with the place in the user's own file, through the bundle's source map. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { afterAll, expect, test } from 'vitest';
import type { Failure } from '../../functions/core/summary.ts';
import { bundleJobs, bundleStation, findJobFiles } from '../../infra/bundle.ts';
import { Fanfold } from '../../infra/fanfold.ts';

const jobs = join(import.meta.dirname, 'fixtures/failing');
const FUNCTION = { FANFOLD_RESULTS: 'results', FANFOLD_PROCESSORS: '2', AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '3538' };
const scratch = mkdtempSync(join(tmpdir(), 'fanfold-map-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** Runs the bundled worker over one chunk, with an S3 in its own process that holds one object and takes what is put. */
const script = (module: string, digest: string, messages: number) => `
  import { createServer } from 'node:http';
  const s3 = createServer((request, response) => {
    request.resume().on('end', () => {
      const input = request.url.startsWith('/in/');
      response.writeHead(input ? 206 : request.method === 'PUT' ? 200 : 404, { etag: '"e"', ...(input ? { 'content-length': 10 } : {}) });
      response.end(input ? 'one\\npoison' : '');
    });
  });
  await new Promise((listening) => s3.listen(0, '127.0.0.1', listening));
  process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:' + s3.address().port;
  const { handler } = await import(${JSON.stringify(module)});
  const segment = { object: 0, bucket: 'in', key: 'a', etag: '"e"', size: 10, start: 0, end: 10 };
  const chunk = { kind: 'chunk', run: 'r', job: 'fails', digest: ${JSON.stringify(digest)}, params: {}, chunk: 0, chunks: 1, groupSize: 2, segments: [segment] };
  const record = { messageId: 'm', body: JSON.stringify(chunk), attributes: {} };
  await handler({ Records: Array(${messages}).fill(record) });
  process.exit(0);`;

test.each([
  ['one message', 1],
  ['a thread for each of several', 2],
])('the failure of a chunk names the .ts file and line that threw, and who called it: %s', (_, messages) => {
  const bundled = bundleJobs(findJobFiles(jobs));
  const folder = bundleStation('worker', bundled, scratch);
  const program = join(scratch, 'run.mjs');
  writeFileSync(program, script(pathToFileURL(join(folder, 'index.mjs')).href, bundled[0]?.digest ?? '', messages));
  const credentials = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' };
  const env = { ...credentials, ...FUNCTION, NODE_OPTIONS: optionsOfFunctions() };
  const ran = spawnSync(process.execPath, [program], { env, cwd: scratch, encoding: 'utf8', timeout: 30_000 });
  expect(ran.stderr).toBe('');
  const logged = ran.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const failure: Failure = logged.find(({ event }) => event === 'failure');
  expect(failure).toMatchObject({ code: 'FANFOLD_JOB_ERROR', source: 's3://in/a', offset: 4 });
  expect(failure.message).toMatch(
    /s3:\/\/in\/a: record at byte 4: the job threw RangeError: cannot digest this\n.*failing\/parts\/digest\.ts:8:\d+.*\n.*failing\/fails\.ts:8:/,
  );
});

/** What the construct has Node of its workers started with. */
function optionsOfFunctions(): string {
  const stack = new Stack(new App(), 'Stack');
  const { worker } = new Fanfold(stack, 'Fanfold', { jobs });
  const functions = Template.fromStack(stack).findResources('AWS::Lambda::Function');
  const id = stack.resolve((worker.node.defaultChild as CfnFunction).logicalId);
  return functions[id]?.['Properties'].Environment.Variables.NODE_OPTIONS;
}
