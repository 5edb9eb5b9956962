/** How many requests a second S3 answers of a bucket that it has not divided: what is beyond that is told to slow down. */

/** "At least 3,500 PUT/COPY/POST/DELETE or 5,500 GET/HEAD requests per second per partitioned prefix"; listings are counted
 * with the latter. When S3 divides a prefix is not documented, so here it never does.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html */
const WRITES_MAX = 3_500;
const READS_MAX = 5_500;

export class RequestRates {
  readonly #nowMs: () => number;
  readonly #seconds = new Map<string, { second: number; writes: number; reads: number }>();
  /** The most that were asked for within one second. */
  readonly most = { writes: 0, reads: 0 };
  refused = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Whether one more request of this second is too many. */
  refuses(bucket: string, kind: 'writes' | 'reads'): boolean {
    const second = Math.floor(this.#nowMs() / 1000);
    let counted = this.#seconds.get(bucket);
    if (counted?.second !== second) {
      counted = { second, writes: 0, reads: 0 };
      this.#seconds.set(bucket, counted);
    }
    counted[kind] += 1;
    this.most[kind] = Math.max(this.most[kind], counted[kind]);
    const refuses = counted[kind] > (kind === 'writes' ? WRITES_MAX : READS_MAX);
    if (refuses) this.refused += 1;
    return refuses;
  }
}
