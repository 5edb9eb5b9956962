import { FanfoldError } from '../errors.ts';

/**
 * Yields the `n` rows with the highest scores, highest first; of equal scores, the row that came first. For `finish`:
 * rows come in byte order of their keys, so ties are in that order. Holds `n` rows.
 *
 * @throws FANFOLD_VALUE_INVALID when `n` is not a whole number from 0, or a score is NaN
 * @example
 * ```ts
 * async function* rows() { yield { tag: 'a', uses: 1 }; yield { tag: 'b', uses: 3 }; yield { tag: 'c', uses: 3 }; }
 * (await Array.fromAsync(top(rows(), 2, (row) => row.uses))).map((row) => row.tag); // → ['b', 'c']
 * ```
 */
export async function* top<R>(
  rows: AsyncIterable<R>,
  n: number,
  score: (row: R) => number | bigint,
): AsyncGenerator<R, void, undefined> {
  if (!Number.isSafeInteger(n) || n < 0) throw invalid(`top(): n is ${n}`, 'Give a whole number, 0 or more.');
  const heap: Ranked<R>[] = [];
  let arrival = 0;
  for await (const row of rows) {
    const ranked = { row, score: score(row), arrival: arrival++ };
    if (Number.isNaN(ranked.score)) throw invalid('top(): a score is NaN', 'Make every score a number or a bigint.');
    if (heap.length < n) {
      heap.push(ranked);
      siftUp(heap);
    } else if (heap[0] !== undefined && before(ranked, heap[0])) {
      heap[0] = ranked;
      siftDown(heap);
    }
  }
  heap.sort((a, b) => (before(a, b) ? -1 : 1));
  for (const { row } of heap) yield row;
}

interface Ranked<R> {
  readonly row: R;
  readonly score: number | bigint;
  readonly arrival: number;
}

const before = (a: Ranked<unknown>, b: Ranked<unknown>) =>
  a.score > b.score || (!(a.score < b.score) && a.arrival < b.arrival);

/** A binary heap with the last in rank on top: the one that the next better row replaces. */
function siftUp<R>(heap: Ranked<R>[]): void {
  for (let i = heap.length - 1; i > 0; ) {
    const parent = (i - 1) >> 1;
    if (!swapIfBefore(heap, parent, i)) return;
    i = parent;
  }
}

function siftDown<R>(heap: Ranked<R>[]): void {
  for (let i = 0; ; ) {
    const left = heap[2 * i + 1];
    const right = heap[2 * i + 2];
    if (left === undefined) return;
    const child = right !== undefined && before(left, right) ? 2 * i + 2 : 2 * i + 1;
    if (!swapIfBefore(heap, i, child)) return;
    i = child;
  }
}

/** The lower place in the heap may not hold the later in rank. */
function swapIfBefore<R>(heap: Ranked<R>[], upper: number, lower: number): boolean {
  const a = heap[upper];
  const b = heap[lower];
  if (a === undefined || b === undefined || !before(a, b)) return false;
  heap[upper] = b;
  heap[lower] = a;
  return true;
}

function invalid(what: string, fix: string): FanfoldError {
  return new FanfoldError('FANFOLD_VALUE_INVALID', what, { fix });
}
