/** Merges sorted runs of encoded pairs in a kernel: blocks in, blocks of pairs or of rows out. */
import { ByteWriter, free } from '../core/bytes.ts';
import { decodeValue, encodeValue } from '../core/codec.ts';
import { combineAll, notSorted } from '../core/merge.ts';
import type { EntrySource } from '../core/partial-reader.ts';
import { PARTIAL_BLOCK_BYTES } from '../limits.ts';
import { type Elsewhere, type Kernel, letGo, takeKernel } from './kernel.ts';
import type { PairBlock } from './pair-block.ts';
import { type RowColumn, setValues, type ValueKinds } from './plan.ts';

/** Of functions/kernels/assembly/merge.ts. */
const FULL = 1;
const NEEDS = 2;
const UNSORTED = 3;
const BOUND = 4;

type Combine = (earlier: unknown, later: unknown) => unknown;

/** Rows that are their keys, without values: equal ones stay apart. */
export interface RowMergePlan {
  /** What comes out: pairs again, or the rows as lines. */
  readonly rows: 'pairs' | 'lines';
  /** First keys of partitions, ascending: no block spans two. @default one partition */
  readonly boundaries?: readonly Uint8Array[];
}

export interface MergePlan {
  readonly values: ValueKinds;
  /** Whether the only value is a number of some pairs, and a bigint of others. @default false */
  readonly eitherForm?: boolean;
  readonly combine: Combine;
  /** First keys of partitions, ascending: no block spans two. @default one partition */
  readonly boundaries?: readonly Uint8Array[];
  /** What comes out are rows of these columns. @default encoded pairs */
  readonly rows?: { readonly columns: readonly RowColumn[]; row(key: Buffer, value: unknown): Uint8Array };
}

/** What is needed next: a block of this input. */
interface Need {
  readonly input: number;
}

/** Merges runs that are at hand. Of equal keys the values of earlier runs come first. */
export function* mergeRuns(runs: readonly Iterator<PairBlock>[], plan: MergePlan | RowMergePlan): Generator<PairBlock> {
  const merging = mergeBlocks(runs.length, plan);
  for (let next = merging.next(); !next.done; ) {
    const { value } = next;
    if ('input' in value) {
      next = merging.next(runs[value.input]?.next().value);
      continue;
    }
    yield value;
    next = merging.next();
  }
}

/** Merges runs that have to be waited for; all are begun first. Their blocks are given back, as soon as a kernel has them. */
export async function* mergeStored(
  runs: readonly EntrySource[],
  plan: MergePlan | RowMergePlan,
): AsyncGenerator<PairBlock> {
  for (const run of runs) run.begin();
  const merging = mergeBlocks(runs.length, plan);
  for (let next = merging.next(); !next.done; ) {
    const { value } = next;
    if ('input' in value) {
      const block = await runs[value.input]?.next();
      next = merging.next(block);
      if (block !== undefined) free(block.bytes);
      continue;
    }
    yield value;
    next = merging.next();
  }
}

/**
 * The merge itself, without waiting for its inputs: it yields what it needs, gets that by `next(block)` (undefined: the
 * input has ended), and yields what comes of it.
 */
function* mergeBlocks(
  inputs: number,
  plan: MergePlan | RowMergePlan,
): Generator<Need | PairBlock, void, PairBlock | undefined> {
  const kernel = takeKernel();
  const { exports } = kernel;
  const merge = mergeOf(kernel, plan);
  exports.openMerge(inputs, PARTIAL_BLOCK_BYTES);
  const bounds = [...(plan.boundaries ?? [])];
  const toNextBound = () => {
    const bound = bounds.shift();
    exports.setBound(bound === undefined ? 0 : kernel.keep(bound), bound?.length ?? 0);
  };
  toNextBound();
  let entries = 0;
  for (;;) {
    for (let input = exports.needy(); input >= 0; input = exports.needy()) {
      const block = yield { input };
      if (block !== undefined) {
        const room = exports.roomFor(block.bytes.length); // which may move all memory
        kernel.bytes.set(block.bytes, room);
      }
      if (!exports.refill(block?.bytes.length ?? 0)) throw notSorted();
    }
    const state = merge();
    if (state === UNSORTED) throw notSorted();
    if (state === NEEDS) continue;
    const bytes = exports.taken();
    const total = exports.outEntries.value;
    const at = exports.outStart();
    if (bytes > 0) yield { bytes: kernel.bytes.subarray(at, at + bytes), entries: total - entries };
    entries = total;
    if (state === BOUND) toNextBound();
    else if (state !== FULL) break;
  }
  letGo(kernel);
}

/** What merges until it needs something. */
function mergeOf(kernel: Kernel, plan: MergePlan | RowMergePlan): () => number {
  const { exports } = kernel;
  if (!('values' in plan)) {
    const written = plan.rows === 'lines';
    return () => exports.mergeRows(written);
  }
  kernel.elsewhere = elsewhereOf(plan);
  setValues(exports, plan.values);
  if (plan.eitherForm) exports.mayTurn();
  exports.clearColumns();
  for (const { value, scale } of plan.rows?.columns ?? []) exports.addColumn(value, scale);
  return () => exports.merge();
}

function elsewhereOf({ combine, rows }: MergePlan): Elsewhere {
  const scratch = new ByteWriter();
  const joined = (values: readonly Buffer[]) => combineAll(values.map(decodeValue), combine);
  return {
    join(key, values) {
      scratch.reset();
      encodeValue(joined(values), scratch, key);
      return scratch.view();
    },
    row: (key, values) => rows?.row(key, joined(values)) ?? Buffer.of(),
  };
}
