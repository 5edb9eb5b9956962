import { FanfoldError } from '../errors.ts';
import type { Output } from './output.ts';

/**
 * Writes rows that are strings, a line each, as they are.
 *
 * @throws FANFOLD_VALUE_INVALID for a row that is no string.
 * @example
 * ```ts
 * textLines().encode('one'); // → 'one\n'
 * ```
 */
export function textLines(): Output<string> {
  return {
    kind: 'text',
    extension: 'txt',
    header: '',
    encode(row: unknown) {
      if (typeof row === 'string') return `${row}\n`;
      throw new FanfoldError(
        'FANFOLD_VALUE_INVALID',
        `A row of textLines() is ${row === null ? 'null' : typeof row}, not a string`,
        {
          fix: 'Make rows strings, or use jsonRows() or csvRows(columns).',
        },
      );
    },
  };
}
