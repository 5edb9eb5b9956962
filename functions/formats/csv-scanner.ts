/** The byte automaton of CSV (RFC 4180): where fields and records end. It goes on where the last block ended. */

const LF = 0x0a;
const CR = 0x0d;

/** The two bytes that a dialect chooses. Both are ASCII, neither is a line end, and they differ. */
export interface CsvDialect {
  readonly delimiter: number;
  readonly quote: number;
}

export type CsvFault = 'quote inside an unquoted field' | 'text after a closing quote' | 'unclosed quote';

/** What the bytes of a field are. */
export const FieldKind = {
  plain: 0,
  /** Between quotes. */
  quoted: 1,
  /** Between quotes, with doubled quotes in it. */
  escaped: 2,
} as const;

const State = { field: 0, plain: 1, quoted: 2, quote: 3, after: 4 } as const;
type State = (typeof State)[keyof typeof State];

/** Scans one record at a time, and keeps where its fields are: positions from the record's first byte. */
export class CsvScanner {
  readonly #delimiter: number;
  readonly quote: number;
  /** The highest byte that means anything. */
  readonly #high: number;
  #state: State = State.field;
  /** Bytes of the record that were scanned before. */
  #scanned = 0;
  #fieldStart = 0;
  #fieldKind = 0;
  /** Where the field's closing quote stands. */
  #close = 0;
  #lastByte = 0;
  /** Fields that are kept; more are counted, so that a record of delimiters costs no more than its bytes. */
  columnsMax = 2 ** 30 - 1; // a small integer to V8, more than the limit of a record has room for
  /** Fields of the record. */
  columns = 0;
  /** The first thing that is wrong with the record, */
  fault: CsvFault | undefined;
  /** and where: the quote that is not closed, or the byte that must not stand there. */
  faultAt = 0;
  /** Bytes of the record without its line end. */
  bytes = 0;
  /** Start, end and kind of every field that is kept, one after the other. */
  fields = new Int32Array(3 * 16);

  constructor({ delimiter, quote }: CsvDialect) {
    this.#delimiter = delimiter;
    this.quote = quote;
    this.#high = Math.max(delimiter, quote, LF);
  }

  /** Before each record but the first. */
  reset(): void {
    this.#state = State.field;
    this.#scanned = 0;
    this.columns = 0;
    this.fault = undefined;
  }

  /** Before a record of which only the end comes, from within quotes on. */
  resume(): void {
    this.reset();
    this.#begin(State.quoted, FieldKind.quoted, 0);
  }

  /** Scans on, from `from`: where the next record starts, or -1 if this one needs bytes beyond these. */
  next(bytes: Buffer, from: number): number {
    const delimiter = this.#delimiter;
    const quote = this.quote;
    const high = this.#high;
    const shift = this.#scanned - from; // turns a position in `bytes` into one in the record
    const length = bytes.length;
    for (let i = from; i < length; ) {
      if (this.#state === State.field) {
        const quoted = bytes[i] === quote;
        if (quoted) i += 1;
        this.#begin(quoted ? State.quoted : State.plain, quoted ? FieldKind.quoted : FieldKind.plain, i + shift);
      }
      if (this.#state === State.quoted || this.#state === State.quote) {
        i = this.#quoted(bytes, i, shift);
        continue;
      }
      let byte = 0;
      for (; i < length; i++) {
        byte = bytes[i] as number; // i is within
        if (byte > high) continue;
        if (byte === delimiter || byte === LF) break;
        if (byte === quote && this.#state === State.plain) this.#blame('quote inside an unquoted field', i + shift);
      }
      if (i === length) break;
      if (byte === delimiter) {
        this.#endField(i + shift, 0);
        i += 1;
        continue;
      }
      const crBytes = i + shift > 0 && (i > from ? bytes[i - 1] : this.#lastByte) === CR ? 1 : 0;
      this.#endField(i + shift, crBytes);
      this.bytes = i + shift - crBytes;
      return i + 1;
    }
    this.#scanned = length + shift;
    this.#lastByte = bytes[length - 1] ?? 0;
    return -1;
  }

  /** Goes on between quotes, or after one; where the next state begins. */
  #quoted(bytes: Buffer, from: number, shift: number): number {
    const quoteByte = this.quote;
    let i = from;
    while (i < bytes.length) {
      if (this.#state === State.quote) {
        if (bytes[i] !== quoteByte) {
          this.#state = State.after;
          this.#close = i - 1 + shift;
          return i;
        }
        this.#fieldKind = FieldKind.escaped;
        i += 1;
      }
      const quote = bytes.indexOf(quoteByte, i);
      this.#state = quote < 0 ? State.quoted : State.quote;
      i = quote < 0 ? bytes.length : quote + 1;
    }
    return i;
  }

  /** The object ends here: whether that ends a record. */
  end(): boolean {
    if (this.#scanned === 0) return false;
    this.bytes = this.#scanned;
    if (this.#state === State.quoted) this.#blame('unclosed quote', this.#fieldStart - 1);
    else if (this.#state === State.quote) this.#close = this.#scanned - 1;
    if (this.#state === State.quote) this.#state = State.after;
    if (this.#state === State.field) this.#begin(State.plain, FieldKind.plain, this.#scanned);
    this.#endField(this.#scanned, 0);
    return true;
  }

  #blame(fault: CsvFault, at: number): void {
    if (this.fault !== undefined) return;
    this.fault = fault;
    this.faultAt = at;
  }

  #begin(state: State, kind: number, start: number): void {
    this.#state = state;
    this.#fieldKind = kind;
    this.#fieldStart = start;
  }

  /** `crBytes`: 1 when the `\r` before `stop` belongs to the line end. */
  #endField(stop: number, crBytes: number): void {
    let end = stop - crBytes;
    if (this.#state === State.after) {
      if (end !== this.#close + 1) this.#blame('text after a closing quote', this.#close + 1);
      end = this.#close;
    }
    if (this.columns < this.columnsMax) {
      const at = this.columns * 3;
      if (at === this.fields.length) this.#grow();
      this.fields[at] = this.#fieldStart;
      this.fields[at + 1] = end;
      this.fields[at + 2] = this.#fieldKind;
    }
    this.columns += 1;
    this.#state = State.field;
  }

  #grow(): void {
    const grown = new Int32Array(this.fields.length * 2);
    grown.set(this.fields);
    this.fields = grown;
  }
}
