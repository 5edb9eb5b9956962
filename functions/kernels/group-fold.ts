/** A chunk's records grouped in a kernel: bytes in, sorted pairs out, byte for byte as PairTable and the codec give them. */
import { scaleOf } from '../aggregation.ts';
import type { Combine } from '../core/growing.ts';
import type { Room } from '../core/memory-bounds.ts';
import type { Header } from '../core/plan.ts';
import type { CsvDialect } from '../formats/csv-scanner.ts';
import type { Bulk, ColumnType } from '../formats/format.ts';
import { BULK_RECORD_BYTES_MAX } from '../limits.ts';
import { GroupTable } from './group-table.ts';
import type { Kernel } from './kernel.ts';
import { needMembers } from './members.ts';
import type { EncodedPair, PairBlock } from './pair-block.ts';
import { type ChunkPlan, setPlan } from './plan.ts';

/** What one call of a kernel reads: a record is whole there, or left. */
const READ_BYTES = BULK_RECORD_BYTES_MAX;
/** Kernels read on past the end, where they find line ends. */
const SLACK_BYTES = 128;
const LF = 0x0a;

export class GroupFold implements Bulk {
  readonly #plan: ChunkPlan;
  readonly #combine: Combine;
  readonly #table: GroupTable;
  /** Where bytes are put to be read: [start, end) of those that were given last. */
  #input = 0;
  #start = 0;
  #end = 0;
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

  take(bytes: Buffer, from: number, starts: number, again: boolean): number {
    const kernel = this.#table.kernel;
    const scan = kernel.exports[this.#plan.scan];
    if (!again) this.#end = 0;
    for (let at = from; ; ) {
      if (at >= this.#end) this.#put(bytes, at);
      const shift = this.#input - this.#start;
      const to = this.#end + shift;
      const next = scan(at + shift, to, Math.min(to, starts + shift)) - shift;
      if (this.#table.full) this.#spill();
      if (next === at || next >= starts || this.#end === bytes.length) return next;
      at = next;
      this.#end = 0;
    }
  }

  rows({ delimiter, quote }: CsvDialect, { columns, names }: Header): boolean {
    const { exports } = this.#table.kernel;
    const indexes = new Map(names.map(([index, name]) => [name, index]));
    exports.openCsv(columns, delimiter, quote);
    return this.#plan.columns.every(({ name, type, field }) => {
      const index = indexes.get(name);
      if (index === undefined) return false;
      return exports.addCsvColumn(index, csvType(type), field, scaleOf(type) ?? 0) !== 0;
    });
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
    const { exports } = kernel;
    setPlan(exports, this.#plan);
    this.#input = exports.alloc(READ_BYTES + SLACK_BYTES);
    this.#end = 0;
    if (this.#plan.scan === 'jsonLines') needMembers(kernel, this.#plan.columns);
  }

  /** Puts bytes from `start` on into the kernel's memory. */
  #put(bytes: Buffer, start: number): void {
    const end = Math.min(bytes.length, start + READ_BYTES);
    const { bytes: memory } = this.#table.kernel;
    const to = this.#input + bytes.copy(memory, this.#input, start, end);
    memory.fill(LF, to, to + SLACK_BYTES);
    this.#start = start;
    this.#end = end;
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

/** Of functions/kernels/assembly/csv.ts. */
const csvType = (type: ColumnType) => (type === 'text' ? 1 : type === 'number' ? 3 : 2);
