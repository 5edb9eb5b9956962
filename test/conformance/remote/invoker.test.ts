import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  LambdaClient,
  PutFunctionEventInvokeConfigCommand,
  waitUntilFunctionActiveV2,
} from '@aws-sdk/client-lambda';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { build } from 'esbuild';
import { awsClients } from '../../../functions/adapters/aws/clients.ts';
import { LambdaInvoker } from '../../../functions/adapters/aws/lambda-invoker.ts';
import type { NodeRequest } from '../../../functions/core/messages.ts';
import { invokerConformance, missingFunctionConformance } from '../invoker.conformance.ts';
import { TestQueue } from './sqs.ts';
import { nonce, target } from './target.ts';

const FUNCTION_SECONDS_MAX = 60;
const FunctionName = `fanfold-conformance-${nonce}`;

invokerConformance(`Lambda on ${target.name}`, async () => {
  const { sqs } = awsClients();
  const lambda = new LambdaClient();
  const tell = await TestQueue.make(sqs, 'tell');
  const release = await TestQueue.make(sqs, 'release');
  await makeFunction(lambda, { TELL_URL: tell.url, RELEASE_URL: release.url });
  return {
    invoker: new LambdaInvoker<NodeRequest>(lambda, FunctionName),
    told: async () => (await tell.takeBodies()).map((body) => JSON.parse(String(Buffer.from(body, 'base64')))),
    release: async () => {
      await sqs.send(new SendMessageCommand({ QueueUrl: release.url, MessageBody: 'go on' }));
    },
    patienceMs: 120_000, // Lambda waits a minute before it runs a function again
    close: async () => {
      await lambda.send(new DeleteFunctionCommand({ FunctionName }));
      await tell.close();
      await release.close();
    },
  };
});

missingFunctionConformance(
  `Lambda on ${target.name}`,
  async () => new LambdaInvoker<NodeRequest>(awsClients().lambda, `${FunctionName}-missing`),
);

async function makeFunction(lambda: LambdaClient, variables: Record<string, string>): Promise<void> {
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Role: target.role ?? 'arn:aws:iam::000000000000:role/conformance',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Code: { ZipFile: await bundled() },
      Timeout: FUNCTION_SECONDS_MAX,
      MemorySize: 512,
      Environment: { Variables: variables },
    }),
  );
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 60 }, { FunctionName });
  const retries = { FunctionName, MaximumRetryAttempts: 2 }; // as the construct sets it
  await lambda.send(new PutFunctionEventInvokeConfigCommand(retries));
}

/** The function as Lambda takes it: a zip of one module. */
async function bundled(): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), 'fanfold-function-'));
  try {
    await build({
      entryPoints: [join(import.meta.dirname, 'told.function.ts')],
      outfile: join(folder, 'index.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node24',
      mainFields: ['module', 'main'],
      minify: true,
      logLevel: 'warning',
    });
    const [zip, module] = ['function.zip', 'index.mjs'];
    execFileSync('python3', ['-m', 'zipfile', '-c', zip, module], { cwd: folder });
    return readFileSync(join(folder, zip));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
