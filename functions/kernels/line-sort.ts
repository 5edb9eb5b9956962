/** A chunk's lines sorted in a kernel: bytes in, sorted pairs out, byte for byte as RowSorter and the codec give them. */
import type { Room } from '../core/memory-bounds.ts';
import { checkRowKey } from '../core/row-sorter.ts';
import type { Bulk } from '../formats/format.ts';
import { BULK_RECORD_BYTES_MAX } from '../limits.ts';
import { drainBlocks } from './drain-blocks.ts';
import { type Kernel, letGo, takeKernel } from './kernel.ts';
import { mergeRuns } from './merge-blocks.ts';
import type { PairBlock } from './pair-block.ts';
import { SpilledRuns } from './spilled-runs.ts';

/** What one call of a kernel reads: a line is whole there, or left. */
const READ_BYTES_MAX = BULK_RECORD_BYTES_MAX;
/** Of the memory for lines, so that a small one holds several reads. */
const READ_SHARE = 1 / 8;
const READ_BYTES_MIN = 64;
/** The arena grows as lines come. */
const FIRST_BYTES = 1024 * 1024;
/** Kernels read and write in strides: so far behind where they should. */
const SLACK_BYTES = 64;
/** A place, and one to sort it by. */
const LINE_BYTES = 32;
/** A pair besides its line. */
const PAIR_BYTES = 16;

export class LineSort implements Bulk {
  readonly #bytesMax: number;
  readonly #mergeBytesMax: number;
  readonly #readBytes: number;
  readonly #kernel: Kernel = takeKernel();
  #spills: SpilledRuns;
  #arenaBytes: number;
  /** Lines that are not in the kernel any more. */
  #recordsBefore = 0;
  #added = 0;
  #drained = false;

  constructor({ memory, scratch }: Room) {
    this.#bytesMax = memory.tableBytesMax;
    this.#mergeBytesMax = memory.mergeBytesMax;
    this.#readBytes = Math.min(READ_BYTES_MAX, Math.max(READ_BYTES_MIN, Math.floor(memory.tableBytesMax * READ_SHARE)));
    this.#spills = new SpilledRuns(scratch);
    this.#arenaBytes = wholeLines(Math.min(FIRST_BYTES, this.#bytesMax));
    this.#open();
  }

  /** Records that were taken. */
  get records(): number {
    return this.#recordsBefore - this.#added + (this.#drained ? 0 : this.#kernel.exports.lineCount.value);
  }

  take(bytes: Uint8Array, from: number, starts: number): number {
    const { exports } = this.#kernel;
    for (let at = from; ; ) {
      const end = Math.min(bytes.length, at + this.#readBytes);
      this.#reserve(end - at);
      const place = exports.linesAt();
      this.#kernel.bytes.set(bytes.subarray(at, end), place);
      const shift = place - at;
      const next = exports.takeLines(place, end + shift, Math.min(end, starts) + shift) - shift;
      const full = exports.linesFull.value !== 0;
      if (!full && (next === at || next >= starts || end === bytes.length)) return next;
      at = next;
    }
  }

  /** Takes a line that `take` has left, which its caller counts as a record. */
  add(line: Uint8Array): void {
    checkRowKey(line.length);
    this.#reserve(line.length);
    this.#kernel.bytes.set(line, this.#kernel.exports.linesAt());
    this.#kernel.exports.takeLine(line.length);
    this.#added += 1;
  }

  /** No rows of CSV. */
  rows(): boolean {
    return false;
  }

  /** Every line as a pair, in byte order, in blocks as they stand in a partial. Nothing can be taken afterwards. */
  *drain(boundaries: readonly Uint8Array[]): Generator<PairBlock> {
    if (this.#spills.count === 0) {
      yield* this.#sorted(boundaries);
    } else {
      this.#spills = this.#spills.within(this.#mergeBytesMax, (runs) => mergeRuns(runs, PAIRS));
      yield* mergeRuns([...this.#spills.read(), this.#sorted([])], { ...PAIRS, boundaries });
    }
    this.#spills.close();
    this.#recordsBefore += this.#kernel.exports.lineCount.value;
    this.#drained = true;
    letGo(this.#kernel, this.#bytesMax);
  }

  #open(): void {
    this.#kernel.reset();
    this.#kernel.exports.openLines(this.#arenaBytes);
  }

  /** Makes room for so many bytes and one line more: as far as memory goes, and for one that is longer. */
  #reserve(bytes: number): void {
    const { exports } = this.#kernel;
    const needed = bytes + SLACK_BYTES + LINE_BYTES;
    while (exports.linesRoom() < needed) {
      const growth = Math.min(this.#bytesMax - this.#arenaBytes, Math.max(this.#arenaBytes, needed));
      if (growth > 0) this.#grow(growth);
      else if (exports.lineCount.value > 0) this.#spill();
      else this.#grow(needed);
    }
  }

  #grow(bytes: number): void {
    const whole = wholeLines(bytes);
    this.#kernel.exports.growLines(whole);
    this.#arenaBytes += whole;
  }

  #spill(): void {
    const { exports } = this.#kernel;
    this.#recordsBefore += exports.lineCount.value;
    this.#spills.write(this.#sorted([]));
    this.#open();
  }

  /** The lines at hand, sorted. */
  *#sorted(boundaries: readonly Uint8Array[]): Generator<PairBlock> {
    const { exports } = this.#kernel;
    exports.sortLines();
    yield* drainBlocks(this.#kernel, boundaries, {
      drain: exports.drainLines,
      entries: exports.lineEntries,
      beyondBytes: exports.lineBytesMax.value + PAIR_BYTES + SLACK_BYTES,
    });
  }
}

const PAIRS = { rows: 'pairs' } as const;

/** The arena ends where a cache line does. */
const wholeLines = (bytes: number) => Math.ceil(bytes / 64) * 64;
