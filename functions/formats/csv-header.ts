/** The header of a CSV object: which of its columns are called what. */
import type { Header } from '../core/plan.ts';
import { FanfoldError } from '../errors.ts';
import { HEADER_JSON_BYTES_MAX } from '../limits.ts';
import { CsvFields } from './csv-fields.ts';
import { type CsvDialect, CsvScanner } from './csv-scanner.ts';
import type { ShortTexts } from './short-texts.ts';

export const MARK = Buffer.of(0xef, 0xbb, 0xbf);

/** @throws FANFOLD_INPUT_INVALID when it is malformed or names a column twice */
export function headerOf(scanner: CsvScanner, fields: CsvFields, recordAt: number): Header {
  if (scanner.fault !== undefined) {
    throw headerInvalid(`the header is malformed: ${scanner.fault} at byte ${recordAt + scanner.faultAt}`);
  }
  const names = Array.from({ length: scanner.columns }, (_, column) => fields.text(column));
  const seen = new Set<string>();
  const repeated = new Set(names.filter((name) => seen.size === seen.add(name).size));
  if (repeated.size > 0) throw headerInvalid(`the header names ${list([...repeated])} more than once`);
  return headerOfNames(names);
}

export const headerOfNames = (names: readonly string[]): Header => ({
  columns: names.length,
  names: names.map((name, index) => [index, name]),
});

/**
 * The header in the first bytes of an object, with the names that are asked for; undefined while it does not end in
 * them, 'uncut' when it cannot be handed to others: it is no good (as who reads the whole object will tell), or too long.
 */
export function readHeader(
  first: Buffer,
  dialect: CsvDialect,
  texts: ShortTexts,
  check: (header: Header) => readonly string[] | undefined,
): Header | 'uncut' | undefined {
  const start = first.subarray(0, MARK.length).equals(MARK) ? MARK.length : 0;
  const scanner = new CsvScanner(dialect);
  if (scanner.next(first, start) < 0) return undefined;
  const fields = new CsvFields(scanner, texts);
  fields.set(first, start);
  try {
    const header = headerOf(scanner, fields, start);
    const wanted = check(header);
    const names = wanted === undefined ? header.names : header.names.filter(([, name]) => wanted.includes(name));
    const short: Header = { columns: header.columns, names };
    return Buffer.byteLength(JSON.stringify(short)) <= HEADER_JSON_BYTES_MAX ? short : 'uncut';
  } catch (error) {
    if (error instanceof FanfoldError) return 'uncut';
    throw error;
  }
}

const NAMES_TOLD_MAX = 100;
const NAME_CHARACTERS_TOLD_MAX = 60;

/** Names for a message: as JSON, so that blanks show. What is no header may be taken for thousands, or for a long one. */
export function list(names: readonly string[]): string {
  const told = names.slice(0, NAMES_TOLD_MAX).map((name) => {
    const cut = name.length > NAME_CHARACTERS_TOLD_MAX;
    return JSON.stringify(cut ? `${name.slice(0, NAME_CHARACTERS_TOLD_MAX)}…` : name);
  });
  const more = names.length > told.length ? ` and ${names.length - told.length} more` : '';
  return told.join(', ') + more;
}

export function headerInvalid(what: string): FanfoldError {
  return new FanfoldError('FANFOLD_INPUT_INVALID', `In the CSV, ${what}`, {
    fix: 'Correct the first line of the object, or the columns, the delimiter and the quote that the job gives to csv().',
    offset: 0,
  });
}
