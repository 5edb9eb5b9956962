/** How rows become bytes: the contract between an output and the publisher. */
export interface Output<in Row> {
  readonly kind: 'csv' | 'json' | 'text';
  readonly extension: 'csv' | 'jsonl' | 'txt';
  /** What stands once at the start of the first part, even of an empty result. */
  readonly header: string;
  /** Of CSV: which members of a row are written, in order. */
  readonly columns?: readonly string[];
  /** One row, with its line end. Text goes through `encodeText`, so bytes that are not UTF-8 survive. */
  encode(row: Row): string;
}
