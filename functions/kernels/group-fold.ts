/** A chunk's records grouped in a kernel: bytes in, sorted pairs out, byte for byte as PairTable and the codec give them. */
import type { Carry } from '../formats/carry.ts';
import type { OnBytes, RecordReader, RecordSink, Span } from '../formats/format.ts';
import { PARTIAL_BLOCK_BYTES } from '../limits.ts';
import { ByteReader, type ByteSink } from './byte-reader.ts';
import { type Kernel, letGo, takeKernel } from './kernel.ts';
import type { PairBlock } from './pair-block.ts';
import { type ChunkPlan, READ_BYTES, setValues } from './plan.ts';

/** Kernels read on past the end, sixty-four bytes at a time. */
const SLACK_BYTES = 128;
/** A pair at most: a key as long as two reads, and sixteen values. */
const PAIR_BYTES_MAX = 2 * READ_BYTES + 1024;

export class GroupFold implements ByteSink {
  readonly blockBytes = READ_BYTES;
  readonly #plan: ChunkPlan;
  readonly #kernel: Kernel = takeKernel();
  /** Where bytes that are read are put; what is left of those before lies in front. */
  readonly #input: number;
  #left = 0;
  #leftAt = 0;

  constructor(plan: ChunkPlan) {
    this.#plan = plan;
    const { exports } = this.#kernel;
    setValues(exports, plan.values);
    this.#input = exports.alloc(2 * READ_BYTES + SLACK_BYTES) + READ_BYTES;
    exports.openTable();
  }

  get values() {
    return this.#plan.values;
  }

  /** Records that were read, without those that went to a sink. Known once all pairs are drained. */
  records = 0;

  /** A reader of a span; records that the kernel leaves go to the sink. */
  open(span: Span, sink: RecordSink<unknown>): RecordReader {
    const { records } = this.#plan;
    const plain: OnBytes = records.read(sink);
    return new ByteReader(span, records, this, plain);
  }

  read(bytes: Buffer, start: number, end: number): number {
    const kernel = this.#kernel;
    const input = this.#input;
    bytes.copy(kernel.bytes, input, start, end);
    const to = input + end - start;
    const from = kernel.exports.words(input - this.#left, to);
    const left = to - from;
    const fits = left <= READ_BYTES;
    if (fits) kernel.bytes.copyWithin(input - left, from, to);
    this.#left = left;
    this.#leftAt = fits ? input - left : from;
    return left;
  }

  moveTo(carry: Carry): void {
    carry.append(this.#kernel.bytes, this.#leftAt, this.#leftAt + this.#left);
    this.#left = 0;
  }

  /** Every pair in byte order of key, in blocks as they stand in a partial. Nothing can be read afterwards. */
  *drain(): Generator<PairBlock> {
    const kernel = this.#kernel;
    const { exports } = kernel;
    exports.sortGroups();
    this.records = exports.records.value;
    const out = exports.alloc(PARTIAL_BLOCK_BYTES + PAIR_BYTES_MAX);
    for (;;) {
      const length = exports.drainBlock(out, PARTIAL_BLOCK_BYTES, 0, 0);
      if (length === 0) break;
      yield { bytes: kernel.bytes.subarray(out, out + length), entries: exports.blockEntries.value };
    }
    letGo(kernel);
  }
}
