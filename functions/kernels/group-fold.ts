/** A chunk's records grouped in a kernel: bytes in, sorted pairs out, byte for byte as PairTable and the codec give them. */
import { scaleOf } from '../aggregation.ts';
import type { Header } from '../core/plan.ts';
import type { CsvDialect } from '../formats/csv-scanner.ts';
import type { Bulk, ColumnType } from '../formats/format.ts';
import { BULK_RECORD_BYTES_MAX, PARTIAL_BLOCK_BYTES } from '../limits.ts';
import { type Kernel, letGo, takeKernel } from './kernel.ts';
import { needMembers } from './members.ts';
import type { EncodedPair, PairBlock } from './pair-block.ts';
import { type ChunkPlan, setPlan } from './plan.ts';

/** What one call of a kernel reads: a record is whole there, or left. */
const READ_BYTES = BULK_RECORD_BYTES_MAX;
/** Kernels read on past the end, where they find line ends. */
const SLACK_BYTES = 128;
const LF = 0x0a;
/** A pair without its key at most: sixteen values, and lengths. */
const VALUE_BYTES_MAX = 1024;

export class GroupFold implements Bulk {
  readonly #plan: ChunkPlan;
  readonly #kernel: Kernel = takeKernel();
  /** Where bytes are put to be read: [start, end) of those that were given last. */
  readonly #input: number;
  #start = 0;
  /** Known once the kernel is somebody else's. */
  #records: number | undefined;
  #end = 0;

  constructor(plan: ChunkPlan) {
    this.#plan = plan;
    const { exports } = this.#kernel;
    setPlan(exports, plan);
    this.#input = exports.alloc(READ_BYTES + SLACK_BYTES);
    if (plan.scan === 'jsonLines') needMembers(this.#kernel, plan.columns);
  }

  get values() {
    return this.#plan.values;
  }

  /** Records that were taken. */
  get records(): number {
    return this.#records ?? this.#kernel.exports.records.value;
  }

  take(bytes: Buffer, from: number, starts: number, again: boolean): number {
    const kernel = this.#kernel;
    const scan = kernel.exports[this.#plan.scan];
    if (!again) this.#end = 0;
    for (let at = from; ; ) {
      if (at >= this.#end) this.#put(bytes, at);
      const shift = this.#input - this.#start;
      const to = this.#end + shift;
      const next = scan(at + shift, to, Math.min(to, starts + shift)) - shift;
      if (next === at || next >= starts || this.#end === bytes.length) return next;
      at = next;
      this.#end = 0;
    }
  }

  rows({ delimiter, quote }: CsvDialect, { columns, names }: Header): boolean {
    const { exports } = this.#kernel;
    const indexes = new Map(names.map(([index, name]) => [name, index]));
    exports.openCsv(columns, delimiter, quote);
    return this.#plan.columns.every(({ name, type, field }) => {
      const index = indexes.get(name);
      if (index === undefined) return false;
      return exports.addCsvColumn(index, csvType(type), field, scaleOf(type) ?? 0) !== 0;
    });
  }

  /** Puts bytes from `start` on into the kernel's memory. */
  #put(bytes: Buffer, start: number): void {
    const end = Math.min(bytes.length, start + READ_BYTES);
    const { bytes: memory } = this.#kernel;
    const to = this.#input + bytes.copy(memory, this.#input, start, end);
    memory.fill(LF, to, to + SLACK_BYTES);
    this.#start = start;
    this.#end = end;
  }

  /** Puts pairs of the plain path into their groups; those that are beyond a kernel are given back. */
  *absorb(pairs: Iterable<EncodedPair>): Generator<EncodedPair> {
    const kernel = this.#kernel;
    const { exports } = kernel;
    let room = 0;
    let roomBytes = 0;
    for (const pair of pairs) {
      const { key, value } = pair;
      if (key.length + value.length + SLACK_BYTES > roomBytes) {
        roomBytes = 2 * (key.length + value.length) + 4096;
        room = exports.alloc(roomBytes);
      }
      kernel.bytes.set(key, room);
      kernel.bytes.set(value, room + key.length);
      if (!exports.absorb(room, key.length, room + key.length)) yield pair;
    }
  }

  /** Every pair in byte order of key, in blocks as they stand in a partial. Nothing can be taken afterwards. */
  *drain(): Generator<PairBlock> {
    const kernel = this.#kernel;
    const { exports } = kernel;
    exports.sortGroups();
    this.#records = exports.records.value;
    const out = exports.alloc(PARTIAL_BLOCK_BYTES + exports.keyBytesMax.value + VALUE_BYTES_MAX);
    for (;;) {
      const length = exports.drainBlock(out, PARTIAL_BLOCK_BYTES, 0, 0);
      if (length === 0) break;
      yield { bytes: kernel.bytes.subarray(out, out + length), entries: exports.blockEntries.value };
    }
    letGo(kernel);
  }
}

/** Of functions/kernels/assembly/csv.ts. */
const csvType = (type: ColumnType) => (type === 'text' ? 1 : type === 'number' ? 3 : 2);
