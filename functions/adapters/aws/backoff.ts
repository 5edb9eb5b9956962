/** Waiting between tries, beside the retries of the SDK itself. */

/** Longest wait before one more try. Ours: a few of them fit well into a function's time-out. */
const WAIT_MS_MAX = 5_000;
const WAIT_MS_FIRST = 50;

/** How the adapters wait; tests pass one that does not. */
export type Wait = (nth: number) => Promise<void>;

/**
 * Waits before the nth try again (from 0): a random time up to 50 ms, doubling to 5 s. "Full jitter" keeps a thousand
 * workers that were turned away together from coming back together.
 *
 * @param sleep for so many milliseconds
 * @param random a number in [0, 1)
 */
export const waiting =
  (sleep: (ms: number) => Promise<void>, random: () => number): Wait =>
  (nth) =>
    sleep(random() * Math.min(WAIT_MS_MAX, WAIT_MS_FIRST * 2 ** nth));

export const backoff: Wait = waiting((ms) => new Promise((resolve) => setTimeout(resolve, ms)), Math.random);
