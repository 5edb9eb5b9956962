/**
 * How fast workers come: the rules by which Lambda reads a queue. Pure, and shared by the plan, the construct and the
 * cost model.
 */

/** Workers that run at the same time, or chunks that are worked so, while more messages wait than they can take. */
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

/** A span halved so often is a billionth of it. */
const HALVINGS = 30;

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

/** Chunks worked at the same time, by workers that take one for each of their processors. */
export const chunkRamp = ({ start, perMinute, max }: Ramp, processors: number): Ramp => ({
  start: start * processors,
  perMinute: perMinute * processors,
  max: max * processors,
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

/** Workers after so many seconds. */
export const workersAt = ({ start, perMinute, max }: Ramp, seconds: number): number =>
  Math.min(max, start + (seconds / 60) * perMinute);

/**
 * When the last of so many equal chunks is done, if each worker takes the next one whenever it is free. Found by halving:
 * by a time, a worker has done as many whole chunks as fit between its arrival and then.
 *
 * @param coldSeconds before a worker's first chunk
 */
export function secondsForChunks(ramp: Ramp, chunks: number, chunkSeconds: number, coldSeconds: number): number {
  const { start, perMinute, max } = ramp;
  const workers = Math.min(max, chunks);
  const arrives = (worker: number) => (worker < start ? 0 : ((worker - start) * 60) / perMinute) + coldSeconds;
  const doneBy = (seconds: number) => {
    let done = 0;
    for (let worker = 0; worker < workers && done < chunks; worker++) {
      const left = seconds - arrives(worker);
      if (left < chunkSeconds) break;
      done += Math.floor(left / chunkSeconds);
    }
    return done;
  };
  let [early, late] = [0, coldSeconds + chunkSeconds * Math.ceil(chunks / Math.min(start, workers)) + 1e-6];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (early + late) / 2;
    if (doneBy(middle) >= chunks) late = middle;
    else early = middle;
  }
  return late;
}
