/** A chunk's records grouped in a kernel: bytes in, sorted pairs out, byte for byte as PairTable and the codec give them. */
import type { Combine } from '../core/growing.ts';
import type { Room } from '../core/memory-bounds.ts';
import type { Header } from '../core/plan.ts';
import type { CsvDialect } from '../formats/csv-scanner.ts';
import type { Bulk } from '../formats/format.ts';
import { GroupTable } from './group-table.ts';
import { InputWindow } from './input-window.ts';
import type { Kernel } from './kernel.ts';
import { needMembers, tellColumns } from './members.ts';
import type { EncodedPair, PairBlock } from './pair-block.ts';
import { type ChunkPlan, setPlan } from './plan.ts';

/** Kernels read in strides, past the ends of keys. */
const SLACK_BYTES = 128;

export class GroupFold implements Bulk {
  readonly #plan: ChunkPlan;
  readonly #combine: Combine;
  readonly #table: GroupTable;
  readonly #window = new InputWindow();
  /** Records of groups that are not in the kernel any more. */
  #recordsBefore = 0;
  #drained = false;

  constructor(plan: ChunkPlan, combine: Combine, room: Room) {
    this.#plan = plan;
    this.#combine = combine;
    this.#table = new GroupTable(room, (kernel) => this.#open(kernel));
  }

  /** Records that were taken. */
  get records(): number {
    return this.#recordsBefore + (this.#drained ? 0 : this.#table.kernel.exports.records.value);
  }

  take(bytes: Uint8Array, from: number, starts: number, again: boolean): number {
    const { kernel } = this.#table;
    return this.#window.take(kernel, kernel.exports[this.#plan.scan], [bytes, from, starts, again], () => {
      if (this.#table.full) this.#spill();
      return false;
    });
  }

  rows(dialect: CsvDialect, header: Header): boolean {
    return tellColumns(this.#table.kernel.exports, dialect, header, this.#plan.columns);
  }

  /**
   * Every pair in byte order of key, in blocks as they stand in a partial; with `pairs`, those that came of the records it
   * left. Nothing can be taken afterwards.
   */
  *drain(pairs: Iterable<EncodedPair>, boundaries: readonly Uint8Array[]): Generator<PairBlock> {
    const beyond = this.#absorb(pairs);
    const { records } = this;
    this.#drained = true;
    this.#recordsBefore = records;
    yield* this.#table.drain(this.#plan.values, this.#combine, boundaries, beyond);
  }

  #open(kernel: Kernel): void {
    setPlan(kernel.exports, this.#plan);
    this.#window.open(kernel);
    if (this.#plan.scan === 'jsonLines') needMembers(kernel, this.#plan.columns);
  }

  #spill(): void {
    const { records } = this;
    this.#table.spill();
    this.#recordsBefore = records;
  }

  /** Puts pairs of elsewhere into their groups; those that are beyond a kernel are given back. */
  #absorb(pairs: Iterable<EncodedPair>): EncodedPair[] {
    const { exports } = this.#table.kernel;
    const beyond: EncodedPair[] = [];
    let room = 0;
    let roomBytes = 0;
    for (const { key, value } of pairs) {
      if (this.#table.full) {
        this.#spill();
        roomBytes = 0;
      }
      if (key.length + value.length + SLACK_BYTES > roomBytes) {
        roomBytes = 2 * (key.length + value.length) + 4096;
        room = exports.alloc(roomBytes);
      }
      const { bytes } = this.#table.kernel;
      bytes.set(key, room);
      bytes.set(value, room + key.length);
      if (!exports.absorb(room, key.length, room + key.length)) {
        beyond.push({ key: Buffer.from(key), value: Buffer.from(value) });
      }
    }
    return beyond;
  }
}
