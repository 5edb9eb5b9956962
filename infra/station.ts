/** One function: a role of its own, a log group of its own, and its bundle. */
import { type Duration, type RemovalPolicy, Size, Stage, Token } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  type Architecture,
  Code,
  type FunctionOptions,
  Function as LambdaFunction,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { type BundledJob, bundleStation, type Station } from './bundle.ts';
import { heapOptions } from './heap-options.ts';

/** What is the same for all four. */
export interface StationDefaults {
  readonly jobs: readonly BundledJob[];
  readonly architecture: Architecture;
  readonly logRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
}

export interface StationOptions
  extends Pick<FunctionOptions, 'retryAttempts' | 'maxEventAge' | 'onFailure' | 'recursiveLoop'> {
  /** @default the station's name */
  readonly id?: string;
  readonly description: string;
  readonly memoryMiB: number;
  /** Threads that share it. @default 1 */
  readonly processors?: number;
  /** Size of `/tmp`. @default 512 */
  readonly scratchMiB?: number;
  readonly timeout: Duration;
  readonly environment: Readonly<Record<string, string>>;
}

export function makeStation(
  scope: Construct,
  station: Station,
  defaults: StationDefaults,
  options: StationOptions,
): LambdaFunction {
  const { jobs, architecture, logRetention: retention, removalPolicy } = defaults;
  const {
    id = station.charAt(0).toUpperCase() + station.slice(1),
    memoryMiB: memorySize,
    processors,
    scratchMiB,
    environment,
    ...rest
  } = options;
  const logGroup = new LogGroup(scope, `${id}Logs`, { retention, removalPolicy });
  // A role that is passed in gets no managed policy, which would allow writing to every log group of the account.
  const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  logGroup.grantWrite(role);
  // of memory that only the deployment tells, Lambda tells V8
  const heap = Token.isUnresolved(memorySize) ? [] : heapOptions(memorySize, processors);
  const outdir = Stage.of(scope)?.assetOutdir ?? 'cdk.out';
  return new LambdaFunction(scope, id, {
    ...rest,
    memorySize,
    ...(scratchMiB === undefined ? {} : { ephemeralStorageSize: Size.mebibytes(scratchMiB) }),
    role,
    logGroup,
    architecture,
    runtime: Runtime.NODEJS_24_X,
    code: Code.fromAsset(bundleStation(station, jobs, outdir)),
    handler: 'index.handler',
    environment: { NODE_OPTIONS: ['--enable-source-maps', ...heap].join(' '), ...environment },
  });
}
