import { FanfoldError } from '../errors.ts';
import type { Output } from './output.ts';

/** What a cell may be; `null` is written as an empty field. */
export type Cell = string | number | bigint | boolean | null;

/**
 * Writes rows as CSV: always a header, lines end in LF, and quotes stand only where they must (around a field with a
 * comma, a quote or a line break, and around the one empty field of a row, which would be a blank line). Other members
 * of a row are not written.
 *
 * @throws FANFOLD_JOB_INVALID for no column, or one named twice; FANFOLD_VALUE_INVALID, naming the column, for a number
 * that is not finite, a missing value, or one that is no cell.
 * @example
 * ```ts
 * const output = csvRows(['word', 'count']);
 * output.header; // → 'word,count\n'
 * output.encode({ word: 'a "b"', count: 2n }); // → '"a ""b""",2\n'
 * ```
 */
export function csvRows<const C extends string>(columns: readonly C[]): Output<{ readonly [K in C]: Cell }> {
  if (!Array.isArray(columns) || columns.length === 0 || new Set(columns).size < columns.length) {
    throw new FanfoldError('FANFOLD_JOB_INVALID', `csvRows(): the columns are ${JSON.stringify(columns)}`, {
      fix: "Name at least one column, and each once: csvRows(['key', 'value']).",
    });
  }
  return {
    kind: 'csv',
    extension: 'csv',
    header: line(columns.map(field)),
    columns: [...columns],
    encode: (row) => line(columns.map((column) => field(cell(row, column)))),
  };
}

const line = (fields: readonly string[]) =>
  fields.length === 1 && fields[0] === '' ? '""\n' : `${fields.join(',')}\n`;

const field = (text: string) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function cell<C extends string>(row: { readonly [K in C]: unknown }, column: C): string {
  const value = row !== null && typeof row === 'object' && Object.hasOwn(row, column) ? row[column] : undefined;
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      if (!Number.isFinite(value)) break;
      return String(value);
    case 'bigint':
    case 'boolean':
      return String(value);
    default:
      if (value === null) return '';
  }
  const what = typeof value === 'number' || value === undefined ? String(value) : `of type ${typeof value}`;
  throw new FanfoldError(
    'FANFOLD_VALUE_INVALID',
    `A row of csvRows() has no cell for column ${JSON.stringify(column)}: it is ${what}`,
    {
      fix: 'Give each column a string, a finite number, a bigint, a boolean or null.',
    },
  );
}
