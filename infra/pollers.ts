/** Provisioned pollers for the one queue that a function reads. */
import { CfnEventSourceMapping, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';

/** By way of the L1: the CDK refuses more than 2,000 of them, of which AWS allows 10,000. `checkProps` has checked them. */
export function providePollers(
  station: LambdaFunction,
  { min, max }: { readonly min: number; readonly max: number },
): void {
  const [mapping, ...others] = station.node.findAll().filter((child) => child instanceof CfnEventSourceMapping);
  if (mapping === undefined || others.length > 0) throw new Error('fanfold bug: a worker reads one queue');
  mapping.provisionedPollerConfig = { minimumPollers: min, maximumPollers: max };
}
