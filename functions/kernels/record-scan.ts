/**
 * Records of general jobs whose columns are known: a kernel finds their fields, and only what is asked for becomes a value of
 * JavaScript. The same records as the format makes; what is odd in any way is left to it.
 */
import { setMember } from '../core/set-member.ts';
import type { Bulk, RecordSink } from '../formats/format.ts';
import { LogTime } from '../formats/log-time.ts';
import { ShortTexts } from '../formats/short-texts.ts';
import { InputWindow } from './input-window.ts';
import { type Kernel, letGo, takeKernel } from './kernel.ts';
import { needMembers, tellColumns } from './members.ts';
import type { PlannedColumn, RecordPlan } from './plan.ts';

/** Memory for rows, and for the texts of their lists, of which one takes so much at most: see assembly/fields.ts. */
const ROWS_BYTES = 64 * 1024;
const LISTS_BYTES = 128 * 1024;
const LIST_BYTES = 16 * 1024;
const ROW_WORDS = 2;

/** Of functions/kernels/assembly/fields.ts. */
const KINDS = { text: 0, number: 1, list: 2 } as const;

/** Of functions/kernels/assembly/values.ts. */
const MISSING = -(2n ** 63n);

/** What is told of a column, as words of the kernel's memory from `at` on, as its value. */
type Read = (at: number) => unknown;

export class RecordScan {
  readonly #plan: RecordPlan;
  readonly #kernel: Kernel = takeKernel('records');
  readonly #window = new InputWindow();
  readonly #texts = shortTexts();
  readonly #time = new LogTime();
  readonly #columns: readonly { readonly name: string; readonly read: Read }[];
  #bytes: Buffer;
  #words = new Uint32Array();
  #numbers = new BigInt64Array();

  constructor(plan: RecordPlan) {
    this.#plan = plan;
    const { exports, bytes } = this.#kernel;
    this.#bytes = bytes;
    exports.openRows(ROWS_BYTES, LISTS_BYTES, LIST_BYTES);
    for (const { field, type } of plan.columns) exports.addRowColumn(field, kindOf(type));
    this.#columns = plan.columns.map((column) => ({ name: column.name, read: this.#readerOf(column) }));
    if (plan.scan === 'jsonLines') needMembers(this.#kernel, plan.columns);
    this.#window.open(this.#kernel);
  }

  /** Takes what it can, and delivers it. */
  bulkFor(sink: RecordSink<unknown>): Bulk {
    const kernel = this.#kernel;
    const scan = kernel.exports[this.#plan.scan];
    return {
      rows: (dialect, header) => tellColumns(kernel.exports, dialect, header, this.#plan.columns),
      take: (bytes, from, starts, again, bytesAt) =>
        this.#window.take(kernel, scan, [bytes, from, starts, again], (shift) => {
          const isFull = kernel.exports.rowsFull.value !== 0;
          this.#deliver(sink, bytesAt - shift);
          return isFull;
        }),
    };
  }

  /** Nothing can be taken afterwards. */
  close(): void {
    letGo(this.#kernel);
  }

  /** @param base where in the object the kernel's memory would begin */
  #deliver(sink: RecordSink<unknown>, base: number): void {
    const { exports } = this.#kernel;
    const { buffer } = exports.memory;
    if (this.#words.buffer !== buffer) {
      this.#bytes = this.#kernel.bytes;
      this.#words = new Uint32Array(buffer);
      this.#numbers = new BigInt64Array(buffer);
    }
    const words = this.#words;
    const rowWords = ROW_WORDS + ROW_WORDS * this.#columns.length;
    const first = exports.rows.value / Uint32Array.BYTES_PER_ELEMENT;
    const end = first + exports.rowCount.value * rowWords;
    exports.takeRows();
    for (let at = first; at < end; at += rowWords) {
      sink.record(this.#record(at + ROW_WORDS), base + wordAt(words, at), wordAt(words, at + 1));
    }
  }

  #record(first: number): object {
    const record: { [name: string]: unknown } = {};
    let at = first;
    for (const { name, read } of this.#columns) {
      setMember(record, name, read(at));
      at += ROW_WORDS;
    }
    return record;
  }

  #readerOf({ name, type, optional }: PlannedColumn): Read {
    if (this.#plan.scan === 'accessLog') {
      if (type === 'integer') return (at) => Number(this.#number(at)); // as the format has it
      if (name === 'time') return (at) => this.#timeAt(at).iso;
      if (name === 'hour') return (at) => this.#timeAt(at).hour;
    }
    if (type === 'text') {
      if (!optional) return (at) => this.#text(at);
      // a field of CSV that is empty is missing, a member of JSON that stands nowhere
      const where = this.#plan.scan === 'csvRows' ? 1 : 0;
      return (at) => (wordAt(this.#words, at + where) === 0 ? null : this.#text(at));
    }
    if (type === 'number') {
      if (!optional) return (at) => Number(this.#text(at));
      return (at) => (wordAt(this.#words, at + 1) === 0 ? null : Number(this.#text(at)));
    }
    if (optional) return (at) => (this.#number(at) === MISSING ? null : this.#number(at));
    return Array.isArray(type) ? (at) => this.#list(at) : (at) => this.#number(at);
  }

  #text(at: number): string {
    const start = wordAt(this.#words, at);
    return this.#texts.text(this.#bytes, start, start + wordAt(this.#words, at + 1));
  }

  #number(at: number): bigint {
    return this.#numbers[at / ROW_WORDS] as bigint; // a row is whole
  }

  #list(at: number): string[] {
    const list: string[] = [];
    let text = wordAt(this.#words, at) / Uint32Array.BYTES_PER_ELEMENT;
    for (let left = wordAt(this.#words, at + 1); left > 0; left--) {
      list.push(this.#text(text));
      text += ROW_WORDS;
    }
    return list;
  }

  #timeAt(at: number): LogTime {
    this.#time.read(this.#bytes, wordAt(this.#words, at)); // the kernel has seen that it is one
    return this.#time;
  }
}

let texts: ShortTexts | undefined;

/** One for all scans: made when the first one needs it. */
function shortTexts(): ShortTexts {
  texts ??= new ShortTexts();
  return texts;
}

const kindOf = (type: PlannedColumn['type']) =>
  type === 'text' || type === 'number' ? KINDS.text : Array.isArray(type) ? KINDS.list : KINDS.number;

const wordAt = (words: Uint32Array, at: number): number => words[at] as number; // a row is whole
