import { decodeText } from '../core/text.ts';
import { type CsvScanner, FieldKind } from './csv-scanner.ts';
import { parseScaled } from './parse-scaled.ts';
import type { ShortTexts } from './short-texts.ts';

/** The fields of the record that a scanner has just found. */
export class CsvFields {
  readonly #scanner: CsvScanner;
  readonly #texts: ShortTexts;
  readonly #quote: string;
  readonly #doubled: string;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(scanner: CsvScanner, texts: ShortTexts) {
    this.#scanner = scanner;
    this.#texts = texts;
    this.#quote = String.fromCharCode(scanner.quote);
    this.#doubled = this.#quote.repeat(2);
  }

  /** The record starts at `at` of `bytes`. */
  set(bytes: Buffer, at: number): void {
    this.#bytes = bytes;
    this.#at = at;
  }

  isEmpty(column: number): boolean {
    const { fields } = this.#scanner;
    return fields[column * 3] === fields[column * 3 + 1];
  }

  text(column: number): string {
    const bytes = this.#bytes;
    const { fields } = this.#scanner;
    const start = this.#at + (fields[column * 3] as number); // the columns were counted
    const end = this.#at + (fields[column * 3 + 1] as number);
    if (fields[column * 3 + 2] === FieldKind.escaped)
      return decodeText(bytes, start, end).replaceAll(this.#doubled, this.#quote);
    return this.#texts.text(bytes, start, end);
  }

  /** A decimal number times 10^scale; undefined if the field is none. */
  scaled(column: number, scale: number, integer: boolean): bigint | undefined {
    const { fields } = this.#scanner;
    const start = this.#at + (fields[column * 3] as number); // the columns were counted
    return parseScaled(this.#bytes, start, this.#at + (fields[column * 3 + 1] as number), scale, integer);
  }
}
