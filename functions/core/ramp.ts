/**
 * How fast workers come: the rules by which Lambda reads a queue. Pure, and shared by the plan, the construct and the
 * cost model.
 */

/** Workers that run at the same time, while more messages wait than they can take. */
export interface Ramp {
  /** At once. */
  readonly start: number;
  /** More of them each minute. */
  readonly perMinute: number;
  /** At most. */
  readonly max: number;
}

/** A queue's reader as it comes. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
const ON_DEMAND: Ramp = { start: 5, perMinute: 300, max: 1_250 };

/** Provisioned pollers: each starts up to so many workers, and more pollers come at this rate.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
const WORKERS_PER_POLLER = 10;
const PROVISIONED_PER_MINUTE = 1_000;

/** The ramp of a queue whose reader may start at most so many workers. */
export const onDemandRamp = (maxConcurrency: number): Ramp => ({
  start: Math.min(ON_DEMAND.start, maxConcurrency),
  perMinute: ON_DEMAND.perMinute,
  max: Math.min(ON_DEMAND.max, maxConcurrency),
});

/** The ramp of a queue with provisioned pollers. */
export const provisionedRamp = ({ min, max }: { readonly min: number; readonly max: number }): Ramp => ({
  start: min * WORKERS_PER_POLLER,
  perMinute: PROVISIONED_PER_MINUTE,
  max: max * WORKERS_PER_POLLER,
});

/** Seconds until all workers are there. */
const rampSeconds = ({ start, perMinute, max }: Ramp): number => ((max - start) / perMinute) * 60;

/** How long it takes until workers have worked so many seconds together, none of them ever idle. */
export function secondsFor(ramp: Ramp, workerSeconds: number): number {
  const { start, perMinute, max } = ramp;
  const growth = perMinute / 60;
  const untilMax = rampSeconds(ramp);
  const before = start * untilMax + (growth * untilMax ** 2) / 2;
  if (workerSeconds >= before) return untilMax + (workerSeconds - before) / max;
  return (Math.sqrt(start ** 2 + 2 * growth * workerSeconds) - start) / growth;
}
