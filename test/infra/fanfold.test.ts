/** What the construct deploys, by meaning: each sentence of its promises is a test. */
import { join } from 'node:path';
import { App, CfnParameter, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { beforeAll, describe, expect, test } from 'vitest';
import * as simulated from '../../functions/adapters/simulated/stations.ts';
import { Fanfold, type FanfoldProps } from '../../infra/index.ts';
import { notifyFromEventBridge } from '../../infra/intake.ts';

const jobs = join(import.meta.dirname, 'fixtures/jobs');

interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: string;
}
interface Environment {
  readonly Variables: Record<string, string>;
}
interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Principal?: unknown;
  readonly Condition?: Record<string, Record<string, unknown>>;
}

function synth(props: Partial<FanfoldProps> = {}, prepare?: (stack: Stack) => Partial<FanfoldProps>) {
  const stack = new Stack(new App(), 'Mine', { env: { account: '123456789012', region: 'eu-west-1' } });
  const fanfold = new Fanfold(stack, 'Words', { jobs, ...props, ...prepare?.(stack) });
  const template = Template.fromStack(stack);
  const resources: Record<string, Resource> = template.toJSON()['Resources'];
  const ofType = (type: string) => Object.entries(resources).filter(([, { Type }]) => Type === type);
  const idOf = (construct: { node: { defaultChild?: unknown } }) =>
    stack.resolve((construct.node.defaultChild as { logicalId: unknown }).logicalId) as string;
  const propsOf = (construct: { node: { defaultChild?: unknown } }) => resources[idOf(construct)]?.Properties ?? {};
  /** What the policies of a function's role allow. */
  const allowed = (station: (typeof STATIONS)[number]): Statement[] => {
    const role = idOf(stationOf(fanfold, station).role as unknown as { node: { defaultChild?: unknown } });
    return ofType('AWS::IAM::Policy')
      .filter(([, { Properties }]) => JSON.stringify(Properties['Roles']).includes(`"${role}"`))
      .flatMap(([, { Properties }]) => (Properties['PolicyDocument'] as { Statement: Statement[] }).Statement);
  };
  const policyOf = (type: string, construct: { node: { defaultChild?: unknown } }): Statement[] =>
    ofType(type)
      .filter(([, { Properties }]) =>
        JSON.stringify(Properties['Bucket'] ?? Properties['Queues']).includes(idOf(construct)),
      )
      .flatMap(([, { Properties }]) => (Properties['PolicyDocument'] as { Statement: Statement[] }).Statement);
  return { stack, fanfold, template, resources, ofType, idOf, propsOf, allowed, policyOf };
}

const actionsOf = (statements: readonly Statement[]) => new Set(statements.flatMap(({ Action }) => Action));
const STATIONS = ['splitter', 'worker', 'memoryWorker', 'aggregator', 'watcher'] as const;

function stationOf(fanfold: Fanfold, name: (typeof STATIONS)[number]) {
  const station = fanfold[name];
  if (station === undefined) throw new Error(`there is no ${name}`);
  return station;
}
/** Of a fanfold that has a memory lane. */
function laneOf({ memoryChunks }: Fanfold): Queue {
  if (memoryChunks === undefined) throw new Error('there is no memory lane');
  return memoryChunks;
}

let it: ReturnType<typeof synth>;
beforeAll(() => {
  it = synth();
});

describe('with nothing passed in', () => {
  test('there is no custom resource, and no function but the five', () => {
    for (const type of Object.values(it.resources).map(({ Type }) => Type)) {
      expect(type).not.toMatch(/^Custom::|CustomResource/);
    }
    it.template.resourceCountIs('AWS::Lambda::Function', 5);
  });

  test('it is the same wherever and whenever it is synthesised, so that nothing is deployed in vain', () => {
    expect(synth().template.toJSON()).toEqual(it.template.toJSON());
  });

  test('uploads tell the intake queue natively, and nothing waits for itself', () => {
    const notification = {
      QueueConfigurations: [
        { Event: 's3:ObjectCreated:*', Queue: { 'Fn::GetAtt': [it.idOf(it.fanfold.intake), 'Arn'] } },
      ],
    };
    const input = it.fanfold.input as Bucket;
    expect(it.propsOf(input)['NotificationConfiguration']).toEqual(notification);
    const [allow] = it.policyOf('AWS::SQS::QueuePolicy', it.fanfold.intake).filter(({ Effect }) => Effect === 'Allow');
    expect(allow).toMatchObject({
      Action: 'sqs:SendMessage',
      Principal: { Service: 's3.amazonaws.com' },
      Condition: { StringEquals: { 'aws:SourceAccount': '123456789012' } },
    });
    const [policy] = it.ofType('AWS::SQS::QueuePolicy').find(([id]) => id.includes('Intake')) ?? [];
    expect(it.resources[it.idOf(input)]?.DependsOn).toContain(policy);
    expect(cycleIn(it.resources)).toBeUndefined();
  });

  test('every resource is reachable through a property', () => {
    const { fanfold } = it;
    const reachable = [
      fanfold.input,
      fanfold.results,
      fanfold.intake,
      fanfold.chunks,
      laneOf(fanfold),
      fanfold.deadLetters,
      fanfold.tick,
      ...STATIONS.flatMap((station) => [
        stationOf(fanfold, station),
        stationOf(fanfold, station).role,
        stationOf(fanfold, station).logGroup,
      ]),
    ].map((construct) => it.idOf(construct as unknown as { node: { defaultChild?: unknown } }));
    const types = [
      'AWS::S3::Bucket',
      'AWS::SQS::Queue',
      'AWS::Lambda::Function',
      'AWS::IAM::Role',
      'AWS::Logs::LogGroup',
      'AWS::Events::Rule',
    ];
    expect(types.flatMap((type) => it.ofType(type).map(([id]) => id)).sort()).toEqual(reachable.sort());
    expect(fanfold.jobs).toEqual(['copy', 'count']);
  });

  test('buckets are private, encrypted, TLS only, and kept when the stack goes', () => {
    for (const bucket of [it.fanfold.input as Bucket, it.fanfold.results]) {
      expect(it.propsOf(bucket)).toMatchObject({
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
      });
      expect(insecureIsDenied(it.policyOf('AWS::S3::BucketPolicy', bucket))).toBe(true);
      expect(it.resources[it.idOf(bucket)]?.DeletionPolicy).toBe('Retain');
    }
  });

  test('results are written once, and deleted by nobody', () => {
    const statements = it.policyOf('AWS::S3::BucketPolicy', it.fanfold.results);
    // As AWS documents it: the second condition lets the parts of an upload pass, but not its completion.
    expect(statements).toContainEqual(
      expect.objectContaining({
        Effect: 'Deny',
        Action: 's3:PutObject',
        Principal: { AWS: '*' },
        Condition: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
      }),
    );
    const [never] = statements.filter(({ Sid }) => Sid === 'NeverDeleted');
    expect(never).toMatchObject({
      Effect: 'Deny',
      Action: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
      Principal: { AWS: '*' },
    });
    expect(never?.Condition).toBeUndefined();
    for (const station of STATIONS) expect([...actionsOf(it.allowed(station))].join()).not.toMatch(/s3:Delete/i);
  });

  test('what is old expires: plans before the markers, manifests never', () => {
    const { Rules } = it.propsOf(it.fanfold.results)['LifecycleConfiguration'] as { Rules: Record<string, unknown>[] };
    const expiring = Rules.filter((rule) => 'ExpirationInDays' in rule);
    expect(expiring.map(({ Prefix, ExpirationInDays, Status }) => [Prefix, ExpirationInDays, Status])).toEqual([
      ['runs/', 30, 'Enabled'],
      ['watch/', 60, 'Enabled'],
    ]);
    for (const bucket of [it.fanfold.input as Bucket, it.fanfold.results]) {
      expect(it.propsOf(bucket)['LifecycleConfiguration']).toMatchObject({
        Rules: expect.arrayContaining([
          expect.objectContaining({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } }),
        ]),
      });
    }
  });

  test('queues are encrypted, TLS only, standard, and dead letters wait for 14 days', () => {
    const deadLetters = { 'Fn::GetAtt': [it.idOf(it.fanfold.deadLetters), 'Arn'] };
    for (const queue of [it.fanfold.intake, it.fanfold.chunks, laneOf(it.fanfold), it.fanfold.deadLetters]) {
      expect(it.propsOf(queue)).toMatchObject({ SqsManagedSseEnabled: true });
      expect(it.propsOf(queue)).not.toHaveProperty('FifoQueue');
      expect(insecureIsDenied(it.policyOf('AWS::SQS::QueuePolicy', queue))).toBe(true);
    }
    for (const queue of [it.fanfold.intake, it.fanfold.chunks, laneOf(it.fanfold)]) {
      expect(it.propsOf(queue)['RedrivePolicy']).toEqual({ deadLetterTargetArn: deadLetters, maxReceiveCount: 5 });
    }
    expect(it.propsOf(it.fanfold.deadLetters)).toMatchObject({ MessageRetentionPeriod: 14 * 24 * 3600 });
  });

  test('each queue is read by one function, a message at a time, and the others of a call do not come again', () => {
    const reads = [
      [it.fanfold.intake, it.fanfold.splitter],
      [it.fanfold.chunks, it.fanfold.worker],
      [laneOf(it.fanfold), stationOf(it.fanfold, 'memoryWorker')],
      [it.fanfold.deadLetters, it.fanfold.watcher],
    ] as const;
    it.template.resourceCountIs('AWS::Lambda::EventSourceMapping', 4);
    for (const [queue, station] of reads) {
      it.template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
        EventSourceArn: { 'Fn::GetAtt': [it.idOf(queue), 'Arn'] },
        FunctionName: { Ref: it.idOf(station) },
        BatchSize: 1,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: station === it.fanfold.worker ? 100 : Match.anyValue() },
      });
      const timeout = Number(it.propsOf(station)['Timeout']);
      expect(Number(it.propsOf(queue)['VisibilityTimeout'])).toBeGreaterThanOrEqual(6 * timeout);
    }
    for (const station of STATIONS)
      expect(it.propsOf(stationOf(it.fanfold, station))).not.toHaveProperty('ReservedConcurrentExecutions');
    expect(it.propsOf(it.fanfold.worker)).toMatchObject({
      Timeout: 120,
      MemorySize: 1769,
      EphemeralStorage: { Size: 2048 },
      Environment: { Variables: { FANFOLD_SCRATCH_MIB: '2048' } },
    });
  });

  test('a worker of several processors takes a chunk for each, and the plan counts on it', () => {
    const large = synth({ workerMemoryMiB: 3_538, maxConcurrency: 50 });
    expect(large.propsOf(large.fanfold.worker)).toMatchObject({
      MemorySize: 3_538,
      // as much for each chunk as a worker of one processor has
      EphemeralStorage: { Size: 4096 },
      Environment: { Variables: { FANFOLD_PROCESSORS: '2', FANFOLD_SCRATCH_MIB: '4096' } },
    });
    const largest = synth({ workerMemoryMiB: 10_240 });
    expect(largest.propsOf(largest.fanfold.worker)).toMatchObject({ EphemeralStorage: { Size: 10_240 } });
    large.template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionName: { Ref: large.idOf(large.fanfold.worker) },
      BatchSize: 2,
      ScalingConfig: { MaximumConcurrency: 50 },
    });
    const { Variables } = large.propsOf(large.fanfold.splitter)['Environment'] as Environment;
    expect(JSON.parse(Variables['FANFOLD_RAMP'] ?? '')).toEqual({ start: 10, perMinute: 600, max: 100 });
  });

  test('the simulation has the time-outs, retries and receives of what is deployed', () => {
    for (const station of ['splitter', 'worker', 'aggregator', 'watcher'] as const) {
      expect(it.propsOf(it.fanfold[station])['Timeout']).toBe(simulated.TIMEOUT_SECONDS[station]);
    }
    const { splitter, worker, watcher } = simulated.TIMEOUT_SECONDS;
    const { intake, chunks, deadLetters } = it.fanfold;
    for (const [queue, seconds] of [
      [intake, splitter],
      [chunks, worker],
      [deadLetters, watcher],
    ] as const) {
      expect(it.propsOf(queue)['VisibilityTimeout']).toBe(simulated.VISIBILITY_TIMEOUTS * seconds);
    }
    it.template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: it.idOf(it.fanfold.aggregator) },
      MaximumRetryAttempts: simulated.AGGREGATOR_RETRIES,
      MaximumEventAgeInSeconds: simulated.AGGREGATOR_AGE_SECONDS_MAX,
    });
  });

  test('an aggregation is tried three times and then a dead letter; a chain of them is no runaway loop', () => {
    const id = it.idOf(it.fanfold.aggregator);
    it.template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: id },
      MaximumRetryAttempts: 2,
      MaximumEventAgeInSeconds: 21600,
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [it.idOf(it.fanfold.deadLetters), 'Arn'] } } },
    });
    expect(it.propsOf(it.fanfold.aggregator)).toMatchObject({ RecursiveLoop: 'Allow', Timeout: 900 });
    for (const station of ['splitter', 'worker', 'watcher'] as const) {
      expect(it.propsOf(stationOf(it.fanfold, station))).not.toHaveProperty('RecursiveLoop');
    }
  });

  test('the watcher has a clock of its own', () => {
    it.template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 minute)',
      Targets: [Match.objectLike({ Arn: { 'Fn::GetAtt': [it.idOf(it.fanfold.watcher), 'Arn'] } })],
    });
  });

  test('V8 is told how much memory a function has, and of several processors what each has', () => {
    const optionsOf = (props: Partial<FanfoldProps>, station: 'worker' | 'aggregator') => {
      const made = synth(props);
      return (made.propsOf(made.fanfold[station])['Environment'] as Environment).Variables['NODE_OPTIONS'];
    };
    const small = '--enable-source-maps --max-old-space-size=192 --max-semi-space-size=2';
    expect(optionsOf({ workerMemoryMiB: 256 }, 'worker')).toBe(small);
    expect(optionsOf({ aggregatorMemoryMiB: 256 }, 'aggregator')).toBe(small);
    const two = '--enable-source-maps --max-old-space-size=1326 --max-semi-space-size=8';
    expect(optionsOf({ workerMemoryMiB: 3_538 }, 'worker')).toBe(two);
  });

  test('functions run on arm64 and Node 24, with source maps, and log to a group of their own that forgets', () => {
    const groups = STATIONS.map((station) => {
      const props = it.propsOf(stationOf(it.fanfold, station));
      expect(props).toMatchObject({
        Architectures: ['arm64'],
        Runtime: 'nodejs24.x',
        Environment: { Variables: { NODE_OPTIONS: expect.stringMatching(/^--enable-source-maps /) } },
      });
      const { LogGroup } = props['LoggingConfig'] as { LogGroup: { Ref: string } };
      expect(it.resources[LogGroup.Ref]?.Properties['RetentionInDays']).toBe(30);
      return LogGroup.Ref;
    });
    expect(new Set(groups).size).toBe(5);
  });
});

describe('a role', () => {
  const own = {
    splitter: ['consume', 'send'],
    worker: ['consume', 'send', 'invoke'],
    memoryWorker: ['consume', 'invoke'],
    aggregator: ['send', 'invoke'],
    watcher: ['consume', 'send', 'invoke'],
  };

  test('is of one function, and has no policy of AWS', () => {
    const roles = STATIONS.map((station) => JSON.stringify(it.propsOf(stationOf(it.fanfold, station))['Role']));
    expect(new Set(roles).size).toBe(5);
    for (const [, { Properties }] of it.ofType('AWS::IAM::Role'))
      expect(Properties).not.toHaveProperty('ManagedPolicyArns');
  });

  test.each(STATIONS)('of the %s allows what its code calls, by name, on what it means', (station) => {
    const statements = it.allowed(station);
    const expected = [
      [
        'logs:CreateLogStream',
        'logs:PutLogEvents',
        's3:GetObject',
        's3:ListBucket',
        's3:PutObject',
        's3:AbortMultipartUpload',
      ],
      own[station].includes('consume')
        ? ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility']
        : [],
      own[station].includes('send') ? ['sqs:SendMessage'] : [],
      own[station].includes('consume') || own[station].includes('send')
        ? ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl']
        : [],
      own[station].includes('invoke') ? ['lambda:InvokeFunction'] : [],
    ].flat();
    expect([...actionsOf(statements)].sort()).toEqual(expected.sort());
    for (const { Resource } of statements) expect(Resource).not.toBe('*');
  });

  test('reads inputs only where inputs are read, and writes them never', () => {
    const input = it.idOf(it.fanfold.input as Bucket);
    for (const station of STATIONS) {
      const onInput = it.allowed(station).filter(({ Resource }) => JSON.stringify(Resource).includes(`"${input}"`));
      const reads = ['splitter', 'worker', 'memoryWorker'].includes(station);
      expect([...actionsOf(onInput)].sort()).toEqual(reads ? ['s3:GetObject', 's3:ListBucket'] : []);
    }
  });
});

describe('the memory lane', () => {
  test('has more memory and all the time that there is, for few chunks at a time', () => {
    expect(it.propsOf(stationOf(it.fanfold, 'memoryWorker'))).toMatchObject({ MemorySize: 3008, Timeout: 900 });
    it.template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: { 'Fn::GetAtt': [it.idOf(laneOf(it.fanfold)), 'Arn'] },
      ScalingConfig: { MaximumConcurrency: 10 },
    });
  });

  test('is entered by the worker, and by the watcher for dead letters, and by nobody else', () => {
    const lane = it.idOf(laneOf(it.fanfold));
    const senders = STATIONS.filter((station) =>
      it
        .allowed(station)
        .some(({ Action, Resource }) => JSON.stringify([Action, Resource]).match(`sqs:SendMessage".*"${lane}"`)),
    );
    expect(senders).toEqual(['worker', 'watcher']);
    expect(it.propsOf(it.fanfold.splitter)['Environment']).toMatchObject({
      Variables: { FANFOLD_MEMORY_CHUNKS: { Ref: lane } },
    });
  });

  test('can be left out, with its queue and its pollers', () => {
    const made = synth({ memoryLaneMiB: 0 });
    expect([made.fanfold.memoryChunks, made.fanfold.memoryWorker]).toEqual([undefined, undefined]);
    made.template.resourceCountIs('AWS::Lambda::Function', 4);
    made.template.resourceCountIs('AWS::Lambda::EventSourceMapping', 3);
    expect(JSON.stringify(made.resources)).not.toContain('FANFOLD_MEMORY_CHUNKS');
  });
});

describe('props', () => {
  test('are all told at once when they are wrong, with the jobs', () => {
    const wrong = () =>
      synth({
        jobs: 'no/such/jobs',
        workerMemoryMiB: 64,
        workerScratchMiB: 511,
        aggregatorMemoryMiB: 10_241,
        memoryLaneMiB: 1,
        maxConcurrency: 1,
        provisionedPollers: { min: 201, max: 1 },
        workerTimeout: Duration.millis(1500),
      });
    expect(wrong).toThrow(/Fanfold 'Mine\/Words' is not right/);
    for (const said of [
      '`workerMemoryMiB` is 64',
      '`workerScratchMiB` is 511',
      '`aggregatorMemoryMiB` is 10241',
      '`memoryLaneMiB` is 1:',
      '`maxConcurrency` is 1:',
      '`provisionedPollers.min` is 201: it must be a whole number from 2 to 200',
      '`provisionedPollers.max` is 1: it must be a whole number from 2 to 10000',
      '`provisionedPollers` are 201 to 1:',
      '`provisionedPollers` and `maxConcurrency` are both given',
      '`workerTimeout` is 1.5 s',
      'no job file or folder',
    ]) {
      expect(wrong).toThrow(said);
    }
  });

  test('at their bounds are right', () => {
    for (const [memory, scratch, maxConcurrency, seconds] of [
      [128, 512, 2, 1],
      [10_240, 10_240, 1000, 900],
    ] as const) {
      const bound = synth({
        workerMemoryMiB: memory,
        workerScratchMiB: scratch,
        aggregatorMemoryMiB: memory,
        maxConcurrency,
        workerTimeout: Duration.seconds(seconds),
      });
      expect(bound.propsOf(bound.fanfold.worker)).toMatchObject({
        MemorySize: memory,
        EphemeralStorage: { Size: scratch },
        Timeout: seconds,
      });
      expect(bound.propsOf(bound.fanfold.chunks)['VisibilityTimeout']).toBe(6 * seconds);
      bound.template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
        ScalingConfig: { MaximumConcurrency: maxConcurrency },
      });
    }
  });

  test('provisioned pollers read the chunks, instead of a reader that is bounded', () => {
    for (const [min, max] of [
      [2, 2],
      [200, 10_000],
    ] as const) {
      const provisioned = synth({ provisionedPollers: { min, max } });
      const mappings = provisioned.ofType('AWS::Lambda::EventSourceMapping').map(([, { Properties }]) => Properties);
      const chunks = { 'Fn::GetAtt': [provisioned.idOf(provisioned.fanfold.chunks), 'Arn'] };
      const ofChunks = mappings.filter(
        ({ EventSourceArn }) => JSON.stringify(EventSourceArn) === JSON.stringify(chunks),
      );
      expect(ofChunks).toMatchObject([{ ProvisionedPollerConfig: { MinimumPollers: min, MaximumPollers: max } }]);
      expect(ofChunks[0]).not.toHaveProperty('ScalingConfig');
      expect(mappings.filter((mapping) => 'ProvisionedPollerConfig' in mapping)).toHaveLength(1);
      const { Variables } = provisioned.propsOf(provisioned.fanfold.splitter)['Environment'] as Environment;
      expect(JSON.parse(Variables['FANFOLD_RAMP'] ?? '')).toEqual({ start: 10 * min, perMinute: 1_000, max: 10 * max });
    }
  });

  test('what the pollers do is known to the plan; what only the deployment tells is not', () => {
    const { Variables } = it.propsOf(it.fanfold.splitter)['Environment'] as Environment;
    expect(JSON.parse(Variables['FANFOLD_RAMP'] ?? '')).toEqual({ start: 5, perMinute: 300, max: 100 });
    const late = synth({}, (stack) => ({
      maxConcurrency: new CfnParameter(stack, 'Workers', { type: 'Number' }).valueAsNumber,
    }));
    expect(late.propsOf(late.fanfold.splitter)).not.toHaveProperty('Environment.Variables.FANFOLD_RAMP');
  });

  test('RemovalPolicy.DESTROY takes the data along, and lets it be deleted', () => {
    const made = synth({ removalPolicy: RemovalPolicy.DESTROY, architecture: Architecture.X86_64 });
    for (const type of ['AWS::S3::Bucket', 'AWS::Logs::LogGroup']) {
      for (const [, { DeletionPolicy }] of made.ofType(type)) expect(DeletionPolicy).toBe('Delete');
    }
    const statements = made.policyOf('AWS::S3::BucketPolicy', made.fanfold.results);
    expect(statements.map(({ Sid }) => Sid)).toContain('WrittenOnce');
    expect(statements.map(({ Sid }) => Sid)).not.toContain('NeverDeleted');
    expect(made.propsOf(made.fanfold.worker)['Architectures']).toEqual(['x86_64']);
  });

  test('a key encrypts buckets and queues, and S3, EventBridge and every function may use it', () => {
    const made = synth({}, (stack) => ({ key: new Key(stack, 'Key') }));
    const [[keyId = '', key] = []] = made.ofType('AWS::KMS::Key');
    const arn = { 'Fn::GetAtt': [keyId, 'Arn'] };
    for (const bucket of [made.fanfold.input as Bucket, made.fanfold.results]) {
      expect(made.propsOf(bucket)['BucketEncryption']).toEqual({
        ServerSideEncryptionConfiguration: [
          { BucketKeyEnabled: true, ServerSideEncryptionByDefault: { KMSMasterKeyID: arn, SSEAlgorithm: 'aws:kms' } },
        ],
      });
    }
    for (const queue of [made.fanfold.intake, made.fanfold.chunks, made.fanfold.deadLetters]) {
      expect(made.propsOf(queue)['KmsMasterKeyId']).toEqual(arn);
    }
    const { Statement: statements } = (key?.Properties['KeyPolicy'] ?? {}) as { Statement?: Statement[] };
    expect(statements).toContainEqual(
      expect.objectContaining({
        Principal: { Service: ['s3.amazonaws.com', 'events.amazonaws.com'] },
        Action: ['kms:GenerateDataKey*', 'kms:Decrypt'],
        Condition: { StringEquals: { 'aws:SourceAccount': '123456789012' } },
      }),
    );
    for (const station of STATIONS) {
      expect([...actionsOf(made.allowed(station))]).toEqual(
        expect.arrayContaining(['kms:Decrypt', 'kms:GenerateDataKey']),
      );
    }
    expect(cycleIn(made.resources)).toBeUndefined();
  });
});

describe('a bucket that exists', () => {
  const existing = (stack: Stack) => ({ input: Bucket.fromBucketName(stack, 'Theirs', 'their-bucket') });

  test('is not changed: a rule brings the uploads below the names of the jobs', () => {
    const made = synth({}, existing);
    made.template.resourceCountIs('AWS::S3::Bucket', 1);
    made.template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: { bucket: { name: ['their-bucket'] }, object: { key: [{ prefix: 'copy/' }, { prefix: 'count/' }] } },
      },
      Targets: [Match.objectLike({ Arn: { 'Fn::GetAtt': [made.idOf(made.fanfold.intake), 'Arn'] } })],
    });
    expect(made.policyOf('AWS::SQS::QueuePolicy', made.fanfold.intake)).toContainEqual(
      expect.objectContaining({ Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' } }),
    );
    expect(
      Object.values(made.resources)
        .map(({ Type }) => Type)
        .join(),
    ).not.toContain('Custom');
    expect(made.fanfold.uploads).toHaveLength(1);
  });

  test('may have more jobs than fit into one rule', () => {
    const stack = new Stack(new App(), 'Many');
    const [intake, dead] = [new Queue(stack, 'Intake'), new Queue(stack, 'Dead')];
    const names = Array.from({ length: 60 }, (_, i) => `job-${i}-${'x'.repeat(30)}`);
    const rules = notifyFromEventBridge(
      stack,
      Bucket.fromBucketName(stack, 'Theirs', 'their-bucket'),
      names,
      intake,
      dead,
    );
    expect(rules).toHaveLength(3);
    const patterns = Object.values(Template.fromStack(stack).findResources('AWS::Events::Rule')).map(({ Properties }) =>
      JSON.stringify(Properties.EventPattern),
    );
    for (const pattern of patterns) expect(pattern.length).toBeLessThan(2048);
    for (const name of names) expect(patterns.filter((pattern) => pattern.includes(`"${name}/"`))).toHaveLength(1);
  });

  test('must send its events to EventBridge, which is told where it is not known', () => {
    const warned = (made: ReturnType<typeof synth>) =>
      Annotations.fromStack(made.stack).findWarning('*', Match.stringLikeRegexp('EventBridge')).length;
    expect(warned(synth({}, existing))).toBe(1);
    const sending = (stack: Stack) => {
      const bucket = new Bucket(stack, 'Theirs');
      const native = bucket.node.defaultChild as unknown as { notificationConfiguration: unknown };
      native.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
      return { input: bucket };
    };
    expect(warned(synth({}, sending))).toBe(0);
  });
});

test('two in one stack do not meet', () => {
  const stack = new Stack(new App(), 'Both');
  const [a, b] = [new Fanfold(stack, 'A', { jobs }), new Fanfold(stack, 'B', { jobs: join(jobs, 'copy.ts') })];
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::Lambda::Function', 10);
  expect([a.jobs, b.jobs]).toEqual([['copy', 'count'], ['copy']]);
  for (const construct of ['A', 'B']) {
    template.hasResourceProperties('AWS::SQS::Queue', {
      Tags: Match.arrayWith(
        [
          { Key: 'fanfold:construct', Value: construct },
          { Key: 'fanfold:jobs-1', Value: construct === 'A' ? 'copy count' : 'copy' },
          { Key: 'fanfold:stack', Value: 'Both' },
        ].map(Match.objectLike),
      ),
    });
  }
});

function insecureIsDenied(statements: readonly Statement[]): boolean {
  return statements.some(
    ({ Effect, Condition }) => Effect === 'Deny' && Condition?.['Bool']?.['aws:SecureTransport'] === 'false',
  );
}

/** Resources that wait for each other, which CloudFormation would refuse. */
function cycleIn(resources: Record<string, Resource>): string[] | undefined {
  const done = new Set<string>();
  const visit = (id: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(id)) return [...path, id];
    if (done.has(id)) return undefined;
    const text = JSON.stringify(resources[id]);
    const needs = Object.keys(resources).filter((other) => other !== id && text.includes(`"${other}"`));
    for (const other of needs) {
      const cycle = visit(other, [...path, id]);
      if (cycle !== undefined) return cycle;
    }
    done.add(id);
    return undefined;
  };
  for (const id of Object.keys(resources)) {
    const cycle = visit(id, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
