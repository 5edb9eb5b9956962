/** An instance of the kernels: WebAssembly, with memory of its own. Made when the first job needs one. */
import { assert } from '../errors.ts';
import { WASM_BASE64 } from './wasm.ts';

/** What functions/kernels/assembly/index.ts exports. Places are bytes in `memory`. */
export interface KernelExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly records: Global;
  readonly keyBytesMax: Global;
  readonly blockEntries: Global;
  readonly outEntries: Global;
  reset(): void;
  alloc(bytes: number): number;
  clearValues(): void;
  addValue(kind: number): void;
  mayTurn(): void;
  openTable(): void;
  openRecords(numbered: boolean): void;
  addGroup(field: number, filled: boolean, fleeting: boolean): void;
  addValueField(field: number): void;
  openRows(bytesMax: number, listsBytesMax: number, listBytesMax: number): void;
  addRowColumn(field: number, kind: number): void;
  readonly rows: Global;
  readonly rowCount: Global;
  readonly rowsFull: Global;
  takeRows(): void;
  openJson(): void;
  addMember(name: number, nameBytes: number, type: number, field: number): void;
  openCsv(columns: number, delimiter: number, quote: number): void;
  addCsvColumn(column: number, type: number, field: number, scale: number): number;
  openPairs(pairs: number, keyBytes: number): void;
  readonly pairNumbersAt: Global;
  readonly pairLengthsAt: Global;
  readonly pairKeysAt: Global;
  takePairs(count: number): void;
  words: Scan;
  lines: Scan;
  accessLog: Scan;
  jsonLines: Scan;
  csvRows: Scan;
  absorb(key: number, keyBytes: number, value: number): number;
  readonly lineCount: Global;
  readonly lineBytesMax: Global;
  readonly lineEntries: Global;
  readonly linesFull: Global;
  openLines(bytes: number): void;
  growLines(bytes: number): void;
  linesAt(): number;
  linesRoom(): number;
  takeLines: Scan;
  takeLine(bytes: number): void;
  sortLines(): void;
  drainLines(out: number, bytesMin: number, bound: number, boundBytes: number): number;
  readonly strangeKey: Global;
  readonly strangeBytes: Global;
  sortGroups(): void;
  drainBlock(out: number, bytesMin: number, bound: number, boundBytes: number): number;
  openMerge(inputs: number, blockBytes: number): void;
  needy(): number;
  roomFor(bytes: number): number;
  refill(bytes: number): number;
  merge(): number;
  mergeRows(written: boolean): number;
  setBound(key: number, bytes: number): void;
  tableBytes(): number;
  outStart(): number;
  taken(): number;
  clearColumns(): void;
  addColumn(value: number, scale: number): void;
}

/** Reads the records of [from, to) that start before `starts`, up to the first that it leaves; where it stops. */
export type Scan = (from: number, to: number, starts: number) => number;

interface Global {
  readonly value: number;
}

/** What a kernel asks JavaScript to do for it, where numbers are larger than its own. */
export interface Elsewhere {
  /** The joined value of encoded ones of a key. */
  join(key: Buffer, values: readonly Buffer[]): Uint8Array;
  /** The row of a key with these values. */
  row(key: Buffer, values: readonly Buffer[]): Uint8Array;
}

/** Node has it; its types do not. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

let module: object | undefined;

export class Kernel {
  readonly exports: KernelExports;
  readonly use: Use;
  elsewhere: Elsewhere | undefined;
  #bytes: Buffer;
  /** Where answers of `elsewhere` are put. */
  #answerAt = 0;
  #answerBytes = 0;

  constructor(use: Use) {
    this.use = use;
    module ??= new WebAssembly.Module(Buffer.from(WASM_BASE64, 'base64'));
    const answering = (by: keyof Elsewhere) => (key: number, keyBytes: number, list: number, count: number) =>
      this.#answer((ask) => ask[by](this.bytes.subarray(key, key + keyBytes), this.#listed(list, count)));
    const env = { join: answering('join'), row: answering('row') };
    this.exports = new WebAssembly.Instance(module, { env }).exports as KernelExports; // as its sources say
    this.#bytes = Buffer.from(this.exports.memory.buffer);
  }

  /** All its memory; ask again after each call, since memory that grows moves. */
  get bytes(): Buffer {
    const { buffer } = this.exports.memory;
    if (this.#bytes.buffer !== buffer) this.#bytes = Buffer.from(buffer);
    return this.#bytes;
  }

  /** Puts bytes where they stay; where. */
  keep(bytes: Uint8Array): number {
    const at = this.exports.alloc(bytes.length + 16);
    this.bytes.set(bytes, at);
    return at;
  }

  reset(): void {
    this.exports.reset();
    this.elsewhere = undefined;
    this.#answerBytes = 0;
  }

  /** Values by place and length, as they are listed. */
  #listed(list: number, count: number): Buffer[] {
    const { bytes } = this;
    return Array.from({ length: count }, (_, i) => {
      const at = bytes.readUInt32LE(list + 8 * i);
      return bytes.subarray(at, at + bytes.readUInt32LE(list + 8 * i + 4));
    });
  }

  /** Puts an answer, behind its length, into the kernel's memory. */
  #answer(question: (ask: Elsewhere) => Uint8Array): number {
    assert(this.elsewhere, 'a kernel asked and nobody was there');
    const answer = question(this.elsewhere);
    if (answer.length + 4 > this.#answerBytes) {
      this.#answerBytes = 2 * answer.length + 4;
      this.#answerAt = this.exports.alloc(this.#answerBytes);
    }
    this.bytes.writeUInt32LE(answer.length, this.#answerAt);
    this.bytes.set(answer, this.#answerAt + 4);
    return this.#answerAt;
  }
}

/** Memory that a kernel may keep while nobody uses it: it never shrinks. */
const IDLE_BYTES_MAX = 64 * 1024 * 1024;

/** What a kernel is used for. Records take little memory, and need not have what a table has left. */
type Use = 'groups' | 'records';

const idle = new Map<Use, Kernel>();

/** A kernel that nobody else uses until it is let go of. */
export function takeKernel(use: Use = 'groups'): Kernel {
  const kernel = idle.get(use) ?? new Kernel(use);
  idle.delete(use);
  kernel.reset();
  return kernel;
}

/**
 * Keeps the kernel for who comes next: making its memory anew costs more than a small chunk.
 *
 * @param bytesMax what its user was given: it may be kept, since the next one is given as much
 */
export function letGo(kernel: Kernel, bytesMax = 0): void {
  if (kernel.bytes.length <= IDLE_BYTES_MAX + bytesMax) idle.set(kernel.use, kernel);
}
